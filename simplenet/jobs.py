"""Background jobs: work in slices on Dask workers, that people start, follow, pause and stop.

The server keeps each job's state, and sends it to a worker for a slice of a fraction of a second
at a time. So pausing is not sending the next slice, a worker that dies costs one slice, and a
core can change hands between two slices. A job's records only ever come from slices that ended
well: a slice that is done again leaves no doubled records.
"""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING, Any, Generic, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from distributed import Client, LocalCluster

State = TypeVar("State")
Record = TypeVar("Record")

Status = Literal["waiting", "running", "paused", "finished", "stopped", "failed"]
Pace = Literal["full", "slow", "step"]

SLICE_S = 0.2
"""How long a slice at full speed is: the longest that a person waits for an answer."""

FIRST_SLICE_S = 0.05
"""How long the first slice is: whoever clicked waits for a first sign of life."""

PATIENCE_S = 0.5
"""How long a stopped job waits for a slice that takes longer than it should."""

TURN_S = 20.0
"""How long a job keeps its core while others wait in line."""

RECOUNT_S = 1.0
"""How often a job in line counts the cores anew: a cluster grows, and lost workers come back."""

SLOW_RECORDS, SLOW_PERIOD_S = 5, 0.5
"""In slow motion: that many records, that often. It takes so little of a core that no job at
this pace waits in line for one."""

EARLY_S = 2.0
"""How long after the first visit the workers are started, if no job needs them before: their
start takes all cores for a second or two, and the visitor's first page comes first."""

CONNECT_S = 5.0
"""How long a scheduler may take to answer."""

ATTEMPTS = 5
"""How often a slice is tried whose worker dies."""

DASK_CONFIG = {
    # A slice whose worker died is ours to do again: we want to know of it.
    "distributed.scheduler.allowed-failures": 0,
    # Dask has its workers give every freed array back to the system at once: a training was
    # measured to take a tenth longer that way.
    "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": 2**27,
    "distributed.nanny.pre-spawn-environ.MALLOC_MMAP_THRESHOLD_": 2**25,
}

KEPT_JOBS = 300
"""Jobs that the server remembers; beyond it, the oldest that does nothing is forgotten."""

ENDED: tuple[Status, ...] = ("finished", "stopped", "failed")


@dataclass(frozen=True)
class Slice(Generic[State, Record]):
    """What a slice of work gives back: the new state, the new records, and whether it is done."""

    state: State
    records: Sequence[Record]
    finished: bool


class Work(Protocol):
    """Something long that can be done in slices; it is sent to the workers, so it must pickle."""

    def advance(self, state: Any, budget_s: float, limit: int | None) -> Slice[Any, Any]:
        """Do `budget_s` seconds or `limit` records of it from `state`, None at the beginning."""

    def conclude(self, state: Any) -> Slice[Any, Any]:
        """Return the last record anew, as it should be when the work is stopped at `state`."""


class JobError(RuntimeError):
    """The workers cannot do the work; the message says why, and what would help."""


class AbandonedError(Exception):
    """A slice was given up because its job was stopped."""


