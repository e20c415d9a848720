"""Work in slices: what a job can do, and what each slice of it gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

State = TypeVar("State")
Records = TypeVar("Records", bound="Growing")


class Growing(Protocol):
    """The container of a work's records: a list, or one that keeps columns."""

    def __len__(self) -> int: ...

    def extend(self, more: Any, /) -> None:
        """Add the records of a slice."""


@dataclass(frozen=True)
class Slice(Generic[State, Records]):
    """The result of a slice of work.

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
        """Return what its records are collected in, while there are none: a list, mostly.

        It may leave out what is large: the records of a slice are written down as they come.
        """

    def advance(self, state: Any, budget_s: float, limit: int | None) -> Slice[Any, Any]:
        """Do `budget_s` seconds or `limit` records of it from `state`, None at the beginning."""

    def conclude(self, state: Any, budget_s: float) -> Slice[Any, Any]:
        """Return what should still be known when the work is stopped at `state`.

        It is called again while it is not finished, and while there is time.
        """


DoneWork = TypeVar("DoneWork", bound=Work)
