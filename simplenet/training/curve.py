"""What a curve of many values shows: of each stretch the smallest and the largest, and the mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

MOST_POINTS = 2000
"""Points of a curve: more than a screen can show, few enough to draw twice a second."""

SMOOTHED = 50
"""How many mini-batches a loss is the mean of, where it is shown as one number or one curve."""


class Curve:
    """Which values of a growing column are drawn, so that no peak is lost.

    Whenever the values have grown, only the new ones are looked at: so drawing them costs the same
    at any length. The stretches have 1, 2, 4, 8 ... values: what was drawn stays where it is until
    the values are twice as many.

    Parameters
    ----------
    most : int
        Points, at least 5.
    window : int
        How many values the mean is of.
    """

    def __init__(self, most: int = MOST_POINTS, window: int = SMOOTHED) -> None:
        self._most, self._window = most, window
        # Values of a stretch; where its two are, and the means there, (stretches, 2). Replaced as
        # a whole, so that another thread never sees a part of it.
        self._kept = 1, np.empty((0, 2), np.intp), np.empty((0, 2))

    def __reduce__(self) -> tuple[Any, ...]:
        return Curve, (
            self._most,
            self._window,
        )  # Quickly made again, and larger than a slice's values.

    def copy(self) -> Curve:
        """Return one that goes its own way from here."""
        made = Curve(self._most, self._window)
        made._kept = self._kept
        return made

    def extend(self, values: NDArray[np.floating]) -> None:
        """Take note of values, shape (n,), which have grown at their end."""
        width, places, means = self._kept
        most_stretches = (self._most - 3) // 2  # Two each, and three for the rest.
        while len(values) > most_stretches * width:
            width, places, means = 2 * width, places[:0], means[:0]
        start, end = len(places), len(values) // width
        stretches = values[start * width : end * width].reshape(-1, width)
        found = np.stack([stretches.argmin(axis=1), stretches.argmax(axis=1)], axis=1)
        found += np.arange(start, end)[:, np.newaxis] * width
        new_means = moving_average(values, self._window, found.ravel()).reshape(-1, 2)
        self._kept = width, np.concatenate([places, found]), np.concatenate([means, new_means])

    def read(self, values: NDArray[np.floating]) -> tuple[NDArray[np.intp], NDArray[np.floating]]:
        """Return which values are drawn, ascending, and the mean of the last `window` at each.

        Parameters
        ----------
        values : ndarray, shape (n,)
            Those that `extend` was told of last, or more, or fewer of them.

        Returns
        -------
        ndarray of int, shape (at most `most`,)
            All n where they are few, and always the newest.
        ndarray, of the same shape
        """
        grown = self.copy()
        grown.extend(values)
        width, places, means = grown._kept
        whole = min(len(places), len(values) // width)
        rest = values[whole * width :]
        ends = [int(rest.argmin()), int(rest.argmax())] if len(rest) else []
        newest = [len(rest) - 1] if len(values) else []
        last = np.array([*ends, *newest], np.intp) + whole * width
        drawn, order = np.unique(np.concatenate([places[:whole].ravel(), last]), return_index=True)
        last_means = moving_average(values, self._window, last)
        return drawn, np.concatenate([means[:whole].ravel(), last_means])[order]


def moving_average(
    y: NDArray[np.floating], window: int, at: NDArray[np.intp] | None = None
) -> NDArray[np.floating]:
    """Return the mean of each value and those before it, at most `window` of them.

    Parameters
    ----------
    y : ndarray, shape (n,)
    window : int
        At least 1.
    at : ndarray of int, shape (k,), optional
        The places whose means are wanted; all n without it.

    Returns
    -------
    ndarray, shape (k,)
    """
    at = np.arange(len(y)) if at is None else at
    if not len(at):
        return np.empty(0)
    places = at[:, np.newaxis] - np.arange(window)  # (k, window)
    there = places >= 0
    sums = np.where(there, y[np.maximum(places, 0)], 0.0).sum(axis=1, dtype=np.float64)
    return np.asarray(sums / there.sum(axis=1))
