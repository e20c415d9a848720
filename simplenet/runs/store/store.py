"""Runs in a database: what the jobs write down, and what people make of their own runs."""

from __future__ import annotations

import logging
import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

from cattrs.errors import BaseValidationError
from safetensors import SafetensorError
from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    delete,
    func,
    insert,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from simplenet.data import DataSourceError
from simplenet.jobs import JobError
from simplenet.jobs.ledger import Entry, Lease, LedgerError, Position, Standing, Wishes
from simplenet.runs.kinds import KINDS, Kind, Result, settings_of
from simplenet.runs.made_with import made_with
from simplenet.runs.store.opening import in_memory, opened, opened_file
from simplenet.runs.store.schema import CHUNKS, CONTENTS, RUNS

if TYPE_CHECKING:
    from simplenet.runs.bundle import Bundle

logger = logging.getLogger(__name__)

UNDO_S = 3600.0
"""How long a deleted run can be put back."""

ERRORS = {kind.__name__: kind for kind in (DataSourceError, JobError)}
"""The errors that pages know by their class; any other comes back as a RuntimeError."""

UNREADABLE = (LookupError, TypeError, ValueError, BaseValidationError, SafetensorError)
"""What is raised when something is read that this release has not written."""

TICK_S = 1e-5
"""How much later one job of a sweep is than the one before: that is their order."""

MOST_ID, MOST_NAME, MOST_NOTE = 64, 80, 2000
"""Characters."""

TAKES = RUNS.c.kept_bytes + RUNS.c.state_bytes
"""Bytes of a run."""

SHOWN = (
    RUNS.c.id,
    RUNS.c.kind,
    RUNS.c.settings,
    RUNS.c.made_with,
    RUNS.c.started_at,
    RUNS.c.ended,
    RUNS.c.ended_at,
    RUNS.c.held,
    RUNS.c.done,
    RUNS.c.total,
    RUNS.c.loss,
    RUNS.c.train_accuracy,
    RUNS.c.test_accuracy,
    RUNS.c.elapsed_s,
    RUNS.c.curve,
    RUNS.c.name,
    RUNS.c.note,
    RUNS.c.star,
    RUNS.c.visitor,
    RUNS.c.sweep,
    RUNS.c.queued,
    TAKES.label("size"),
)


@dataclass(frozen=True)
class Limits:
    """What runs may take, in bytes; beyond it the oldest go that have ended and have no star.

    Parameters
    ----------
    visitor_bytes : int
        Those of a visitor.
    all_bytes : int
        All of them.
    """

    visitor_bytes: int = 200_000_000
    all_bytes: int = 4_000_000_000


@dataclass(frozen=True)
class Summary:
    """A run as a list shows it: all that its row tells, and nothing large.

    Parameters
    ----------
    id, kind : str
    settings, made_with : dict
        What it follows from: its settings, and the versions and the data.
    started_at : float
        Seconds since 1970.
    ended : {"finished", "stopped", "failed"} or None
        None while it goes on.
    ended_at : float or None
    held : bool
        Whether it is paused.
    result : Result
    name, note : str
        What its owner calls it, and has written about it.
    star : bool
        Whether its owner has marked it: it never makes room for others.
    size : int
        Bytes.
    visitor : str
        Whose it is.
    sweep : str or None
        The sweep that it belongs to.
    queued : bool
        Whether it waits until its sweep gets to it.
    """

    id: str
    kind: str
    settings: dict[str, Any]
    made_with: dict[str, Any]
    started_at: float
    ended: str | None
    ended_at: float | None
    held: bool
    result: Result
    name: str
    note: str
    star: bool
    size: int
    visitor: str = ""
    sweep: str | None = None
    queued: bool = False


