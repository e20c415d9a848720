"""The line for a core: jobs take turns, in the order in which they came."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Protocol

from simplenet.jobs.workers import Workers

TURN_S = 20.0
"""How long a job keeps its core while others wait in line."""


class Waiting(Protocol):
    """Whoever waits in line."""

    @property
    def wants_core(self) -> bool:
        """Whether it still wants a core."""


class Line:
    """The line for the cores of the workers.

    Parameters
    ----------
    changed : threading.Condition
        Notified when somebody joins or leaves the line or a core.
    workers : Workers
        Whose cores these are.
    """

    def __init__(self, changed: threading.Condition, workers: Workers) -> None:
        self._changed = changed
        self._workers = workers
        self._line: list[Waiting] = []
        self._on_core: set[Waiting] = set()

    def join(self, who: Waiting) -> None:
        """Put somebody at the end of the line who is not in it."""
        with self._changed:
            if who not in self._line:
                self._line.append(who)

    def leave(self, who: Waiting) -> None:
        """Take somebody out of the line who is in it."""
        with self._changed:
            if who in self._line:
                self._line.remove(who)
                self._changed.notify_all()

    def place(self, who: Waiting) -> int:
        """Return a place in the line, 1 is next; 0 is not in it."""
        with self._changed:
            return self._line.index(who) + 1 if who in self._line else 0

    @contextmanager
    def core(self, who: Waiting) -> Iterator[Callable[[], bool]]:
        """Wait in line for a core, and hold it inside the block.

        What it gives is a function: whether the core is to be given back, because others wait and
        the turn is over, or because there is no worker any more. (That is so at once for somebody
        who no longer wanted a core in the line.)

        Raises
        ------
        JobError
            If no worker will come.
        """
        self.join(who)
        self._workers.want()
        with self._changed:
            try:
                self._changed.wait_for(
                    lambda: not who.wants_core or self._workers.failure or self._is_next(who)
                )
                if self._workers.failure:
                    raise self._workers.failure
            finally:
                self.leave(who)
            granted = who.wants_core
            if granted:
                self._on_core.add(who)
        until = monotonic() + TURN_S
        try:
            yield (
                lambda: (
                    not granted
                    or not self._workers.cores
                    or (bool(self._line) and monotonic() > until)
                )
            )
        finally:
            with self._changed:
                self._on_core.discard(who)
                if granted and not self._workers.cores and monotonic() < until:
                    self._line.insert(0, who)  # It lost its core before its turn was over.
                self._changed.notify_all()

    def _is_next(self, who: Waiting) -> bool:
        return self._line[0] is who and len(self._on_core) < self._workers.cores
