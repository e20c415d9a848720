"""What the jobs write down of the runs that they drive: see `simplenet.jobs.ledger.Ledger`."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import asdict
from time import time
from typing import Any

from cattrs.errors import BaseValidationError
from safetensors import SafetensorError
from sqlalchemy import func, insert, or_, select, update

from simplenet.data import DataSourceError
from simplenet.jobs import JobError
from simplenet.jobs.ledger import Entry, Lease, LedgerError, Position, Standing, Wishes, logged
from simplenet.runs.store.database import Database, is_id, of_position, of_wishes
from simplenet.runs.store.room import (
    check_start,
    check_sweep,
    is_known,
    known_among,
    room_to_run,
)
from simplenet.runs.store.schema import CHUNKS, CONTENTS, RUNS

ERRORS = {kind.__name__: kind for kind in (DataSourceError, JobError)}
"""The errors that pages know by their class; any other comes back as a RuntimeError."""

UNREADABLE = (LookupError, TypeError, ValueError, BaseValidationError, SafetensorError)
"""What is raised when something is read that this release has not written."""

TICK_S = 1e-5
"""How much later one job of a sweep is than the one before: that is their order."""


class Driven(Database):
    """The runs as the jobs write them down; each method is one transaction.

    Raises
    ------
    LedgerError
        By every method, if the database cannot be read or written now.
    """

    def add(self, job_id: str, visitor: str, work: Any, wishes: Wishes, driver: str) -> bool:
        """Write down a new job, that this server drives with the fence 0.

        Return whether its visitor is no stranger.

        Raises
        ------
        NoRoomError
            If the visitor has as many as he may, or there are as many as there may be in all.
        """
        with self._write() as database:
            known = check_start(database, self.limits, visitor)
            self._insert(database, job_id, visitor, work, driver=driver, **of_wishes(wishes))
        return known

    def queue(self, sweep: str, visitor: str, works: Mapping[str, Any]) -> None:
        """Write down the jobs of a sweep by their ids; they wait until they are called up.

        Raises
        ------
        NoRoomError
            If there are too many of them, beside those that wait already.
        """
        now = time()
        with self._write() as database:
            check_sweep(database, self.limits, visitor, len(works))
            for i, (job_id, work) in enumerate(works.items()):
                self._insert(
                    database,
                    job_id,
                    visitor,
                    work,
                    sweep=sweep,
                    queued=True,
                    started_at=now + i * TICK_S,
                )

    def call_up(self, driver: str, most: int) -> None:
        """Let jobs that wait begin, until a server has `most` of sweeps that go on.

        First those of visitors who have the fewest; each visitor has one at least, as long as
        there are not too many in all.
        """
        waits = RUNS.c.queued & RUNS.c.ended.is_(None) & RUNS.c.deleted_at.is_(None)
        with self._read() as database:
            rows = database.execute(
                select(RUNS.c.id, RUNS.c.visitor).where(waits).order_by(RUNS.c.started_at)
            ).all()
            if not rows:
                return
            known = known_among(database, {row.visitor for row in rows})
            room = room_to_run(database, self.limits)
            goes_on = database.execute(
                select(RUNS.c.visitor, func.count().label("n"))
                .where(
                    RUNS.c.sweep.is_not(None),
                    RUNS.c.queued.is_(False),
                    RUNS.c.ended.is_(None),
                    RUNS.c.held.is_(False),
                    or_(RUNS.c.driver.is_(None), RUNS.c.driver == driver),
                )
                .group_by(RUNS.c.visitor)
            ).all()
        have = Counter({row.visitor: row.n for row in goes_on})
        waiting: dict[str, deque[str]] = {}
        for row in rows:
            waiting.setdefault(row.visitor, deque()).append(row.id)
        called: list[str] = []
        while free := [visitor for visitor in waiting if room[visitor in known] > 0]:
            visitor = min(free, key=have.__getitem__)
            if have[visitor] and have.total() >= most:
                break
            called.append(waiting[visitor].popleft())
            have[visitor] += 1
            room[True] -= 1
            room[False] -= visitor not in known
            room[False] = min(room.values())
            if not waiting[visitor]:
                del waiting[visitor]
        if called:
            with self._write() as database:
                database.execute(
                    update(RUNS).where(RUNS.c.id.in_(called), waits).values(queued=False)
                )

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
        not that of today's driver, or the job is gone.
        """
        kind = self._kind_of(work)
        with self._read() as database:
            sweep = database.scalar(select(RUNS.c.sweep).where(RUNS.c.id == job_id))
        chunk = None if new is None else kind.pack(kind.thin(new) if sweep else new)
        packed = None if state is None else kind.pack(state)
        ended = {"ended_at": time()} if position.end else {}
        with self._write() as database:
            row = database.execute(
                update(RUNS)
                .where(RUNS.c.id == job_id, RUNS.c.fence == fence)
                .values(
                    beat=RUNS.c.beat + 1,
                    chunks=RUNS.c.chunks + int(chunk is not None),
                    kept_bytes=RUNS.c.kept_bytes + len(chunk or b""),
                    state_bytes=len(packed or b""),
                    **of_position(position),
                    **asdict(kind.result(work, records)),
                    **ended,
                )
                .returning(RUNS.c.chunks)
            ).one_or_none()
            if row is None:
                return False
            if chunk is not None:
                database.execute(
                    insert(CHUNKS).values(run=job_id, number=row.chunks - 1, records=chunk)
                )
            if packed is not None:
                database.execute(
                    update(CONTENTS).where(CONTENTS.c.run == job_id).values(state=packed)
                )
        return True

    def wish(self, job_id: str, change: Callable[[Wishes, Position], Wishes]) -> None:
        """Change what is wanted of a job; nothing, if it has ended or is gone."""
        with self._write() as database:
            row = database.execute(
                select(RUNS).where(RUNS.c.id == job_id, RUNS.c.ended.is_(None)).with_for_update()
            ).one_or_none()
            if row is not None:
                changed = change(_wishes(row), _position(row))
                database.execute(
                    update(RUNS).where(RUNS.c.id == job_id).values(**of_wishes(changed))
                )
                if changed.stop:
                    self._end_waiting(database, RUNS.c.id == job_id)

    def read(self, job_id: str, known: int = 0) -> Entry | None:
        """Return a job with the chunks after the first `known`, or None if there is no such job."""
        if not is_id(job_id):
            return None
        with self._read() as database:
            row = database.execute(
                select(RUNS, CONTENTS.c.work, CONTENTS.c.state)
                .join(CONTENTS)
                .where(RUNS.c.id == job_id, RUNS.c.deleted_at.is_(None))
            ).one_or_none()
            if row is None:
                return None
            known_one = is_known(database, row.visitor)
            # Not those that are committed just now: they belong to a newer row.
            parts = database.scalars(
                select(CHUNKS.c.records)
                .where(
                    CHUNKS.c.run == job_id, CHUNKS.c.number >= known, CHUNKS.c.number < row.chunks
                )
                .order_by(CHUNKS.c.number)
            ).all()
        try:
            kind = self._kinds[row.kind]
            return Entry(
                _standing(row),
                row.visitor,
                kind.unpack(row.work, "work"),
                None if row.state is None else kind.unpack(row.state, "state"),
                [kind.unpack(part, "records") for part in parts],
                known_one,
            )
        except UNREADABLE as error:
            raise LedgerError(
                f"the run {logged(job_id)} is damaged, or was kept by another release: {error}"
            ) from error

    def standings(self) -> list[Standing]:
        """Return the jobs that have not ended, but for those that wait to be called up."""
        with self._read() as database:
            rows = database.execute(
                select(RUNS).where(RUNS.c.ended.is_(None), RUNS.c.queued.is_(False))
            ).all()
        return [_standing(row) for row in rows]

    def is_any_left(self) -> bool:
        """Return whether a job has something to do, or waits to be called up."""
        there = RUNS.c.ended.is_(None) & RUNS.c.deleted_at.is_(None)
        goes_on = there & (RUNS.c.queued | RUNS.c.held.is_(False))
        with self._read() as database:
            return database.scalar(select(RUNS.c.id).where(goes_on).limit(1)) is not None

    def beat(self, driver: str) -> None:
        """Show that a driver is alive."""
        with self._write() as database:
            database.execute(
                update(RUNS)
                .where(RUNS.c.driver == driver, RUNS.c.ended.is_(None))
                .values(beat=RUNS.c.beat + 1)
            )

    def claim(self, job_id: str, lease: Lease, driver: str) -> bool:
        """Make a server the driver of a job, unless the lease is another by now."""
        with self._write() as database:
            claimed = database.execute(
                update(RUNS)
                .where(
                    RUNS.c.id == job_id,
                    RUNS.c.fence == lease.fence,
                    RUNS.c.beat == lease.beat,
                    RUNS.c.ended.is_(None),
                )
                .values(driver=driver, fence=lease.fence + 1)
            )
            return bool(claimed.rowcount)

    def release(self, job_id: str, fence: int) -> None:
        """Give a job back, so that the next driver need not wait."""
        with self._write() as database:
            database.execute(
                update(RUNS).where(RUNS.c.id == job_id, RUNS.c.fence == fence).values(driver=None)
            )

    def adopt(self, old: str, new: str) -> None:
        """Give all runs of one visitor to another, who is the same person.

        Most visitors have none yet: they see their runs also where nothing can be written now.
        """
        of_old = RUNS.c.visitor == old
        with self._read() as database:
            if database.scalar(select(RUNS.c.id).where(of_old).limit(1)) is None:
                return
        with self._write() as database:
            database.execute(update(RUNS).where(of_old).values(visitor=new))


def _wishes(row: Any) -> Wishes:
    return Wishes(row.pace, row.held, row.steps, row.stop, row.wish)


def _position(row: Any) -> Position:
    error = None
    if row.error_kind is not None:
        error = ERRORS.get(row.error_kind, RuntimeError)(row.error)
    return Position(row.steps_done, row.pending, row.restarts, row.ended, error)


def _standing(row: Any) -> Standing:
    lease = Lease(row.driver, row.fence, row.beat)
    deleted = row.deleted_at is not None
    return Standing(row.id, lease, _wishes(row), _position(row), row.queued, deleted)