class Store:
    """The runs of a database. Any thread may use it; each method is one transaction.

    Parameters
    ----------
    engine : Engine
        Of a database whose schema is the newest one.
    kinds : sequence of Kind
        The kinds of work that it can keep.
    limits : Limits
        What the runs may take.
    problem : str
        Why runs do not outlast the server, if they do not.

    Raises
    ------
    LedgerError
        By every method, if the database cannot be read or written now.
    """

    def __init__(
        self,
        engine: Engine,
        kinds: Sequence[Kind] = KINDS,
        limits: Limits = Limits(),
        problem: str = "",
    ) -> None:
        self.problem, self.limits = problem, limits
        self._engine = engine
        self._kinds = {kind.name: kind for kind in kinds}
        # SQLite has one writer at a time; waiting here is quicker than its looking again and again.
        one_at_a_time = engine.dialect.name == "sqlite"
        self._writing = threading.RLock() if one_at_a_time else nullcontext()
        self._reading = self._writing if isinstance(engine.pool, StaticPool) else nullcontext()

    # What the jobs write down: see `simplenet.jobs.ledger.Ledger`.

    def add(self, job_id: str, visitor: str, work: Any, wishes: Wishes, driver: str) -> None:
        """Write down a new job, that this server drives with the fence 0."""
        with self._write() as database:
            self._insert(database, job_id, visitor, work, driver=driver, **_of_wishes(wishes))

    def queue(self, sweep: str, visitor: str, works: Mapping[str, Any]) -> None:
        """Write down the jobs of a sweep by their ids; they wait until they are called up."""
        now = time()
        with self._write() as database:
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

        First those of visitors who have the fewest; each visitor has one at least.
        """
        waits = RUNS.c.queued & RUNS.c.ended.is_(None) & RUNS.c.deleted_at.is_(None)
        with self._read() as database:
            rows = database.execute(
                select(RUNS.c.id, RUNS.c.visitor).where(waits).order_by(RUNS.c.started_at)
            ).all()
            if not rows:
                return
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
        busy = Counter({row.visitor: row.n for row in goes_on})
        waiting: dict[str, deque[str]] = {}
        for row in rows:
            waiting.setdefault(row.visitor, deque()).append(row.id)
        called = []
        while waiting:
            visitor = min(waiting, key=busy.__getitem__)
            if busy[visitor] and busy.total() >= most:
                break
            called.append(waiting[visitor].popleft())
            busy[visitor] += 1
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
                    **_of_position(position),
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
                    update(RUNS).where(RUNS.c.id == job_id).values(**_of_wishes(changed))
                )
                if changed.stop:
                    self._end_waiting(database, RUNS.c.id == job_id)

    def read(self, job_id: str, known: int = 0) -> Entry | None:
        """Return a job with the chunks after the first `known`, or None if there is no such job."""
        if not _is_id(job_id):
            return None
        with self._read() as database:
            row = database.execute(
                select(RUNS, CONTENTS.c.work, CONTENTS.c.state)
                .join(CONTENTS)
                .where(RUNS.c.id == job_id, RUNS.c.deleted_at.is_(None))
            ).one_or_none()
            if row is None:
                return None
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
            )
        except UNREADABLE as error:
            raise LedgerError(
                f"the run {job_id} is damaged, or was kept by another release: {error}"
            ) from error

    def standings(self) -> list[Standing]:
        """Return the jobs that have not ended, but for those that wait to be called up."""
        with self._read() as database:
            rows = database.execute(
                select(RUNS).where(RUNS.c.ended.is_(None), RUNS.c.queued.is_(False))
            ).all()
        return [_standing(row) for row in rows]

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

    # What people make of their runs: nothing here is for a run of somebody else.

    def runs_of(self, visitor: str) -> list[Summary]:
        """Return the runs of a visitor, the newest first."""
        with self._read() as database:
            rows = database.execute(
                select(*SHOWN)
                .where(RUNS.c.visitor == visitor, RUNS.c.deleted_at.is_(None))
                .order_by(RUNS.c.started_at.desc(), RUNS.c.id)
            ).all()
        return [_summary(row) for row in rows]

    def summaries(self, ids: Sequence[str]) -> list[Summary]:
        """Return runs by their ids, in that order, whoever's they are; without those not there."""
        with self._read() as database:
            rows = database.execute(
                select(*SHOWN).where(RUNS.c.id.in_(ids), RUNS.c.deleted_at.is_(None))
            ).all()
        found = {row.id: _summary(row) for row in rows}
        return [found[one] for one in ids if one in found]

    def sweep(self, sweep: str) -> list[Summary]:
        """Return the runs of a sweep, whoever's it is, in the order in which they begin."""
        if not _is_id(sweep):
            return []
        with self._read() as database:
            rows = database.execute(
                select(*SHOWN)
                .where(RUNS.c.sweep == sweep, RUNS.c.deleted_at.is_(None))
                .order_by(RUNS.c.started_at, RUNS.c.id)
            ).all()
        return [_summary(row) for row in rows]

    def stop_sweep(self, sweep: str, visitor: str) -> None:
        """Stop all runs of a visitor's sweep; those that wait end without having begun."""
        of_it = (RUNS.c.sweep == sweep) & (RUNS.c.visitor == visitor)
        with self._write() as database:
            self._end_waiting(database, of_it)
            database.execute(
                update(RUNS)
                .where(of_it, RUNS.c.ended.is_(None))
                .values(stop=True, wish=RUNS.c.wish + 1)
            )

    def timings(self, kind: str, most: int = 200) -> list[tuple[dict[str, Any], int, float]]:
        """Return the settings, iterations and seconds of the last runs that have finished."""
        with self._read() as database:
            rows = database.execute(
                select(RUNS.c.settings, RUNS.c.done, RUNS.c.elapsed_s)
                .where(RUNS.c.kind == kind, RUNS.c.ended == "finished", RUNS.c.elapsed_s > 0)
                .order_by(RUNS.c.ended_at.desc())
                .limit(most)
            ).all()
        return [(row.settings, row.done, row.elapsed_s) for row in rows if row.done]

    def describe(self, job_id: str, visitor: str, **values: Any) -> None:
        """Set the name, the note or the star of a visitor's run.

        Parameters
        ----------
        job_id, visitor : str
        **values
            ``name`` and ``note``, cut at `MOST_NAME` and `MOST_NOTE` characters, and ``star``.
        """
        most = {"name": MOST_NAME, "note": MOST_NOTE}
        cut = {key: _cut(v, most[key]) if key in most else v for key, v in values.items()}
        self._change([job_id], visitor, cut)

    def delete(self, ids: Sequence[str], visitor: str) -> None:
        """Delete runs of a visitor; they can be put back for `UNDO_S`. One that goes on stops."""
        with self._write() as database:
            self._end_waiting(database, RUNS.c.id.in_(ids) & (RUNS.c.visitor == visitor))
        self._change(ids, visitor, {"deleted_at": time(), "stop": True, "wish": RUNS.c.wish + 1})

    def put_back(self, ids: Sequence[str], visitor: str) -> None:
        """Put deleted runs of a visitor back."""
        self._change(ids, visitor, {"deleted_at": None})

    def adopt(self, old: str, new: str) -> None:
        """Give all runs of one visitor to another, who is the same person."""
        with self._write() as database:
            database.execute(update(RUNS).where(RUNS.c.visitor == old).values(visitor=new))

    def bring(self, job_id: str, visitor: str, bundle: Bundle) -> None:
        """Write down a run that was taken along from elsewhere, and has ended."""
        kind = self._kind_of(bundle.work)
        records, state = kind.pack(bundle.records), kind.pack(bundle.state)
        values = {
            "made_with": bundle.made_with,
            "name": _cut(bundle.name, MOST_NAME),
            "chunks": 1,
            "kept_bytes": len(records),
            "state_bytes": len(state),
            "ended_at": time(),
            **_of_position(Position(end=bundle.end)),
            **asdict(kind.result(bundle.work, bundle.records)),
        }
        with self._write() as database:
            self._insert(database, job_id, visitor, bundle.work, **values)
            database.execute(insert(CHUNKS).values(run=job_id, number=0, records=records))
            database.execute(update(CONTENTS).where(CONTENTS.c.run == job_id).values(state=state))

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _insert(
        self, database: Connection, job_id: str, visitor: str, work: Any, **values: Any
    ) -> None:
        """Add the row of a job, which is a new one but for the values, and make room for it."""
        kind = self._kind_of(work)
        content = kind.pack(work)
        row = {
            "id": job_id,
            "visitor": visitor,
            "kind": kind.name,
            "settings": settings_of(work),
            "made_with": made_with(),
            "started_at": time(),
            "driver": None,
            "fence": 0,
            "beat": 0,
            "chunks": 0,
            "name": "",
            "note": "",
            "star": False,
            "kept_bytes": 0,
            "state_bytes": 0,
            **_of_wishes(Wishes()),
            **_of_position(Position()),
            **asdict(kind.result(work, work.no_records())),
            **values,
        }
        row["kept_bytes"] += len(content)
        self._make_room(database, visitor, row["kept_bytes"] + row["state_bytes"])
        database.execute(insert(RUNS).values(row))
        database.execute(insert(CONTENTS).values(run=job_id, work=content))

    def _change(self, ids: Sequence[str], visitor: str, values: dict[str, Any]) -> None:
        with self._write() as database:
            database.execute(
                update(RUNS).where(RUNS.c.id.in_(ids), RUNS.c.visitor == visitor).values(**values)
            )

    def _end_waiting(self, database: Connection, which: ColumnElement[bool]) -> None:
        """Stop jobs that wait to be called up: nobody drives them."""
        database.execute(
            update(RUNS)
            .where(which, RUNS.c.queued)
            .values(queued=False, ended="stopped", ended_at=time())
        )

    def _make_room(self, database: Connection, visitor: str, size: int) -> None:
        """Delete what was deleted long ago, and then what takes too much.

        Those are runs that have ended and have no star, the oldest first.
        """
        database.execute(delete(RUNS).where(RUNS.c.deleted_at < time() - UNDO_S))
        for whose, most in (
            (RUNS.c.visitor == visitor, self.limits.visitor_bytes),
            (true(), self.limits.all_bytes),
        ):
            total = database.scalar(select(func.coalesce(func.sum(TAKES), 0)).where(whose)) or 0
            over = int(total) + size - most
            candidates = database.execute(
                select(RUNS.c.id, TAKES.label("size"))
                .where(whose, RUNS.c.ended.is_not(None), RUNS.c.star.is_(False))
                .order_by(RUNS.c.started_at)
            )
            gone = []
            for row in candidates if over > 0 else ():
                gone.append(row.id)
                over -= row.size
                if over <= 0:
                    break
            database.execute(delete(RUNS).where(RUNS.c.id.in_(gone)))

    def _kind_of(self, work: Any) -> Kind:
        return next(kind for kind in self._kinds.values() if isinstance(work, kind.work))

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._writing, _told(), self._engine.begin() as database:
            yield database

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        with self._reading, _told(), self._engine.connect() as database:
            yield database


