"""The newest accuracies of a training, and of which iterations they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simplenet.training import History


@dataclass(frozen=True)
class Newest:
    """The newest accuracies on the two sets, each in [0, 1] with its iteration; None if unknown."""

    test: tuple[int, float] | None = None
    train: tuple[int, float] | None = None

    @property
    def gap(self) -> float | None:
        """By how much the training set is read better; None unless both are of one iteration."""
        if self.test is None or self.train is None or self.test[0] != self.train[0]:
            return None
        return self.train[1] - self.test[1]


def newest(history: History, apart: bool = False) -> Newest:
    """Return the newest accuracies: of one evaluation of both sets, or each by itself.

    Each by itself where they are `apart`, and where both were never evaluated together.
    """
    known = history.evaluations
    tested, trained = (~np.isnan(known[f"{of}_accuracy"]) for of in ("test", "train"))
    both = tested & trained
    if not apart and both.any():
        tested = trained = both
    found: list[tuple[int, float] | None] = []
    for of, there in (("test", tested), ("train", trained)):
        rows = np.flatnonzero(there)[-1:].tolist()
        at, values = known["iteration"], known[f"{of}_accuracy"]
        found.append((int(at[rows[0]]), float(values[rows[0]])) if rows else None)
    return Newest(*found)
