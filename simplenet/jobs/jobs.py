"""The jobs of a server: started, found again, and taken over from servers that are gone."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from time import monotonic
from typing import Any

from simplenet.jobs.ending import is_ending, report
from simplenet.jobs.job import Job
from simplenet.jobs.ledger import (
    LEASE_S,
    Entry,
    Lease,
    Ledger,
    LedgerError,
    NoRoomError,
    Pace,
    Position,
    Standing,
    Wishes,
    logged,
    rests,
)
from simplenet.jobs.line import Line
from simplenet.jobs.work import DoneWork, Work
from simplenet.jobs.workers import Workers

logger = logging.getLogger(__name__)

TEND_S = 0.4
"""How often the ledger is looked into: for what is wanted of our jobs, for what other servers have
done, and for jobs that nobody drives."""

SPARE = 2
"""Jobs of sweeps that wait in line for a core: no core is idle until the next is called up, and no
more are in memory than that."""

KEPT_JOBS = 12
"""Jobs that have ended, rest, or are driven elsewhere, and are in memory all the same: those that
somebody asked for last. A job of the article's network takes 1 MB, and is read again in 25 ms."""


class Jobs:
    """The jobs of a server, and the Dask workers that do them.

    Parameters
    ----------
    ledger : Ledger
        What they are written down in. Several servers may share one.
    scheduler : str, optional
        Address of a Dask scheduler, such as ``tcp://host:8786``. Without it, a local cluster is
        started in the background, with one process and one thread for each core.
    workers : int, optional
        Processes of the local cluster; by default as many as there are cores.
    warm_up : callable, optional
        What every worker does once, before there is any work.
    """

    def __init__(
        self,
        ledger: Ledger,
        scheduler: str | None = None,
        workers: int | None = None,
        warm_up: Callable[[], Any] | None = None,
    ) -> None:
        self.id = secrets.token_urlsafe(12)
        self.changed = threading.Condition()
        self.ledger = ledger
        self.workers = Workers(self.changed, scheduler, workers, warm_up)
        self.line = Line(self.changed, self.workers)
        self._jobs: dict[str, Job[Any, Any]] = {}  # Those that were asked for last at the end.
        self._seen: dict[str, tuple[Lease, float]] = {}  # Since when a lease is as it is.
        self._tending = threading.Thread(target=self._tend, name="ledger", daemon=True)
        self._tending.start()

    def start(self, work: DoneWork, pace: Pace = "full", visitor: str = "") -> Job[DoneWork, Any]:
        """Start a job, and return it at once.

        Raises
        ------
        NoRoomError
            If the visitor has too many, or there are too many in all.
        """
        job_id, wishes, unwritten = secrets.token_urlsafe(12), Wishes(pace), None
        known = False
        try:
            known = self.ledger.add(job_id, visitor, work, wishes, self.id)
        except NoRoomError:
            raise
        except LedgerError as error:
            logger.warning("a job cannot be written down: %s", error)
            unwritten = error
        standing = Standing(job_id, Lease(self.id), wishes, Position())
        job: Job[DoneWork, Any] = Job(Entry(standing, visitor, work, None, [], known), self)
        with self.changed:
            self._jobs[job.id] = job
            self.line.join(job)  # Now, so that the order in line is that of the starts.
        job.begin(fence=0, unwritten=unwritten, is_new=True)
        return job

    def sweep(self, works: Sequence[Work], visitor: str = "") -> str:
        """Start jobs as there is room for them, in their order; return the id of all of them.

        Raises
        ------
        LedgerError
            If they cannot be written down, or there is no room for them; nothing is started then.
        """
        sweep = secrets.token_urlsafe(12)
        self.ledger.queue(sweep, visitor, {secrets.token_urlsafe(12): work for work in works})
        return sweep

    def get(self, job_id: str | None) -> Job[Any, Any] | None:
        """Return the job that has this id, or None.

        Raises
        ------
        LedgerError
            If it is not in memory, and cannot be read.
        """
        if not job_id:
            return None
        with self.changed:
            job = self._jobs.pop(job_id, None)
            # One that was deleted while it went on is as one that had ended before.
            if job and not (job.deleted and job.ended):
                self._jobs[job_id] = job
                job.seen = True
                return job
        entry = self.ledger.read(job_id)
        return self._known(entry) if entry else None

    def hold(self, job: Job[Any, Any]) -> None:
        """Note that somebody looks at a job: it stays in memory."""
        with self.changed:
            if self._jobs.get(job.id, job) is job:
                self._jobs.pop(job.id, None)
                self._jobs[job.id] = job

    def drop(self, job_ids: Collection[str]) -> None:
        """Forget jobs that were deleted, but for those that this server still drives."""
        with self.changed:
            for job_id in job_ids:
                if job_id in self._jobs and self._jobs[job_id].fence is None:
                    del self._jobs[job_id]

    def adopt(self, old: str, new: str) -> None:
        """Make all jobs of one visitor another's, who is the same person.

        Raises
        ------
        LedgerError
            If that cannot be written down; nothing has changed then.
        """
        self.ledger.adopt(old, new)
        with self.changed:
            for job in self._jobs.values():
                if job.visitor == old:
                    job.visitor = new

    def drive(self, job: Job[Any, Any]) -> None:
        """Drive a job that has something to do, if nobody else does."""
        if job.fence is None and not job.ended and not job.idle and self.is_left(job):
            lease, _ = self._seen[job.id]
            try:
                self._claim(job.id, lease)
            except LedgerError as error:
                job.unkept = error

    def is_left(self, job: Job[Any, Any]) -> bool:
        """Return whether nobody drives a job: its server shows no sign of life, or gave it back."""
        return job.fence is None and job.id in self._seen and _is_old(*self._seen[job.id])

    def close(self) -> None:
        """End the local workers, give back what has not ended, and leave the ledger alone."""
        self.workers.close()
        self._tending.join(LEASE_S)  # It may be about to take a job over.
        with self.changed:
            self.changed.wait_for(
                lambda: all(job.fence is None for job in self._jobs.values()), LEASE_S
            )

    def _known(self, entry: Entry) -> Job[Any, Any]:
        """Return the job of an entry: the one that is in memory, if there is one by now."""
        with self.changed:
            job_id = entry.standing.id
            if job_id not in self._jobs:
                self._jobs[job_id] = Job(entry, self)
            return self._jobs[job_id]

    def _tend(self) -> None:
        """Look into the ledger again and again; a thread of its own."""
        told = False
        while not self.workers.closed and not is_ending():
            try:
                self.ledger.beat(self.id)
                self.ledger.call_up(self.id, max(self.workers.cores, 1) + SPARE)
                self._look(self.ledger.standings())
                self._forget()
                if told:
                    logger.warning("the runs can be read and written again")
                told = False
            except LedgerError as error:
                if not told:
                    logger.warning("the runs cannot be read or written now, and go on: %s", error)
                told = True
            except Exception:  # Without this thread no other server would ever be heard.
                report(logger, "the ledger could not be looked into")
            with self.changed:
                self.changed.wait_for(lambda: self.workers.closed, TEND_S)

    def _look(self, standings: list[Standing]) -> None:
        """Hear what is wanted, follow what others drive, and take over what nobody drives."""
        now, before = monotonic(), self._seen
        self._seen = {
            one.id: before[one.id]
            if one.id in before and before[one.id][0] == one.lease
            else (one.lease, now)
            for one in standings
        }
        with self.changed:
            jobs = dict(self._jobs)
        for one in standings:
            job = jobs.get(one.id)
            if job:
                job.see(one)
            if job and job.fence is not None:
                continue
            if job:
                self._follow(job)
            if not rests(one.wishes, one.position) and _is_old(*self._seen[one.id]):
                self._claim(one.id, one.lease)
        for job in jobs.values():
            if job.id not in self._seen and job.fence is None and not job.ended:
                self._follow(job)

    def _follow(self, job: Job[Any, Any]) -> None:
        """Take over what another server has done since."""
        entry = self.ledger.read(job.id, job.chunks)
        if entry:
            job.follow(entry)

    def _claim(self, job_id: str, lease: Lease) -> None:
        """Become the driver of a job, unless another server is quicker."""
        if self.workers.closed or not self.ledger.claim(job_id, lease, self.id):
            return
        entry = self.ledger.read(job_id)
        if entry is None:
            return
        with self.changed:
            is_known = job_id in self._jobs
        job = self._known(entry)
        job.take(entry)
        if lease == Lease():  # Nobody has driven what is called up of a sweep.
            job.seen = is_known
        else:
            logger.warning("job %s is taken over", logged(job_id))
        self.line.join(job)
        job.begin(fence=lease.fence + 1)

    def _forget(self) -> None:
        """Forget jobs that can be read again, those that were asked for longest ago first."""
        with self.changed:
            idle = [
                job
                for job in self._jobs.values()
                if not job.unkept and (job.fence is None or (job.idle and not job.stopping))
            ]
            for job in idle[: max(len(idle) - KEPT_JOBS, 0)]:
                if job.fence is None:
                    del self._jobs[job.id]
                else:
                    job.give_back()  # It is forgotten next time.


def _is_old(lease: Lease, since: float) -> bool:
    """Return whether a lease is nobody's any more, that has been as it is since some time."""
    return lease.driver is None or monotonic() - since > LEASE_S
