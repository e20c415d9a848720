"""The room for runs, of a visitor and in all: what makes room for others, and who finds none.

Anybody can come as a new visitor, as often as he likes. So what is bounded for each visitor is
bounded in all, too; and there it is the new ones who find no room, and no run of somebody who was
there before that is lost: strangers, who have started nothing an hour ago, have half of the places
for runs that go on, and a run makes room for somebody else's only once it is a week old.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from time import time

from sqlalchemy import ColumnElement, Connection, and_, delete, func, not_, or_, select, true

from simplenet.jobs.ledger import NoRoomError
from simplenet.runs.store.schema import RUNS

UNDO_S = 3600.0
"""How long a deleted run can be put back."""

KNOWN_S = 3600.0
"""A visitor whose first run was so long ago is no stranger."""

SETTLED_S = 7 * 86400.0
"""How long ago a run must have ended to make room for somebody else's."""

TAKES = RUNS.c.kept_bytes + RUNS.c.state_bytes
"""Bytes of a run."""

LIVE = RUNS.c.ended.is_(None) & RUNS.c.queued.is_(False)

WAITS = RUNS.c.ended.is_(None) & RUNS.c.queued
"""The runs that wait to be called up."""

_STEPPED = and_(RUNS.c.pace == "step", RUNS.c.steps <= RUNS.c.steps_done, RUNS.c.pending.is_(False))
BUSY = LIVE & or_(RUNS.c.stop, and_(RUNS.c.held.is_(False), not_(_STEPPED)))
"""The runs that go on and do not rest: see `rests` of the ledger."""


@dataclass(frozen=True)
class Limits:
    """What runs may take.

    Parameters
    ----------
    visitor_bytes, all_bytes : int
        Bytes of a visitor's runs, and of all. Beyond them the oldest go that have ended and have no
        star; where none can go, no new one begins.
    visitor_runs : int
        Runs of a visitor that go on or are paused, sweeps aside.
    all_runs : int
        Runs that go on, in all; those of strangers may be half as many.
    visitor_waiting, all_waiting : int
        Runs of sweeps that wait until they are called up, of a visitor and in all; those of
        strangers may be half as many.
    """

    visitor_bytes: int = 200_000_000
    all_bytes: int = 4_000_000_000
    visitor_runs: int = 20
    all_runs: int = 200
    visitor_waiting: int = 1000
    all_waiting: int = 5000


DEFAULT = Limits()


def make_room(database: Connection, limits: Limits, visitor: str, size: int) -> None:
    """Delete what has to make room for some bytes of a visitor.

    First what was deleted long ago, or may not be put back for want of room; then what has ended
    and has no star, the oldest first: the visitor's own, or anybody's that ended long ago.

    Raises
    ------
    NoRoomError
        If that is not enough.
    """
    database.execute(delete(RUNS).where(RUNS.c.deleted_at < time() - UNDO_S))
    own = RUNS.c.visitor == visitor
    over = _taken(database, own) + size - limits.visitor_bytes
    if _free(database, own, over) > 0:
        raise NoRoomError("own_bytes", limits.visitor_bytes)
    over = _taken(database, true()) + size - limits.all_bytes
    over = _free(database, RUNS.c.ended_at < time() - SETTLED_S, over)
    if _free(database, own, over) > 0:
        raise NoRoomError("all_bytes", limits.all_bytes)


def _taken(database: Connection, whose: ColumnElement[bool]) -> int:
    return int(database.scalar(select(func.coalesce(func.sum(TAKES), 0)).where(whose)) or 0)


def _free(database: Connection, whose: ColumnElement[bool], over: int) -> int:
    """Delete runs until `over` bytes are free; return how many of them are not."""
    if over <= 0:
        return over
    deleted = RUNS.c.deleted_at.is_not(None)
    candidates = database.execute(
        select(RUNS.c.id, TAKES.label("size"))
        .where(whose, RUNS.c.ended.is_not(None), or_(RUNS.c.star.is_(False), deleted))
        .order_by(deleted.desc(), RUNS.c.started_at)
    )
    gone = []
    for row in candidates:
        gone.append(row.id)
        over -= row.size
        if over <= 0:
            break
    database.execute(delete(RUNS).where(RUNS.c.id.in_(gone)))
    return over


def is_known(database: Connection, visitor: str) -> bool:
    """Return whether a visitor is no stranger."""
    return bool(known_among(database, [visitor]))


def known_among(database: Connection, visitors: Collection[str]) -> set[str]:
    """Return which of some visitors are no strangers."""
    known = RUNS.c.visitor.in_(visitors) & (RUNS.c.started_at < time() - KNOWN_S)
    return set(database.scalars(select(RUNS.c.visitor).where(known).distinct()))


def check_start(database: Connection, limits: Limits, visitor: str) -> bool:
    """Check that one more run of a visitor may begin; return whether it is no stranger.

    Raises
    ------
    NoRoomError
        If it may not.
    """
    own = LIVE & (RUNS.c.visitor == visitor) & RUNS.c.sweep.is_(None)
    if _count(database, own) >= limits.visitor_runs:
        raise NoRoomError("runs", limits.visitor_runs)
    known = is_known(database, visitor)
    if room_to_run(database, limits)[known] <= 0:
        raise NoRoomError("crowd", limits.all_runs)
    return known


def check_sweep(database: Connection, limits: Limits, visitor: str, runs: int) -> None:
    """Check that so many runs more of a visitor may wait until they are called up.

    Raises
    ------
    NoRoomError
        If they may not.
    """
    if _count(database, WAITS & (RUNS.c.visitor == visitor)) + runs > limits.visitor_waiting:
        raise NoRoomError("waiting", limits.visitor_waiting)
    if _room(database, WAITS, limits.all_waiting)[is_known(database, visitor)] < runs:
        raise NoRoomError("crowd", limits.all_waiting)


def room_to_run(database: Connection, limits: Limits) -> dict[bool, int]:
    """Return how many more runs may go on: of those known, by True, and of strangers, by False."""
    return _room(database, BUSY, limits.all_runs)


def _room(database: Connection, which: ColumnElement[bool], most: int) -> dict[bool, int]:
    """Return how many runs there may still be, if there may be `most`, half of them strangers'."""
    earlier = RUNS.alias()
    known = select(earlier.c.id).where(
        earlier.c.visitor == RUNS.c.visitor, earlier.c.started_at < time() - KNOWN_S
    )
    left = most - _count(database, which)
    return {True: left, False: min(left, most // 2 - _count(database, which & ~known.exists()))}


def _count(database: Connection, which: ColumnElement[bool]) -> int:
    return int(database.scalar(select(func.count()).select_from(RUNS).where(which)) or 0)
