"""Work for the tests of jobs: it counts, one number a record, and can be told to fail."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass

from simplenet.jobs import Slice


@dataclass(frozen=True)
class Counting:
    """Counts to `end`; `pause_s` a number; raises when it gets to `fails_at`."""

    end: int = 10
    pause_s: float = 0.0
    fails_at: int | None = None

    def advance(self, state, budget_s, limit):
        number = state or 0
        records = []
        deadline = time.perf_counter() + budget_s
        while number < self.end and len(records) != limit and time.perf_counter() < deadline:
            number += 1
            if number == self.fails_at:
                raise ValueError(f"{number} is too many")
            time.sleep(self.pause_s)
            records.append((number, os.getpid()))
        return Slice(number, records, finished=number == self.end)

    def conclude(self, state):
        return Slice(state, [("concluded", state)], finished=True)
