"""Work for the tests of jobs: it counts, one number a record, and can be told to fail."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field

from simplenet.jobs import Slice


@dataclass(frozen=True)
class Counting:
    """Counts to `end`; raises `error` when it gets to `fails_at`.

    A number takes `pause_s`, and `busy_s` of a core; a conclusion takes `conclusion_s`, and comes
    in as many pieces as are told. Each record has the number, and the process it is from.
    """

    end: int = 10
    pause_s: float = 0.0
    busy_s: float = 0.0
    fails_at: int | None = None
    error: Exception = field(default_factory=lambda: ValueError("that is too many"))
    conclusion_s: float = 0.0
    conclusions: int = 1

    def no_records(self):
        return []

    def advance(self, state, budget_s, limit):
        number = state or 0
        records = []
        deadline = time.perf_counter() + budget_s
        while number < self.end and len(records) != limit and time.perf_counter() < deadline:
            number += 1
            if number == self.fails_at:
                raise self.error
            time.sleep(self.pause_s)
            until = time.thread_time() + self.busy_s
            while time.thread_time() < until:
                pass
            records.append((number, os.getpid()))
        return Slice(number, records, finished=number == self.end)

    def conclude(self, state, budget_s):
        time.sleep(self.conclusion_s)
        number, done = state if isinstance(state, tuple) else (state, 0)
        done += 1
        return Slice((number, done), [("concluded", number)], finished=done == self.conclusions)


warm = []


def warm_up():
    warm.append(os.getpid())


@dataclass(frozen=True)
class Asking(Counting):
    """Counts, and says in each record how often its process was warmed up before."""

    def advance(self, state, budget_s, limit):
        part = super().advance(state, budget_s, limit)
        records = [(number, pid, len(warm)) for number, pid in part.records]
        return Slice(part.state, records, part.finished)


@dataclass(frozen=True)
class Deadly(Counting):
    """Ends the process that computes it."""

    def advance(self, state, budget_s, limit):
        os._exit(1)


@dataclass(frozen=True)
class Thoughtful(Counting):
    """Counts, and thinks after each number for two slices more, which have no record."""

    def advance(self, state, budget_s, limit):
        number, thoughts = state or (0, 0)
        if thoughts:
            return Slice((number, thoughts - 1), [], number == self.end, pending=thoughts > 1)
        part = super().advance(number, budget_s, 1)
        return Slice((part.state, 2), part.records, finished=False, pending=True)


@dataclass(frozen=True)
class Weight:
    """A state that can be told from all other things in memory."""

    number: int


@dataclass(frozen=True)
class Weighty(Counting):
    """Counts, one number a slice, with a state of its own after each."""

    def advance(self, state, budget_s, limit):
        part = super().advance(state.number if state else 0, budget_s, 1)
        return Slice(Weight(part.state), part.records, part.finished)
