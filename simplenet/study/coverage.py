"""How much of a training set random mini-batches have reached."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simplenet.data import mini_batch


def draws(
    size: int, batch_size: int, iterations: int, rng: np.random.Generator | int
) -> NDArray[np.intp]:
    """Return how often each sample of a training set was drawn.

    Parameters
    ----------
    size, batch_size : int
        Samples of the training set, and of a mini-batch; at least 1.
    iterations : int
        How many mini-batches are drawn, by `mini_batch` itself: at random, with replacement.
    rng : numpy.random.Generator or int
        Draws them; an int is its seed.

    Returns
    -------
    ndarray of int, shape (size,)
    """
    rng = np.random.default_rng(rng)  # Of a seed, each mini-batch would be the same.
    rows, counts = np.arange(size), np.zeros(size, np.intp)
    for _ in range(iterations):
        drawn, _ = mini_batch(rows, rows, batch_size, rng)
        np.add.at(counts, drawn, 1)
    return counts


def expected_share(size: int, drawn: int) -> float:
    """Return the share of `size` samples that is reached by so many draws, as chance expects it.

    One draw misses a sample with the probability ``1 - 1 / size``, and all of them with that to
    the power of `drawn`: of as many draws as samples, about 1/e miss it.
    """
    return 1 - (1 - 1 / size) ** drawn
