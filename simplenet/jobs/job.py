"""Background jobs: work in slices on Dask workers, that people start, follow, pause and stop.

The server keeps each job's state, and sends it to a worker for a slice of a fraction of a second
at a time. So pausing is not sending the next slice, a worker that dies costs one slice, and a
core can change hands between two slices. A job's records only ever come from slices that ended
well, and are only ever added to: a slice that is done again leaves no doubled records.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from time import monotonic
from typing import Any, Generic, Literal, Protocol, TypeVar

from simplenet.data import DataSourceError
from simplenet.jobs.line import Line
from simplenet.jobs.workers import JobError, WorkerLostError, Workers

__all__ = ["Job", "JobError", "Jobs", "Pace", "Slice", "Status", "Work"]

logger = logging.getLogger(__name__)

State = TypeVar("State")
Records = TypeVar("Records", bound="Growing")

Status = Literal["waiting", "no_worker", "running", "paused", "finished", "stopped", "failed"]
Pace = Literal["full", "slow", "step"]

SLICE_S = 0.2
"""How long a slice at full speed is: the longest that a person waits for an answer."""

FIRST_SLICE_S = 0.05
"""How long the first slice is: whoever clicked waits for a first sign of life."""

STOP_S = 0.9
"""How soon a job ends that is asked to stop, whatever its worker does."""

PATIENCE_S = 0.5
"""How much of that is left to the slice that is under way; the rest is for the conclusion."""

SLOW_RECORDS, SLOW_PERIOD_S = 5, 0.5
"""In slow motion: that many records, that often."""

CHEAP_S = 0.1
"""How much of a core a slice at a slower pace may take so that it does not wait in line for one."""

POLL_S = 0.1
"""How often a job that waits for a slice looks whether it should wait on."""

ATTEMPTS = 5
"""How often a slice is tried whose worker dies."""

KEPT_JOBS = 300
"""Jobs that the server remembers; beyond it, the oldest that does nothing is forgotten."""

ENDED: tuple[Status, ...] = ("finished", "stopped", "failed")


class Growing(Protocol):
    """What the records of a work are collected in: a list, or what has columns."""

    def __len__(self) -> int: ...

    def extend(self, more: Any, /) -> None:
        """Add the records of a slice."""


@dataclass(frozen=True)
class Slice(Generic[State, Records]):
    """What a slice of work gives back.

    Parameters
    ----------
    state : object
        The new state.
    records : list or History
        The new records.
    finished : bool
        Whether the work is done.
    pending : bool
        Whether something of the last record is still to come: the next slice goes on with it, at
        any pace, and is not a step of its own.
    """

    state: State
    records: Records
    finished: bool
    pending: bool = False


class Work(Protocol):
    """Something long that can be done in slices; it is sent to the workers, so it must pickle."""

    def no_records(self) -> Any:
        """Return what its records are collected in, while there are none: a list, mostly."""

    def advance(self, state: Any, budget_s: float, limit: int | None) -> Slice[Any, Any]:
        """Do `budget_s` seconds or `limit` records of it from `state`, None at the beginning."""

    def conclude(self, state: Any, budget_s: float) -> Slice[Any, Any]:
        """Return what should still be known when the work is stopped at `state`.

        It is called again while it is not finished, and while there is time.
        """


DoneWork = TypeVar("DoneWork", bound=Work)


class Job(Generic[DoneWork, Records]):
    """Work of some kind that goes on in the background; make one with `Jobs.start`.

    Any thread may read it and steer it. Reading takes nothing away from other readers.

    Attributes
    ----------
    id : str
        Unguessable: who knows it may follow and steer the job.
    work : Work
        What is done.
    records : list or History
        All records so far, as the work collects them; it only grows.
    state : object or None
        The state after the last slice, None before the first.
    restarts : int
        How often a worker was lost and its slice done again.
    error : Exception or None
        Why the job failed, where it did.
    """

    def __init__(self, work: DoneWork, jobs: Jobs, pace: Pace) -> None:
        self.id = secrets.token_urlsafe(12)
        self.work = work
        self.records: Records = work.no_records()
        self.state: Any = None
        self.restarts = 0
        self.error: Exception | None = None
        self._started_at = monotonic()
        self._jobs = jobs
        self._changed = jobs.changed
        self._pace: Pace = pace
        self._steps = 1
        self._held = False
        self._stop_by: float | None = None
        self._record_s: float | None = None
        self._pending = False
        self._lost_in_a_row = 0
        self._end: Status | None = None

    def begin(self) -> None:
        """Start the thread that drives the job; `Jobs.start` does it."""
        threading.Thread(target=self._drive, name=f"job-{self.id[:6]}", daemon=True).start()

    @property
    def status(self) -> Status:
        """What the job does now."""
        if self._end:
            return self._end
        if self.idle:
            return "paused"
        if self._jobs.workers.missing:
            return "no_worker"
        return "waiting" if self.place else "running"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._end is not None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet done so."""
        return self._stop_by is not None and not self.ended

    @property
    def place(self) -> int:
        """Place in the line for a core: 1 is next, 0 is not in line, or there is no core at all."""
        return self._jobs.line.place(self) if self._jobs.workers.cores else 0

    @property
    def pace(self) -> Pace:
        """How fast it goes: as fast as it can, in slow motion, or step by step."""
        return self._pace

    @pace.setter
    def pace(self, pace: Pace) -> None:
        with self._changed:
            self._pace, self._steps = pace, 0
            self._changed.notify_all()

    @property
    def is_new(self) -> bool:
        """Whether it was started within the last second, the time of a double click."""
        return monotonic() - self._started_at < 1

    def pause(self) -> None:
        """Hold after the slice that is under way."""
        with self._changed:
            self._held = True
            self._changed.notify_all()

    def resume(self) -> None:
        """Go on from where it was paused."""
        with self._changed:
            self._held = False
            self._changed.notify_all()

    def step(self) -> None:
        """Do one record more, at the pace "step"."""
        with self._changed:
            self._held = False
            self._steps += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """End within a second, and keep what is done."""
        with self._changed:
            if self._stop_by is None:
                self._stop_by = monotonic() + STOP_S
            self._changed.notify_all()

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
        rests = self._pace == "step" and not (self._steps or self._pending)
        return not self.stopping and (self._held or rests)

    @property
    def wants_core(self) -> bool:
        """Whether what it does next has to wait in line for a core."""
        return not (self.stopping or self.idle or self._is_cheap)

    @property
    def _is_cheap(self) -> bool:
        """Whether the next slice is known to take so little that it need not wait in line."""
        if self._pace == "full" or self._record_s is None:
            return False
        return self._record_s * (self._limit or 1) <= CHEAP_S

    @property
    def _limit(self) -> int | None:
        """How many records the next slice may have."""
        return {"full": None, "slow": SLOW_RECORDS, "step": 1}[self._pace]

    def _drive(self) -> None:
        """Do the work; the thread of the job."""
        try:
            end = self._do()
        except Exception as error:
            if not isinstance(error, JobError | DataSourceError):
                logger.exception("job %s failed", self.id)
            self.error, end = error, "failed"
        self._jobs.line.leave(self)
        with self._changed:
            self._end = end
            self._changed.notify_all()

    def _do(self) -> Status:
        """Do slice after slice; return how it ended."""
        while not self._do_some():
            with self._changed:
                if self.idle:  # It may have lost its core just then, and be first in line.
                    self._jobs.line.leave(self)
                self._changed.wait_for(lambda: not self.idle or self._jobs.workers.closed)
            if self._jobs.workers.closed and self._jobs.workers.failure:
                raise self._jobs.workers.failure
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
                    self.state = done[0].state
                    self.records.extend(done[0].records)
                if done[0].finished:
                    break

    def _do_some(self) -> bool:
        """Do slices for as long as nothing changes; return whether the work is finished."""
        if self.wants_core:
            with self._jobs.line.core(self) as turn_over:
                while self.wants_core and not turn_over():
                    if self._advance():
                        return True
                    if self._pace != "full" and self._record_s is not None:
                        break  # Whoever is slow holds no core in between.
        else:
            self._jobs.line.leave(self)
            if self._is_cheap and not (self.stopping or self.idle) and self._advance():
                return True
        if self._pace == "slow" and not self._pending:
            with self._changed:
                self._changed.wait_for(
                    lambda: (
                        self.stopping
                        or self._held
                        or self._pace != "slow"
                        or self._jobs.workers.closed
                    ),
                    SLOW_PERIOD_S,
                )
        return False

    def _advance(self) -> bool:
        """Do one slice, if there is a worker for it; return whether the work is finished."""
        budget_s = FIRST_SLICE_S if self.state is None else SLICE_S
        done = self._compute(self.work.advance, self.state, budget_s, self._limit)
        if done is None:
            return False
        part, seconds = done
        with self._changed:
            if self.state is not None:  # The first slice also begins the work.
                self._record_s = seconds / max(len(part.records), 1)
            self.state, self._pending = part.state, part.pending
            self.records.extend(part.records)
            if self._pace == "step" and len(part.records):
                self._steps = max(self._steps - 1, 0)
            self._changed.notify_all()
        return part.finished

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
        workers = self._jobs.workers
        workers.want()
        with self._changed:
            self._changed.wait_for(
                lambda: workers.cores or workers.failure or self.stopping or self.idle
            )
        call = workers.submit(function, *args)
        while call and not call.wait(POLL_S):
            if workers.failure or not workers.cores or self._is_late(function):
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


