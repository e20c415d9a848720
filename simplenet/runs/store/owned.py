"""What people make of their runs: nothing here is for a run of somebody else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from time import time
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from simplenet.jobs.ledger import Position
from simplenet.runs.kinds import Result
from simplenet.runs.store.database import Database, is_id, of_position
from simplenet.runs.store.room import TAKES
from simplenet.runs.store.schema import CHUNKS, CONTENTS, RUNS

if TYPE_CHECKING:
    from simplenet.runs.bundle import Bundle

MOST_NAME, MOST_NOTE = 80, 2000
"""Characters of a name, and of a note."""

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
    RUNS.c.brought,
    TAKES.label("size"),
)


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
    brought : bool
        Whether it was opened from a file: what it tells was not measured here.
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
    brought: bool = False


class Owned(Database):
    """The runs as their owners see them; each method is one transaction.

    Raises
    ------
    LedgerError
        By every method, if the database cannot be read or written now.
    """

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
        possible = [one for one in ids if is_id(one)]
        with self._read() as database:
            rows = database.execute(
                select(*SHOWN).where(RUNS.c.id.in_(possible), RUNS.c.deleted_at.is_(None))
            ).all()
        found = {row.id: _summary(row) for row in rows}
        return [found[one] for one in ids if one in found]

    def sweep(self, sweep: str) -> list[Summary]:
        """Return the runs of a sweep, whoever's it is, in the order in which they begin."""
        if not is_id(sweep):
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

    def bring(self, job_id: str, visitor: str, bundle: Bundle) -> None:
        """Write down a run that was taken along from elsewhere, and has ended."""
        kind = self._kind_of(bundle.work)
        records, state = kind.pack(bundle.records), kind.pack(bundle.state)
        values = {
            "made_with": bundle.made_with,
            "brought": True,
            "name": _cut(bundle.name, MOST_NAME),
            "chunks": 1,
            "kept_bytes": len(records),
            "state_bytes": len(state),
            "ended_at": time(),
            **of_position(Position(end=bundle.end)),
            **asdict(kind.result(bundle.work, bundle.records)),
        }
        with self._write() as database:
            self._insert(database, job_id, visitor, bundle.work, **values)
            database.execute(insert(CHUNKS).values(run=job_id, number=0, records=records))
            database.execute(update(CONTENTS).where(CONTENTS.c.run == job_id).values(state=state))

    def _change(self, ids: Sequence[str], visitor: str, values: dict[str, Any]) -> None:
        with self._write() as database:
            database.execute(
                update(RUNS).where(RUNS.c.id.in_(ids), RUNS.c.visitor == visitor).values(**values)
            )


def _cut(text: str, most: int) -> str:
    return text[:most].replace("\0", "")


def _summary(row: Any) -> Summary:
    values = dict(row._mapping)
    names = Result.__dataclass_fields__
    result = Result(**{name: values.pop(name) for name in names})
    return Summary(result=result, **values)