def open_store(url: str | None, folder: Path, limits: Limits) -> Store:
    """Return the store that a server keeps its runs in.

    Parameters
    ----------
    url : str, optional
        Of a database, as SQLAlchemy has it.
    folder : Path
        Without it, where the database file is.
    limits : Limits
        What the runs may take.

    Returns
    -------
    Store
        If the file cannot be opened, one that lasts as long as the server; its `problem` says why.

    Raises
    ------
    LedgerError
        If the database of the address cannot be opened: whoever names one wants that one.
    """
    if url:
        return Store(opened(url), limits=limits)
    try:
        return Store(opened_file(folder), limits=limits)
    except LedgerError as error:
        logger.warning("runs last only as long as this server: %s", error)
        return Store(in_memory(), problem=str(error), limits=limits)


def _is_id(text: str) -> bool:
    """Return whether a text, such as an address has it, may be an id."""
    return text.isascii() and text.isprintable() and len(text) <= MOST_ID


@contextmanager
def _told() -> Iterator[None]:
    """Raise what the database cannot do as a LedgerError."""
    try:
        yield
    except DatabaseError as error:
        if isinstance(error, IntegrityError | ProgrammingError):  # That is our fault.
            raise
        raise LedgerError(str(error.orig)) from error
    except PoolTimeout as error:
        raise LedgerError(str(error)) from error


