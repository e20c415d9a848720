"""The line for a core: visitors take turns, and their jobs in the order in which they came.

Who starts forty jobs makes nobody wait for forty turns: each visitor's first job comes before
anybody's second. Whoever has come while others have all cores need not wait for a turn to end, but
only for a slice of their work: a visitor who has two cores more gives one back, and of visitors who
have none, one at a time does the first slice of a job beside those that have a core.

Anybody can come as many visitors. So where those whom nobody knows outnumber the others, the two
groups take turns, and the strangers have half of the cores at the most while others want them.
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
    def known(self) -> bool:
        """Whether its visitor is no stranger."""

    @property
    def wants_core(self) -> bool:
        """Whether it still wants a core."""

    @property
    def has_begun(self) -> bool:
        """Whether its first slice is done."""


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
        self._beginner: Waiting | None = None  # Does its first slice, and has no core of its own.
        self._turned: dict[str, int] = {}  # When a visitor last took a core, or gave one back.
        self._group_turned = {True: 0, False: 0}  # When somebody known did, and when a stranger.

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
        everybody = {(who.visitor, who.known) for who in (*self._line, *self._on_core)}
        if 2 * sum(known for _, known in everybody) < len(everybody):
            self._line = self._alternated(self._line, now)

    def _alternated(self, line: list[Waiting], now: int) -> list[Waiting]:
        """Return a line in which those known and the strangers take turns, as visitors do."""
        groups = {known: deque(w for w in line if w.known is known) for known in (True, False)}
        cores = Counter(who.known for who in self._on_core)
        turned, found = dict(self._group_turned), list[Waiting]()
        while groups[True] and groups[False]:
            known = min(groups, key=lambda group: (cores[group], turned[group]))
            found.append(groups[known].popleft())
            cores[known] += 1
            turned[known] = now + len(found)
        return [*found, *groups[True], *groups[False]]

    def _note_turn(self, who: Waiting) -> int:
        """Note that somebody takes a core, or gives one back; return when."""
        now = next(self._clock)
        self._turned[who.visitor] = self._group_turned[who.known] = now
        return now

    @contextmanager
    def core(self, who: Waiting) -> Iterator[Callable[[], bool]]:
        """Wait in line for a core, and hold it inside the block.

        The block gets a function. It returns whether the core is to be given back now: because the
        turn is over, or because there is no worker any more. (It is True at once for somebody who
        stopped wanting a core while in line.)

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
                    lambda: not who.wants_core or self._workers.failure or self.is_next(who)
                )
                if self._workers.failure:
                    raise self._workers.failure
                granted = who.wants_core
                begins = granted and not self._gets_core(who)
                if begins:
                    self._beginner = who
                elif granted:
                    self._on_core.add(who)
                    before = self._turned.get(who.visitor, 0)
                    turn = self._note_turn(who)
            finally:
                self.leave(who)
        until = monotonic() + TURN_S

        def is_over() -> bool:
            with self._changed:
                if not granted or not self._workers.cores:
                    return True
                if begins:
                    return who.has_begun
                return (bool(self._line) and monotonic() > until) or self._owes_core(who)

        try:
            yield is_over
        finally:
            with self._changed:
                taken_away = not self._workers.cores or self._owes_core(who)
                self._on_core.discard(who)
                if begins:
                    self._beginner = None
                elif granted and taken_away and monotonic() < until:
                    if self._turned[who.visitor] == turn:
                        self._turned[who.visitor] = before
                elif granted:
                    self._note_turn(who)
                    came = 0
                if granted and came and who.wants_core:
                    self._came[who] = came  # Its turn is not over, or is still to come.
                self._sort()
                self._changed.notify_all()

    def is_next(self, who: Waiting) -> bool:
        """Return whether somebody in line may begin now: with a core, or with a first slice."""
        return self._gets_core(who) or (
            self._beginner is None and bool(self._workers.cores) and self._next_beginner() is who
        )

    def _gets_core(self, who: Waiting) -> bool:
        return self._line[0] is who and len(self._on_core) < self._workers.cores

    def _next_beginner(self) -> Waiting | None:
        """Return who is the next to do a first slice, of the visitors who have no core."""
        served = {who.visitor for who in self._on_core}
        return next(
            (who for who in self._line if not who.has_begun and who.visitor not in served), None
        )

    def _owes_core(self, who: Waiting) -> bool:
        """Return whether the visitor who is next has two cores fewer than somebody's visitor."""
        if not self._line:
            return False
        cores = Counter(one.visitor for one in self._on_core)
        return cores[self._line[0].visitor] + 1 < cores[who.visitor]
