"""What was measured, by its name, and what went wrong."""

from __future__ import annotations

from collections import Counter, defaultdict

import numpy as np

TIMES = "first page", "page change", "click on Train", "tick", "pen to answer"
"""What is timed, in the order of the table."""


class Measures:
    """What the visitors of a stage have measured.

    Attributes
    ----------
    times : dict of str to list of float
        Seconds.
    errors : Counter of str
    received : int
        Bytes of the messages.
    trainings : int
        How many were started.
    """

    def __init__(self) -> None:
        self.times: defaultdict[str, list[float]] = defaultdict(list)
        self.errors: Counter[str] = Counter()
        self.received = self.trainings = 0

    def took(self, what: str, seconds: float) -> None:
        """Note how long something took."""
        self.times[what].append(seconds)

    def wrong(self, what: str) -> None:
        """Note what went wrong."""
        self.errors[what] += 1

    def at(self, what: str, percent: float) -> float:
        """Return the time that a share of the answers have stayed below; NaN if there is none."""
        return float(np.percentile(self.times[what], percent)) if self.times[what] else np.nan
