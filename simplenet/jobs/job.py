"""Background jobs: work in slices on Dask workers, that people start, follow, pause and stop.

The server keeps each job's state, and sends it to a worker for a slice of a fraction of a second
at a time. So pausing is not sending the next slice, a worker that dies costs one slice, and a
core can change hands between two slices. A job's records only ever come from slices that ended
well, and are only ever added to: a slice that is done again leaves no doubled records. What is
done is written down in a ledger, from which any server can go on with it.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from time import monotonic
from typing import Any, Generic, Protocol

from simplenet.data import DataSourceError
from simplenet.jobs.calls import WorkerLostError
from simplenet.jobs.ending import is_ending
from simplenet.jobs.ledger import (
    End,
    Entry,
    Ledger,
    LedgerError,
    Pace,
    Position,
    Standing,
    Status,
    Wishes,
    logged,
    rests,
)
from simplenet.jobs.line import Line
from simplenet.jobs.work import DoneWork, Records, Slice
from simplenet.jobs.workers import JobError, Workers

logger = logging.getLogger(__name__)

SLICE_S = 0.2
"""How long a slice at full speed is: the longest that a person waits for an answer."""

FIRST_SLICE_S = 0.05
"""How long the first slice is: whoever clicked waits for a first sign of life."""

UNSEEN_SLICE_S = 0.4
"""The length of a slice that nobody looks at, such as of a sweep's run, or where looks are
`SELDOM_S` apart. A slice costs the server the same however long it is, and a worker that waits for
the next one computes nothing."""

SELDOM_S = 2 * UNSEEN_SLICE_S
"""How far looks at a job are apart where it makes no difference to them how long a slice is."""

STOP_S = 0.9
"""How soon a job ends after it was asked to stop, whatever its worker does."""

PATIENCE_S = 0.5
"""How much of `STOP_S` the slice that is under way may take; the rest is for the conclusion."""

SLOW_RECORDS, SLOW_PERIOD_S = 5, 0.5
"""Records of a slice in slow motion, and the seconds from one slice to the next."""

CHEAP_S = 0.1
"""How much of a core a slice at a slower pace may take so that it does not wait in line for one."""

POLL_S = 0.1
"""How often a job that waits for a slice looks whether it should wait on."""

ATTEMPTS = 10
"""How often a slice is tried whose worker dies: work that kills its worker does so each time."""

COMMIT_S = 0.5
"""How often what is done is written down: that much is lost at the most when a server dies."""

UNSEEN_COMMIT_S = 1.0
"""The same for a sweep's run that nobody looks at."""

RETRY_S = 2.0
"""Seconds until it is tried again, if it could not be written down."""


class LostLeaseError(Exception):
    """Another server drives the job by now."""


class GivenBackError(Exception):
    """The job rests, and whoever wants to may drive it when it goes on."""


class Server(Protocol):
    """What a job needs of the server that it is on."""

    id: str
    changed: threading.Condition
    workers: Workers
    line: Line
    ledger: Ledger

    def drive(self, job: Job[Any, Any]) -> None:
        """Drive a job that has something to do, if nobody else does."""

    def is_left(self, job: Job[Any, Any]) -> bool:
        """Return whether nobody drives a job."""


