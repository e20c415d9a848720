"""The line for a core: visitors take turns, and their jobs in the order in which they came.

Who starts forty jobs makes nobody wait for forty turns: each visitor's first job comes before
anybody's second.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heapify, heappop, heapreplace
from itertools import count
from time import monotonic
from typing import Protocol

from simplenet.jobs.workers import Workers

TURN_S = 20.0
"""How long a job keeps its core while others wait in line."""


class Waiting(Protocol):
    """Whoever waits in line."""

    @property
    def visitor(self) -> str:
        """Whose turn it takes."""

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
        self._clock = count(1)
        self._came: dict[Waiting, int] = {}  # Those in line, with when they came.
        self._line: list[Waiting] = []  # The same, in the order in which they get a core.
        self._on_core: set[Waiting] = set()
        self._turned: dict[str, int] = {}  # When a visitor last took a core, or gave one back.

    def join(self, who: Waiting) -> None:
        """Put somebody into the line who is not in it."""
        with self._changed:
            if who not in self._came:
                self._came[who] = next(self._clock)
                self._sort()

    def leave(self, who: Waiting) -> None:
        """Take somebody out of the line who is in it."""
        with self._changed:
            if self._came.pop(who, None):
                self._sort()
                self._changed.notify_all()

    def place(self, who: Waiting) -> int:
        """Return a place in the line as it is now, 1 is next; 0 is not in it."""
        with self._changed:
            return self._line.index(who) + 1 if who in self._came else 0

    def _sort(self) -> None:
        """Bring the line into order, after somebody has come or gone.

        It is the turn of the visitor who has the fewest cores; among equals, of whoever has waited
        longest since a core was taken or given back, or since the first of those in line came. Each
        place in line counts for those behind it as if it were a core already.
        """
        jobs: dict[str, deque[Waiting]] = {}
        for who in sorted(self._came, key=self._came.__getitem__):
            jobs.setdefault(who.visitor, deque()).append(who)
        cores = Counter(who.visitor for who in self._on_core)
        self._turned = {
            visitor: at for visitor, at in self._turned.items() if visitor in jobs.keys() | cores
        }
        turns = [
            (cores[visitor], max(self._turned.get(visitor, 0), self._came[own[0]]), visitor)
            for visitor, own in jobs.items()
        ]
        heapify(turns)
        now = next(self._clock)
        self._line = []
        while turns:
            has, _, visitor = turns[0]
            self._line.append(jobs[visitor].popleft())
            if jobs[visitor]:
                heapreplace(turns, (has + 1, now + len(self._line), visitor))
            else:
                heappop(turns)

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
            came = self._came[who]
            try:
                self._changed.wait_for(
                    lambda: not who.wants_core or self._workers.failure or self._is_next(who)
                )
                if self._workers.failure:
                    raise self._workers.failure
                granted = who.wants_core
                if granted:
                    self._on_core.add(who)
                    self._turned[who.visitor] = next(self._clock)
            finally:
                self.leave(who)
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
                    self._came[who] = came  # It lost its core before its turn was over.
                elif granted:
                    self._turned[who.visitor] = next(self._clock)
                self._sort()
                self._changed.notify_all()

    def _is_next(self, who: Waiting) -> bool:
        return self._line[0] is who and len(self._on_core) < self._workers.cores
