"""A network that learns from few digits: how well it reads these, and how well others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simplenet.data import Dataset
from simplenet.network import SimpleNet
from simplenet.training import TrainingConfig, train

TESTED = 2000
"""Test digits that it is asked: enough for a point of accuracy, and quick."""

LOOKS = (0, 5, 10, 20, 40, 70, 100, 150, 220, 300, 400, 550, 700, 850, 1000)
"""After which iterations it is asked."""


@dataclass(frozen=True, eq=False)
class Learned:
    """How a network did while it learned.

    Parameters
    ----------
    digits : int
        How many it learned from.
    iterations : ndarray of int, shape (m,)
    seen, unseen : ndarray, shape (m,)
        Its accuracy after each, on the digits that it learns from, and on others; in [0, 1].
    """

    digits: int
    iterations: NDArray[np.intp]
    seen: NDArray[np.float64]
    unseen: NDArray[np.float64]

    @property
    def gap(self) -> float:
        """By how much it reads the digits better, at the end, that it has learned from."""
        return float(self.seen[-1] - self.unseen[-1])


def learned(data: Dataset, digits: int, rng: np.random.Generator) -> Learned:
    """Train a network on the first digits of a data set, in about half a second.

    Parameters
    ----------
    data : Dataset
        Its test set is what the network never learns from.
    digits : int
        How many of the training set it learns from, at least 1.
    rng : numpy.random.Generator
        Draws its first weights.

    Raises
    ------
    ValueError
        If there are not so many digits.
    """
    if not 1 <= digits <= len(data.pixels_train):
        raise ValueError(f"digits must be from 1 to {len(data.pixels_train)}, got {digits}")
    few = Dataset(
        data.pixels_train[:digits],
        data.t_train[:digits],
        data.pixels_test[:TESTED],
        data.t_test[:TESTED],
    )
    net = SimpleNet(few.pixels_train.shape[1], 50, few.t_train.shape[1], rng=rng)
    config = TrainingConfig(iterations=LOOKS[-1], learning_rate=0.5)
    found = [
        (
            net.accuracy(few.pixels_train[:TESTED], few.t_train[:TESTED]),
            net.accuracy(few.pixels_test, few.t_test),
        )
        for record in train(net, few, config, evaluating=False)
        if record.iteration in LOOKS
    ]
    seen, unseen = np.array(found).T
    return Learned(digits, np.array(LOOKS), seen, unseen)