class Job(Generic[DoneWork, Records]):
    """Work of some kind that goes on in the background; `Jobs` makes it.

    Any thread may read it and steer it. Reading takes nothing away from other readers. This server
    drives it, or another one does, and this one follows.

    Attributes
    ----------
    id : str
        Unguessable: who knows it may follow the job.
    visitor : str
        Who started it.
    known : bool
        Whether that is no stranger.
    work : Work
        What is done.
    records : list or History
        All records so far, as the work collects them; it only grows. What is large in them may be
        left out: it is in the ledger.
    state : object or None
        The state after the last slice, None before the first.
    restarts : int
        How often a worker was lost and its slice done again.
    error : Exception or None
        Why the job failed, where it did.
    unkept : LedgerError or None
        Why what was done last is not written down, where it is not.
    queued : bool
        Whether it waits until its sweep gets to it.
    fence : int or None
        The number of the lease under which this server drives it; None while it does not.
    deleted : bool
        Whether it was deleted while it went on; it may have been put back since.
    seen : bool
        Whether somebody may look at it: only a run of a sweep begins without that.
    look_s : float
        How often somebody looks, as the seconds from one look to the next; 0 if that is not known.
    """

    def __init__(self, entry: Entry, server: Server) -> None:
        self.id = entry.standing.id
        self.visitor = entry.visitor
        self.known = entry.known
        self.work: DoneWork = entry.work
        self.fence: int | None = None
        self.deleted = False
        self.seen = True
        self.look_s = 0.0
        self.unkept: LedgerError | None = None
        self._server = server
        self._changed = server.changed
        self._started_at: float | None = None
        self._is_written = True
        self._leaves = False
        self._stop_by: float | None = None
        self._record_s: float | None = None
        self._lost_in_a_row = 0
        self.take(entry)

    def take(self, entry: Entry) -> None:
        """Be as the ledger has it: the chunks of the entry are all there are."""
        records: Records = self.work.no_records()
        for chunk in entry.chunks:
            records.extend(chunk)
        with self._changed:
            self._new: Records | None = None  # What is not committed yet.
            self._committed_at = monotonic()
            self.chunks = len(entry.chunks)
            self.records, self.state = records, entry.state
            self._wishes, self.queued = entry.standing.wishes, entry.standing.queued
            self._take_position(entry.standing.position)
            self._changed.notify_all()

    def follow(self, entry: Entry) -> None:
        """Take over what another server has done since: the chunks of the entry are new ones."""
        with self._changed:
            if self.fence is not None or self._end:
                return
            self.unkept = None
            self.state = entry.state  # First, as for who drives it: whoever sees records has both.
            for chunk in entry.chunks:
                self.records.extend(chunk)
            self.chunks += len(entry.chunks)
            self.queued = entry.standing.queued
            self._take_position(entry.standing.position)
            self._changed.notify_all()

    def see(self, standing: Standing) -> None:
        """Take note of what is wanted of it."""
        with self._changed:
            if standing.wishes.number > self._wishes.number:
                self._wishes = standing.wishes
                self.deleted = standing.deleted
                self._heed_stop()
                self._changed.notify_all()

    def _take_position(self, position: Position) -> None:
        self._steps_done, self._pending = position.steps_done, position.pending
        self.restarts, self._end, self.error = position.restarts, position.end, position.error

    def begin(self, fence: int, unwritten: LedgerError | None = None, is_new: bool = False) -> None:
        """Start the thread that drives the job.

        Parameters
        ----------
        fence : int
            The number of the lease.
        unwritten : LedgerError, optional
            Why it is not yet written down that there is this job.
        is_new : bool
            Whether somebody has started it just now.
        """
        self.fence, self.unkept, self._is_written = fence, unwritten, unwritten is None
        self._started_at = monotonic() if is_new else None
        self._leaves = False
        self._heed_stop()
        threading.Thread(target=self._drive, name=f"job-{logged(self.id)}", daemon=True).start()

    def give_back(self) -> None:
        """Let go of a job that rests: it is driven again, here or elsewhere, when it goes on."""
        with self._changed:
            self._leaves = True
            self._changed.notify_all()

    @property
    def status(self) -> Status:
        """What the job does now."""
        if self._end:
            return self._end
        if self.idle:
            return "paused"
        if self.queued:
            return "waiting"
        if self.fence is None:
            return "no_server" if self._server.is_left(self) else "running"
        if self._server.workers.refused:
            return "other_code"
        if self._server.workers.missing:
            return "no_scheduler" if self._server.workers.unreachable else "no_worker"
        return "waiting" if self.place else "running"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._end is not None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet done so."""
        return self._wishes.stop and not self.ended

    @property
    def place(self) -> int:
        """Place in the line for a core: 1 is next, 0 is not in line, or there is no core at all."""
        return self._server.line.place(self) if self._server.workers.cores else 0

    @property
    def pace(self) -> Pace:
        """How fast it goes: as fast as it can, in slow motion, or step by step."""
        return self._wishes.pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        self._wish(lambda wishes, at: replace(wishes, pace=pace, steps=at.steps_done))

    @property
    def is_new(self) -> bool:
        """Whether it was started within the last second, the time of a double click."""
        return self._started_at is not None and monotonic() - self._started_at < 1

    def pause(self) -> None:
        """Hold after the slice that is under way."""
        self._wish(lambda wishes, _: replace(wishes, held=True))

    def resume(self) -> None:
        """Go on from where it was paused."""
        self._wish(lambda wishes, _: replace(wishes, held=False))

    def step(self) -> None:
        """Do one record more, at the pace "step"."""
        self._wish(lambda wishes, _: replace(wishes, held=False, steps=wishes.steps + 1))

    def stop(self) -> None:
        """End within a second, and keep what is done."""
        self._wish(lambda wishes, _: replace(wishes, stop=True))

    def _wish(self, change: Callable[[Wishes, Position], Wishes]) -> None:
        """Change what is wanted, here at once, and for whoever drives it."""

        def changed(wishes: Wishes, at: Position) -> Wishes:
            return replace(change(wishes, at), number=wishes.number + 1)

        with self._changed:
            self._wishes = changed(self._wishes, self.position)
            self._heed_stop()
            self._changed.notify_all()
        try:
            self._server.ledger.wish(self.id, changed)
        except LedgerError as error:  # This server still obeys.
            self.unkept = error
        self._server.drive(self)

    def _heed_stop(self) -> None:
        """Let the time to stop run, from the first time that it is wanted."""
        if self._wishes.stop and self._stop_by is None:
            self._stop_by = monotonic() + STOP_S

    @property
    def position(self) -> Position:
        """How far it is."""
        return Position(self._steps_done, self._pending, self.restarts, self._end, self.error)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the job has ended; return whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ended, timeout_s)

    def wait_for_records(self, timeout_s: float) -> None:
        """Wait until there is a first record, the job has ended, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: len(self.records) or self.ended, timeout_s)

    @property
    def idle(self) -> bool:
        """Whether it is paused, by a person or after its last step."""
        return rests(self._wishes, self.position)

    @property
    def wants_core(self) -> bool:
        """Whether what it does next has to wait in line for a core."""
        return not (self.stopping or self.idle or self._is_cheap)

    @property
    def has_begun(self) -> bool:
        """Whether its first slice is done."""
        return self.state is not None

    @property
    def _is_cheap(self) -> bool:
        """Whether the next slice is known to take so little that it need not wait in line."""
        if self.pace == "full" or self._record_s is None:
            return False
        return self._record_s * (self._limit or 1) <= CHEAP_S

    @property
    def _limit(self) -> int | None:
        """How many records the next slice may have."""
        return {"full": None, "slow": SLOW_RECORDS, "step": 1}[self.pace]

    def _drive(self) -> None:
        """Do the work; the thread of the job."""
        end: End | None = None
        error: Exception | None = None
        try:
            try:
                end = self._do()
            except (LostLeaseError, GivenBackError):
                raise
            except Exception as unexpected:
                if not isinstance(unexpected, JobError | DataSourceError):
                    logger.exception("job %s failed", logged(self.id))
                end, error = "failed", unexpected
            self._server.line.leave(self)
            self._finish(end, error)
        except LostLeaseError:
            logger.warning("job %s is driven by another server now", logged(self.id))
            self._let_go()
        except GivenBackError:
            with suppress(LedgerError):
                self._server.ledger.release(self.id, self.fence or 0)
            self._let_go()

    def _finish(self, end: End, error: Exception | None) -> None:
        """End, and write that down, however long it takes until it can be written.

        What ends since the server does is not written down as an end: another one goes on with it.
        """
        goes_on = end == "failed" and self._is_closing
        position = self.position if goes_on else replace(self.position, end=end, error=error)
        try:
            self._commit(position)
        except LostLeaseError:
            raise
        except Exception as unexpected:  # Whoever waits for the job would wait for ever.
            logger.exception("the end of job %s cannot be written down", logged(self.id))
            end, error = "failed", error or unexpected
        with self._changed:
            self.error, self._end = error, end
            self._changed.notify_all()
        while self.unkept and not self._is_closing:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closing, RETRY_S)
            self._commit(position)
        if goes_on:
            with suppress(LedgerError):
                self._server.ledger.release(self.id, self.fence or 0)
        with self._changed:
            self.fence = None
            self._changed.notify_all()  # A server that is being stopped waits for that.

    def _let_go(self) -> None:
        """Follow the job from now on, as the ledger has it."""
        self._server.line.leave(self)
        entry, unreadable = None, None
        try:
            entry = self._server.ledger.read(self.id)
        except LedgerError as error:
            unreadable = error
        with self._changed:
            self.fence, self.unkept = None, unreadable
            if entry:
                self.take(entry)
            elif unreadable:  # What was not written down is not so: everything is read later.
                self.records, self.chunks, self._new = self.work.no_records(), 0, None
            else:  # Somebody has deleted it.
                self._end = "stopped"
            self._changed.notify_all()

    @property
    def _is_closing(self) -> bool:
        """Whether the server is being stopped."""
        return self._server.workers.closed or is_ending()

    def _do(self) -> End:
        """Do slice after slice; return how it ended."""
        while not self._do_some():
            if self._new is not None or self.unkept:
                self._commit(self.position)
            with self._changed:
                if self.idle:  # It may have lost its core just then, and be first in line.
                    self._server.line.leave(self)
                self._changed.wait_for(
                    lambda: not self.idle or self._leaves or self._server.workers.closed,
                    RETRY_S if self.unkept else None,
                )
                if self.idle and self._leaves and not self.unkept:
                    raise GivenBackError
            if self._server.workers.closed and self._server.workers.failure:
                raise self._server.workers.failure
            if self.stopping:
                self._conclude()
                return "stopped"
        return "finished"

    def _conclude(self) -> None:
        """Add what should be known at the end, as much as there is time for."""
        if self.state is None:
            return
        with suppress(JobError):  # Stopping needs no worker.
            while done := self._compute(self.work.conclude, self.state, SLICE_S):
                with self._changed:
                    self._add(done[0])
                if done[0].finished:
                    break

    def _do_some(self) -> bool:
        """Do slices for as long as nothing changes; return whether the work is finished."""
        if self.wants_core:
            with self._server.line.core(self) as turn_over:
                while self.wants_core and not turn_over():
                    if self._advance():
                        return True
                    if self.pace != "full" and self._record_s is not None:
                        break  # Whoever is slow holds no core in between.
        else:
            self._server.line.leave(self)
            if self._is_cheap and not (self.stopping or self.idle) and self._advance():
                return True
        if self.pace == "slow" and not self._pending:
            with self._changed:
                self._changed.wait_for(
                    lambda: (
                        self.stopping
                        or self._wishes.held
                        or self.pace != "slow"
                        or self._server.workers.closed
                    ),
                    SLOW_PERIOD_S,
                )
        return False

    def _advance(self) -> bool:
        """Do one slice, if there is a worker for it; return whether the work is finished."""
        done = self._compute(self.work.advance, self.state, self._slice_s(), self._limit)
        if done is None:
            return False
        part, seconds = done
        with self._changed:
            if self.state is not None:  # The first slice also begins the work.
                self._record_s = seconds / max(len(part.records), 1)
            self._add(part)
            self._pending = part.pending
            if self.pace == "step" and len(part.records):
                self._steps_done = min(self._steps_done + 1, self._wishes.steps)
            self._changed.notify_all()
        every_s = COMMIT_S if self.seen else UNSEEN_COMMIT_S
        if monotonic() - self._committed_at > every_s and not part.finished:
            self._commit(self.position)
        return part.finished

    def _slice_s(self) -> float:
        """Return how long the next slice is to be."""
        if self.seen and self.state is None:
            return FIRST_SLICE_S
        return SLICE_S if self.seen and self.look_s < SELDOM_S else UNSEEN_SLICE_S

    def _add(self, part: Slice[Any, Any]) -> None:
        """Add what a slice gave back."""
        self.state = part.state
        self.records.extend(part.records)
        if self._new is None:
            self._new = part.records
        else:
            self._new.extend(part.records)

    def _commit(self, position: Position) -> None:
        """Write down what is new.

        If that cannot be, the job goes on without, and it is written down with what comes next.

        Raises
        ------
        LostLeaseError
            If another server drives the job by now.
        """
        assert self.fence is not None
        self._committed_at = monotonic()
        new, ledger = self._new, self._server.ledger
        try:
            if not self._is_written:
                ledger.add(self.id, self.visitor, self.work, self._wishes, self._server.id)
                self._is_written = True
            ours = ledger.commit(
                self.id, self.fence, self.work, new, self.state, self.records, position
            )
        except LedgerError as error:
            if self.unkept is None:
                logger.warning("job %s cannot be written down now: %s", logged(self.id), error)
            self.unkept = error
            return
        if not ours:
            raise LostLeaseError
        self.unkept = None
        if new is not None:
            self.chunks += 1
            self._new = None

    def _compute(
        self, function: Callable[..., Slice[Any, Any]], *args: Any
    ) -> tuple[Slice[Any, Any], float] | None:
        """Return ``function(*args)``, computed by a worker, and how much of a core it took.

        None if nothing came of it: the job was paused or stopped, or its worker is gone.

        Raises
        ------
        JobError
            If no worker will come, or `ATTEMPTS` in a row were lost.
        Exception
            What the function raised.
        """
        workers = self._server.workers
        workers.want()
        with self._changed:
            self._changed.wait_for(
                lambda: workers.cores or workers.failure or self.stopping or self.idle
            )
        call = workers.submit(function, *args)
        while call and not call.wait(POLL_S):
            gone = not workers.cores or workers.is_stranded(call)
            if workers.failure or gone or self._is_late(function):
                workers.give_up(call)
                call = None
        if call is None:
            if workers.failure:
                raise workers.failure
            return None
        try:
            done = workers.result(call)
        except WorkerLostError as error:
            self.restarts += 1
            logger.warning("a worker was lost: its slice of job %s is done again", logged(self.id))
            self._lost_in_a_row += not error.blameless
            if self._lost_in_a_row == ATTEMPTS:
                raise JobError(f"{ATTEMPTS} workers in a row were lost") from error
            return None
        self._lost_in_a_row = 0
        return done

    def _is_late(self, function: Callable[..., Any]) -> bool:
        """Return whether it was asked to stop, and can wait no longer for what is computed."""
        if self._stop_by is None:
            return False
        concluding = function == self.work.conclude
        return monotonic() > self._stop_by - (0 if concluding else STOP_S - PATIENCE_S)