class Job:
    """Work that goes on in the background; make one with `Jobs.start`.

    Any thread may read it and steer it. Reading takes nothing away from other readers.

    Attributes
    ----------
    id : str
        Unguessable: who knows it may follow and steer the job.
    work : Work
        What is done.
    records : list
        All records so far; it only grows (except that stopping may replace the last one).
    state : object or None
        The state after the last slice, None before the first.
    restarts : int
        How often a worker was lost and its slice done again.
    error : Exception or None
        Why the job failed, where it did.
    """

    def __init__(self, work: Work, jobs: Jobs, pace: Pace) -> None:
        self.id = secrets.token_urlsafe(12)
        self.work = work
        self.records: list[Any] = []
        self.state: Any = None
        self.restarts = 0
        self.error: Exception | None = None
        self._started_at = monotonic()
        self._jobs = jobs
        self._changed = jobs.changed
        self._pace: Pace = pace
        self._steps = 1
        self._held = False
        self._stopping = False
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
        return "waiting" if self.place else "running"

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self._end is not None

    @property
    def stopping(self) -> bool:
        """Whether it was asked to stop and has not yet done so."""
        return self._stopping and not self.ended

    @property
    def place(self) -> int:
        """Place in the line for a core: 1 is next, 0 is not in line."""
        return self._jobs.place(self)

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
        """End after the slice that is under way, and keep what is done."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait until the job has ended; return whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: self.ended, timeout_s)

    def wait_for_records(self, timeout_s: float) -> None:
        """Wait until there is a first record, the job has ended, or the time is over."""
        with self._changed:
            self._changed.wait_for(lambda: self.records or self.ended, timeout_s)

    @property
    def idle(self) -> bool:
        """Whether it is paused, by a person or after its last step."""
        return not self._stopping and (self._held or (self._pace == "step" and not self._steps))

    @property
    def wants_core(self) -> bool:
        """Whether it goes on at full speed as soon as it has a core."""
        return self._pace == "full" and not (self._stopping or self._held)

    def _drive(self) -> None:
        """Do slice after slice; the thread of the job."""
        end: Status = "finished"
        try:
            while not self._do_some():
                with self._changed:
                    self._changed.wait_for(lambda: not self.idle)
                if self._stopping:
                    end = "stopped"
                    break
        except AbandonedError:
            end = "stopped"
        except Exception as error:
            if not isinstance(error, (JobError, ValueError, OSError)):
                logging.getLogger(__name__).exception("job %s failed", self.id)
            self.error, end = error, "failed"
        if end == "stopped" and self.state is not None:
            self._conclude()
        self._jobs.leave_line(self)
        with self._changed:
            self._end = end
            self._changed.notify_all()

    def _conclude(self) -> None:
        """Have the last record done anew; if that fails, it stays as it is."""
        try:
            part = self._jobs.compute(self, self.work.conclude, self.state)
        except Exception as error:
            self.error = error
            return
        with self._changed:
            self.state, self.records[-1:] = part.state, part.records

    def _do_some(self) -> bool:
        """Do slices for as long as nothing changes; return whether the work is finished."""
        if self._pace == "full":
            with self._jobs.core(self) as turn_over:
                while self.wants_core and not turn_over():
                    if self._advance(SLICE_S, None):
                        return True
            return False
        self._jobs.leave_line(self)
        if self._stopping or self.idle:
            return False
        if self._pace == "slow":
            finished = self._advance(SLICE_S, SLOW_RECORDS)
            with self._changed:
                self._changed.wait_for(
                    lambda: finished or self._stopping or self._held or self._pace != "slow",
                    SLOW_PERIOD_S,
                )
        else:
            finished = self._advance(SLICE_S, 1)
            with self._changed:
                self._steps = max(self._steps - 1, 0)
        return finished

    def _advance(self, budget_s: float, limit: int | None) -> bool:
        """Do one slice; return whether the work is finished."""
        if self.state is None:
            budget_s = FIRST_SLICE_S
        part: Slice[Any, Any] = self._jobs.compute(
            self, self.work.advance, self.state, budget_s, limit
        )
        with self._changed:
            self.state = part.state
            self.records.extend(part.records)
            self._changed.notify_all()
        return part.finished


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
        self._scheduler = scheduler
        self._workers = workers
        self._warm_up = warm_up
        self._jobs: dict[str, Job] = {}
        self._line: list[Job] = []
        self._on_core: set[Job] = set()
        self._cores = 1
        self._closed = False
        self._client: Client | None = None
        self._connecting = threading.Lock()
        early = threading.Timer(EARLY_S, self._connect_early)
        early.name, early.daemon = "jobs-connect", True
        early.start()

    def start(self, work: Work, pace: Pace = "full") -> Job:
        """Start a job, and return it at once."""
        job = Job(work, self, pace)
        with self.changed:
            self._jobs[job.id] = job
            if pace == "full":
                self._line.append(job)  # Now, so that the order in line is that of the starts.
            idle = [old for old in self._jobs.values() if old.status in (*ENDED, "paused")]
            for old in idle[: max(len(self._jobs) - KEPT_JOBS, 0)]:
                old.stop()
                del self._jobs[old.id]
        job.begin()
        return job

    def get(self, job_id: str | None) -> Job | None:
        """Return the job that has this id, or None."""
        return self._jobs.get(job_id) if job_id else None

    def place(self, job: Job) -> int:
        """Return the place of a job in the line for a core, 1 is next, 0 if it is not in it."""
        with self.changed:
            return self._line.index(job) + 1 if job in self._line else 0

    def leave_line(self, job: Job) -> None:
        """Take a job out of the line, if it is in it."""
        with self.changed:
            if job in self._line:
                self._line.remove(job)
                self.changed.notify_all()

    @contextmanager
    def core(self, job: Job) -> Iterator[Callable[[], bool]]:
        """Wait in line for a core, and hold it inside the block.

        What it gives is a function: whether the turn is over, because others wait and this job
        had its time. (It is over at once for a job that no longer wanted a core in the line.)
        """
        with self.changed:
            if job not in self._line:
                self._line.append(job)
        granted = waited = False
        while not waited:
            cores = sum(self._connected().ncores().values())
            with self.changed:
                self._cores = max(cores, 1)
                waited = self.changed.wait_for(
                    lambda: not job.wants_core or self._is_next(job), RECOUNT_S
                )
                if waited:
                    granted = job.wants_core
                    self._line.remove(job)
                if granted:
                    self._on_core.add(job)
                self.changed.notify_all()
        until = monotonic() + TURN_S
        try:
            yield lambda: not granted or (bool(self._line) and monotonic() > until)
        finally:
            with self.changed:
                self._on_core.discard(job)
                self.changed.notify_all()

    def _is_next(self, job: Job) -> bool:
        return self._line[0] is job and len(self._on_core) < self._cores

    def compute(self, job: Job, function: Callable[..., Any], *args: Any) -> Any:
        """Return ``function(*args)``, computed by a worker; if the worker dies, by another.

        Raises
        ------
        JobError
            If there is no scheduler, or `ATTEMPTS` workers in a row were lost.
        AbandonedError
            If it takes long, and the job was asked to stop.
        Exception
            What the function raised.
        """
        from distributed import CancelledError, KilledWorker

        for _ in range(ATTEMPTS):
            client = self._connected()
            done = threading.Event()
            try:
                future = client.submit(function, *args, pure=False)
                future.add_done_callback(lambda _, done=done: done.set())
                while not done.wait(PATIENCE_S):
                    if client.status == "closed":
                        raise ConnectionError
                    if job.stopping and function == job.work.advance:
                        self._abandon(client, future.key)
                        raise AbandonedError
                return future.result()
            except (KilledWorker, CancelledError):
                job.restarts += 1
            except Exception:
                if client.status == "running":
                    raise
                raise JobError("the connection to the workers was lost") from None
        raise JobError(f"{ATTEMPTS} workers in a row were lost")

    @staticmethod
    def _abandon(client: Client, key: Any) -> None:
        """Restart the worker that does a slice nobody waits for: there is no other way out."""
        busy = [worker for worker, keys in client.processing().items() if key in keys]
        client.restart_workers(busy, raise_for_error=False)

    def close(self) -> None:
        """End the local workers; jobs that have not ended fail."""
        with self._connecting:
            self._closed = True
            if self._client:
                self._client.close()
                if self._client.cluster:
                    self._client.cluster.close()
                self._client = None

    def _connect_early(self) -> None:
        """Connect before there is a job, so that the first one need not wait."""
        # Only for speed: what is wrong is said by the first job that needs the workers.
        with suppress(Exception):
            client = self._connected()
            if self._warm_up:
                client.run(self._warm_up)

    def _connected(self) -> Client:
        """Return the client of the cluster; start the cluster if there is none."""
        # Half a second of imports that only a server needs.
        import dask
        from distributed import Client

        with self._connecting:
            if self._closed:
                raise JobError("the server is shutting down")
            if self._client and self._scheduler and self._client.status == "closed":
                self._client = None  # Somebody else's cluster may be back.
            if self._client is None:
                dask.config.set(DASK_CONFIG)
                try:
                    self._client = Client(
                        self._scheduler or self._local_cluster(),
                        timeout=CONNECT_S,
                        set_as_default=False,
                    )
                except (OSError, ValueError, RuntimeError) as error:
                    raise JobError(
                        f"no Dask scheduler answers at {self._scheduler or 'this machine'}: {error}"
                    ) from error
            return self._client

    def _local_cluster(self) -> LocalCluster:
        """Start one process with one thread for each core; nothing of it leaves this machine."""
        from distributed import LocalCluster

        return LocalCluster(
            n_workers=self._workers,
            threads_per_worker=1,
            processes=True,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0",  # There is always one; not a port others may want.
            memory_limit=None,
            silence_logs=logging.CRITICAL,
        )
