"""What a hidden unit is worth: the accuracy of a network without it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels
from simplenet.network import CHUNK, SimpleNet, forward

VALUES = 2_000_000
"""Scores that are computed at a time: 8 MB in float32."""


@dataclass(frozen=True, eq=False)
class Removal:
    """What a network reads right, whole and without each of its hidden units.

    Parameters
    ----------
    digits : ndarray of int, shape (10,)
        How many digits of each class there were.
    whole : ndarray of int, shape (10,)
        How many of them are read right by the whole network.
    without : ndarray of int, shape (hidden, 10)
        And how many without a unit.
    """

    digits: NDArray[np.intp]
    whole: NDArray[np.intp]
    without: NDArray[np.intp]

    @property
    def accuracy(self) -> float:
        """Share of right answers of the whole network, in [0, 1]."""
        return float(self.whole.sum() / self.digits.sum())

    @property
    def accuracies(self) -> NDArray[np.float64]:
        """Share of right answers without each unit, (hidden,) in [0, 1]."""
        return np.asarray(self.without.sum(axis=1) / self.digits.sum())

    @property
    def cost(self) -> NDArray[np.float64]:
        """By how much the accuracy falls without each unit, (hidden,); below 0 it rises."""
        return self.accuracy - self.accuracies

    @property
    def ranking(self) -> NDArray[np.intp]:
        """The units, the one whose loss costs most first."""
        return np.argsort(-self.cost, kind="stable")


def without_each(net: SimpleNet, x: ArrayLike, t: ArrayLike) -> Removal:
    """Return what a network reads right without each of its hidden units.

    Parameters
    ----------
    net : SimpleNet
    x : array_like, shape (n, inputs)
        Digits, pixels in [0, 1] or bytes; n at least 1.
    t : array_like
        Integer labels, shape (n,), or one-hot.

    Raises
    ------
    ValueError
        If there is no digit, a pixel cannot be, or the labels do not fit.

    Notes
    -----
    A unit that is off has the activation 0, for each digit. That takes one term out of each score:
    ``s2 - a1[:, j] * W2[j]``, so that one forward pass serves all units. (Cutting units and
    measuring what that costs: Morcos et al., "On the importance of single directions for
    generalization", 2018.)
    """
    x = checked_pixels(x)
    if not len(x):
        raise ValueError("a removal needs at least one digit")
    labels = as_labels(t, len(x), net.output_size)
    classes = np.eye(net.output_size, dtype=np.intp)
    w2, b2 = net.params["W2"], net.params["b2"]
    whole = np.zeros(net.output_size, np.intp)
    without = np.zeros((net.hidden_size, net.output_size), np.intp)
    step = max(1, min(CHUNK, VALUES // w2.size))
    for start in range(0, len(x), step):
        rows = slice(start, start + step)
        a1, _ = forward(net.params, as_pixels(x[rows], net.dtype))  # (m, hidden)
        s2 = a1 @ w2 + b2  # (m, hidden) @ (hidden, output)
        truth = labels[rows]
        whole += classes[truth[s2.argmax(axis=1) == truth]].sum(axis=0)
        cut = s2[:, np.newaxis] - a1[:, :, np.newaxis] * w2  # (m, hidden, output)
        right = cut.argmax(axis=2) == truth[:, np.newaxis]  # (m, hidden)
        without += right.T.astype(np.intp) @ classes[truth]  # (hidden, m) @ (m, output)
    return Removal(np.bincount(labels, minlength=net.output_size), whole, without)
