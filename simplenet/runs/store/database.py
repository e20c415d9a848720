"""A database of runs: its transactions, and the row of a new run."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import asdict
from time import time
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, insert, update
from sqlalchemy.exc import DatabaseError, IntegrityError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.pool import StaticPool

from simplenet.jobs.ledger import LedgerError, Position, Wishes
from simplenet.runs.kinds import KINDS, Kind, settings_of
from simplenet.runs.made_with import made_with
from simplenet.runs.store.place import Place
from simplenet.runs.store.room import DEFAULT, Limits, make_room
from simplenet.runs.store.schema import CONTENTS, RUNS

MOST_ID = 64
"""Characters of an id."""


class Database:
    """The connection to a database of runs. Any thread may use it.

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
    """

    def __init__(
        self,
        engine: Engine,
        kinds: Sequence[Kind] = KINDS,
        limits: Limits = DEFAULT,
        problem: str = "",
    ) -> None:
        self.problem, self.limits = problem, limits
        self._engine, self._place = engine, Place(engine)
        # One that nobody closes does so when nobody has it any more.
        weakref.finalize(self, engine.dispose).atexit = False
        self._kinds = {kind.name: kind for kind in kinds}
        # SQLite has one writer at a time; waiting here is quicker than its looking again and again.
        one_at_a_time = engine.dialect.name == "sqlite"
        self._writing = threading.RLock() if one_at_a_time else nullcontext()
        self._reading = self._writing if isinstance(engine.pool, StaticPool) else nullcontext()

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def _insert(
        self, database: Connection, job_id: str, visitor: str, work: Any, **values: Any
    ) -> None:
        """Add the row of a job with these values, and make room for it.

        Raises
        ------
        NoRoomError
            If there is none.
        """
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
            **of_wishes(Wishes()),
            **of_position(Position()),
            **asdict(kind.result(work, work.no_records())),
            **values,
        }
        row["kept_bytes"] += len(content)
        make_room(database, self.limits, visitor, row["kept_bytes"] + row["state_bytes"])
        database.execute(insert(RUNS).values(row))
        database.execute(insert(CONTENTS).values(run=job_id, work=content))

    def _end_waiting(self, database: Connection, which: ColumnElement[bool]) -> None:
        """Stop jobs that wait to be called up: nobody drives them."""
        database.execute(
            update(RUNS)
            .where(which, RUNS.c.queued)
            .values(queued=False, ended="stopped", ended_at=time())
        )

    def _kind_of(self, work: Any) -> Kind:
        return next(kind for kind in self._kinds.values() if isinstance(work, kind.work))

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        self._place.check()
        with self._writing, _told(), self._engine.begin() as database:
            yield database

    @contextmanager
    def _read(self) -> Iterator[Connection]:
        self._place.check()
        with self._reading, _told(), self._engine.connect() as database:
            yield database


def is_id(text: str) -> bool:
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
        raise LedgerError(in_a_line(error.orig)) from error
    except PoolTimeout as error:
        raise LedgerError(str(error)) from error


def in_a_line(error: BaseException | None) -> str:
    """Return what a database says of an error; some take several lines for it."""
    return " ".join(str(error).split())


def of_wishes(wishes: Wishes) -> dict[str, Any]:
    """Return the columns of wishes."""
    values = asdict(wishes)
    values["wish"] = values.pop("number")
    return values


def of_position(position: Position) -> dict[str, Any]:
    """Return the columns of a position."""
    error = position.error
    return {
        "steps_done": position.steps_done,
        "pending": position.pending,
        "restarts": position.restarts,
        "ended": position.end,
        "error_kind": None if error is None else type(error).__name__,
        "error": None if error is None else str(error),
    }
