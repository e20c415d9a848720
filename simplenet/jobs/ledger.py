"""What jobs are written down in, so that they outlast the server: what is asked of it.

A job is driven by one server at a time. Whoever drives it holds a lease with a number, the fence,
that each new driver raises; what is written with an old number changes nothing. A driver shows
that it is alive by counting a beat up. No clock takes part: a beat that another server sees stand
still for `LEASE_S` of its own time is a driver that is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, Protocol

End = Literal["finished", "stopped", "failed"]
Status = Literal[
    "waiting",
    "no_worker",
    "no_scheduler",
    "other_code",
    "no_server",
    "running",
    "paused",
    "finished",
    "stopped",
    "failed",
]
Pace = Literal["full", "slow", "step"]

LEASE_S = 3.0
"""How long a driver may show no sign of life before another server takes its jobs over."""


class LedgerError(OSError):
    """The ledger cannot be read or written now; the message says why, and what would help."""


Room = Literal["runs", "waiting", "crowd", "own_bytes", "all_bytes"]
"""Which limit is reached: of one visitor, the runs that go on or the runs that wait as a sweep; of
all visitors, either of them; the bytes of one visitor; the bytes of all."""


class NoRoomError(LedgerError):
    """There is no room for a new job.

    Parameters
    ----------
    of : {"runs", "waiting", "crowd", "own_bytes", "all_bytes"}
    most : int
        How many there may be.
    """

    def __init__(self, of: Room, most: int) -> None:
        super().__init__(f"there is no room for another job ({of}: {most} at the most)")
        self.of, self.most = of, most


@dataclass(frozen=True)
class Wishes:
    """What people want of a job; whoever drives it obeys.

    Parameters
    ----------
    pace : {"full", "slow", "step"}
        How fast it goes.
    held : bool
        Whether it is paused.
    steps : int
        Records that were asked for one by one since it began.
    stop : bool
        Whether it is to end.
    number : int
        How often they were changed.
    """

    pace: Pace = "full"
    held: bool = False
    steps: int = 1
    stop: bool = False
    number: int = 0


@dataclass(frozen=True)
class Position:
    """How far a job is, in what is committed together.

    Parameters
    ----------
    steps_done : int
        How many of the steps that were asked for are done, or need not be done any more.
    pending : bool
        Whether something of the last record is still to come.
    restarts : int
        How often a worker was lost.
    end : {"finished", "stopped", "failed"} or None
        How it ended.
    error : Exception or None
        Why it failed.
    """

    steps_done: int = 0
    pending: bool = False
    restarts: int = 0
    end: End | None = None
    error: Exception | None = None


def rests(wishes: Wishes, at: Position) -> bool:
    """Return whether a job does nothing: it is paused, or has done its last step."""
    stepped = wishes.pace == "step" and wishes.steps <= at.steps_done and not at.pending
    return not wishes.stop and (wishes.held or stepped)


def logged(job_id: str) -> str:
    """Return the name of a job in the log, which must not have its id: that opens the job."""
    return sha256(job_id.encode()).hexdigest()[:8]


@dataclass(frozen=True)
class Lease:
    """Who drives a job.

    Parameters
    ----------
    driver : str or None
        The server; None if it has given the job back.
    fence : int
        How often the job has changed its driver.
    beat : int
        How often this driver has shown that it is alive.
    """

    driver: str | None = None
    fence: int = 0
    beat: int = 0


@dataclass(frozen=True)
class Standing:
    """The part of a job that changes while it goes on, without its records and its state.

    Parameters
    ----------
    id : str
    lease : Lease
    wishes : Wishes
    position : Position
    queued : bool
        Whether it waits to be called up, as a part of a sweep: nobody drives it until then.
    deleted : bool
        Whether somebody has deleted it while it went on.
    """

    id: str
    lease: Lease
    wishes: Wishes
    position: Position
    queued: bool = False
    deleted: bool = False


@dataclass(frozen=True)
class Entry:
    """A job as it is written down, or the newer part of it.

    Parameters
    ----------
    standing : Standing
    visitor : str
        Who started it.
    work : Work
    state : object or None
        The state after the last slice that was committed.
    chunks : list
        Its records as they were committed, or those after the ones that the reader knew.
    known : bool
        Whether the visitor is no stranger: has started something some time ago.
    """

    standing: Standing
    visitor: str
    work: Any
    state: Any
    chunks: list[Any]
    known: bool = False


class Ledger(Protocol):
    """Where jobs are written down; each method is one transaction, and may raise LedgerError."""

    def add(self, job_id: str, visitor: str, work: Any, wishes: Wishes, driver: str) -> bool:
        """Write down a new job, that this server drives with the fence 0.

        Return whether its visitor is no stranger.
        """

    def queue(self, sweep: str, visitor: str, works: Mapping[str, Any]) -> None:
        """Write down the jobs of a sweep by their ids; they wait until they are called up."""

    def call_up(self, driver: str, most: int) -> None:
        """Let jobs that wait begin, until a server has `most` of sweeps that go on."""

    def commit(
        self,
        job_id: str,
        fence: int,
        work: Any,
        new: Any,
        state: Any,
        records: Any,
        position: Position,
    ) -> bool:
        """Add a chunk of new records, None for none, and the state after them.

        `records` are all that there are by now. Return False, and change nothing, if the fence is
        not that of today's driver.
        """

    def wish(self, job_id: str, change: Callable[[Wishes, Position], Wishes]) -> None:
        """Change what is wanted of a job."""

    def read(self, job_id: str, known: int = 0) -> Entry | None:
        """Return a job with the chunks after the first `known`, or None if there is no such job."""

    def standings(self) -> list[Standing]:
        """Return the jobs that have not ended, but for those that wait to be called up."""

    def beat(self, driver: str) -> None:
        """Show that a driver is alive."""

    def adopt(self, old: str, new: str) -> None:
        """Make all jobs of one visitor another's."""

    def claim(self, job_id: str, lease: Lease, driver: str) -> bool:
        """Make a server the driver of a job, unless the lease is another by now."""

    def release(self, job_id: str, fence: int) -> None:
        """Give a job back, so that the next driver need not wait."""