def _cut(text: str, most: int) -> str:
    return text[:most].replace("\0", "")


def _of_wishes(wishes: Wishes) -> dict[str, Any]:
    values = asdict(wishes)
    values["wish"] = values.pop("number")
    return values


def _wishes(row: Any) -> Wishes:
    return Wishes(row.pace, row.held, row.steps, row.stop, row.wish)


def _of_position(position: Position) -> dict[str, Any]:
    error = position.error
    return {
        "steps_done": position.steps_done,
        "pending": position.pending,
        "restarts": position.restarts,
        "ended": position.end,
        "error_kind": None if error is None else type(error).__name__,
        "error": None if error is None else str(error),
    }


def _position(row: Any) -> Position:
    error = None
    if row.error_kind is not None:
        error = ERRORS.get(row.error_kind, RuntimeError)(row.error)
    return Position(row.steps_done, row.pending, row.restarts, row.ended, error)


def _standing(row: Any) -> Standing:
    lease = Lease(row.driver, row.fence, row.beat)
    return Standing(row.id, lease, _wishes(row), _position(row), row.queued)


def _summary(row: Any) -> Summary:
    values = dict(row._mapping)
    names = Result.__dataclass_fields__
    result = Result(**{name: values.pop(name) for name in names})
    return Summary(result=result, **values)