class Jobs:
    """The jobs of a server, and the Dask workers that do them.

    Parameters
    ----------
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
        scheduler: str | None = None,
        workers: int | None = None,
        warm_up: Callable[[], Any] | None = None,
    ) -> None:
        self.changed = threading.Condition()
        self.workers = Workers(self.changed, scheduler, workers, warm_up)
        self.line = Line(self.changed, self.workers)
        self._jobs: dict[str, Job[Any, Any]] = {}

    def start(self, work: DoneWork, pace: Pace = "full") -> Job[DoneWork, Any]:
        """Start a job, and return it at once."""
        job: Job[DoneWork, Any] = Job(work, self, pace)
        with self.changed:
            self._jobs[job.id] = job
            self.line.join(job)  # Now, so that the order in line is that of the starts.
            idle = [old for old in self._jobs.values() if old.status in (*ENDED, "paused")]
            for old in idle[: max(len(self._jobs) - KEPT_JOBS, 0)]:
                old.stop()
                del self._jobs[old.id]
        job.begin()
        return job

    def get(self, job_id: str | None) -> Job[Any, Any] | None:
        """Return the job that has this id, or None."""
        return self._jobs.get(job_id) if job_id else None

    def close(self) -> None:
        """End the local workers; jobs that have not ended fail."""
        self.workers.close()
