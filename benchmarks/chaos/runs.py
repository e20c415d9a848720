"""The runs that go on while something fails, as the database has them."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

from simplenet.jobs.ledger import LedgerError, Pace, Position, Wishes
from simplenet.runs import TrainingRun
from simplenet.runs.moments import whole
from simplenet.runs.store import Store, Summary
from simplenet.runs.store.opening import opened
from simplenet.training import TrainingConfig
from tests.runs.whole import lost
from tests.waiting import until

SHORT = TrainingRun(TrainingConfig(600), 5)
VISITOR = "chaos"

T = TypeVar("T")


class Runs:
    """A few trainings in a database, started and steered from outside of every server.

    Parameters
    ----------
    url : str
        Of the database.
    iterations : int
        Of the trainings at full speed: they should not end before what has failed is mended.
    """

    def __init__(self, url: str, iterations: int) -> None:
        self._store = Store(opened(url))
        self._long = TrainingRun(TrainingConfig(iterations, seed=1), 5)
        self.going: list[str] = []
        self.slow: list[str] = []
        self.paused: list[str] = []

    @property
    def ids(self) -> list[str]:
        """All of them."""
        return self.going + self.slow + self.paused

    def start(self) -> None:
        """Start two at full speed, one in slow motion and one that is paused; wait until they are.

        They are at it when something fails: what is slow does not end meanwhile.
        """
        self.going = [self._start(self._long, "full") for _ in range(2)]
        self.slow = [self._start(SHORT, "slow")]
        self.paused = [self._start(SHORT, "slow")]
        until(lambda: all(run.result.done for run in self.look()), every_s=0.1)
        self.wish(self.paused, held=True)

    def _start(self, work: TrainingRun, pace: Pace) -> str:
        run = secrets.token_urlsafe(12)
        # Without a server: whoever wants to may drive it.
        self._ask(lambda store: store.add(run, VISITOR, work, Wishes(pace), None))
        return run

    def look(self) -> list[Summary]:
        """Return what the list of runs says of each."""
        return self._ask(lambda store: store.summaries(self.ids))

    def wish(self, runs: list[str], **wanted: Any) -> None:
        """Want something of runs, as a page does."""

        def change(wishes: Wishes, _: Position) -> Wishes:
            return replace(wishes, **wanted, number=wishes.number + 1)

        for run in runs:
            self._ask(lambda store, run=run: store.wish(run, change))

    def move_on(self) -> None:
        """Let all of them go to their end as fast as they can."""
        self.wish(self.slow + self.paused, pace="full", held=False)

    def lost(self) -> list[str]:
        """Return what is not as it would be if nothing had failed; nothing if all is whole."""
        found = []
        for run in self.ids:
            entry = self._ask(lambda store, run=run: store.read(run))
            if entry is None:
                found.append("a run")
                continue
            position = entry.standing.position
            if position.end != "finished":
                found.append(f"the end: {position.end} {position.error or ''}".strip())
            found += lost(entry.work, whole(entry.chunks), entry.state)
        return found

    def _ask(self, question: Callable[[Store], T]) -> T:
        """Return what the store answers, as soon as it does.

        The connections end each time: a server that dies is then the last one that had any.
        """

        def answered() -> tuple[T] | None:
            try:
                return (question(self._store),)
            except LedgerError:
                return None
            finally:
                self._store.close()

        return until(answered, every_s=0.1)[0]
