"""The training before: what stays of it, to be drawn behind the one that follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from simplenet.runs import TrainingRun
from simplenet.training import Curve, History

POINTS = 300
"""The most points of each of its curves."""


@dataclass(frozen=True, eq=False)
class Before:
    """A training that has ended, as thin curves.

    Parameters
    ----------
    job_id : str
        Of the job that it was.
    run : TrainingRun
        Its recipe.
    evaluated : ndarray of int, shape (n,)
        The iterations after which it was tested, ascending.
    test_accuracy : ndarray, shape (n,)
        In [0, 1].
    at : ndarray of int, shape (m,)
        Some of its iterations, ascending.
    loss : ndarray, shape (m,)
        The mean loss up to each.
    """

    job_id: str
    run: TrainingRun
    evaluated: NDArray[np.integer]
    test_accuracy: NDArray[np.floating]
    at: NDArray[np.integer]
    loss: NDArray[np.floating]

    @classmethod
    def of(cls, job_id: str, run: TrainingRun, history: History) -> Self:
        """Return what stays of a training; at most some kilobytes."""
        known: dict[str, Any] = history.evaluations
        there = np.flatnonzero(~np.isnan(known["test_accuracy"]))
        tested, _ = Curve(POINTS).read(known["test_accuracy"][there])
        at, loss = Curve(POINTS).read(history.losses)
        return cls(
            job_id=job_id,
            run=run,
            evaluated=known["iteration"][there[tested]].copy(),
            test_accuracy=known["test_accuracy"][there[tested]].copy(),
            at=history.first + at,
            loss=loss,
        )
