"""The condition of the hidden units: which say always the same, learn nothing, or are alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simplenet.functions import as_pixels, checked_pixels
from simplenet.network import CHUNK, SimpleNet, forward
from simplenet.study.diagnosis import SATURATION

DEAD = 0.01
"""Standard deviation of an activation below which a unit is dead: it says the same of each digit,
as a bias would. Of the shipped networks, the stillest unit has 0.1."""

SATURATED = 0.95
"""Share of the digits for which the activation is within `SATURATION` of 0 or 1: from here on a
unit is saturated, as `simplenet.study.diagnosis` has it."""

ALIKE = 0.95
"""Correlation of two units' activations, or of one and the other's negative, from which on they
are alike: one can be told from the other but for 10 % of its variance."""


@dataclass(frozen=True, eq=False)
class Conditions:
    """How the hidden units of a network are, measured on some digits.

    Parameters
    ----------
    mean, spread : ndarray, shape (hidden,)
        Mean and standard deviation of each activation, in [0, 1].
    saturated_share : ndarray, shape (hidden,)
        Share of the digits for which a unit is saturated.
    twin : ndarray of int, shape (hidden,)
        The other unit whose activation correlates most with its own, by the absolute value;
        of a network with a single unit, that one.
    correlation : ndarray, shape (hidden,)
        How much, from -1 to 1; 0 where one of them does not vary.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    saturated_share: NDArray[np.float64]
    twin: NDArray[np.intp]
    correlation: NDArray[np.float64]

    @property
    def dead(self) -> NDArray[np.bool_]:
        """Which units say the same of each digit."""
        return self.spread < DEAD

    @property
    def saturated(self) -> NDArray[np.bool_]:
        """Which units have no slope to learn by, and are not dead."""
        return (self.saturated_share >= SATURATED) & ~self.dead

    @property
    def alike(self) -> NDArray[np.bool_]:
        """Which units say what another one says, or the contrary."""
        return np.abs(self.correlation) >= ALIKE


def conditions(net: SimpleNet, x: NDArray[Any]) -> Conditions:
    """Return how the hidden units of a network are.

    Parameters
    ----------
    net : SimpleNet
    x : ndarray, shape (n, inputs)
        Digits, pixels in [0, 1] or bytes; n at least 2.

    Raises
    ------
    ValueError
        If there are fewer than two digits, or a pixel cannot be.

    Notes
    -----
    One pass over the digits: sums, sums of squares and of products are gathered in float64, less
    the activations of the first digit, so that little is lost where a unit hardly varies.
    """
    x = checked_pixels(x)
    if len(x) < 2:
        raise ValueError("conditions need at least two digits")
    first = forward(net.params, as_pixels(x[:1], net.dtype))[0].astype(np.float64)
    total = np.zeros(net.hidden_size)
    products = np.zeros((net.hidden_size, net.hidden_size))
    saturated = np.zeros(net.hidden_size)
    for start in range(0, len(x), CHUNK):
        a1, _ = forward(net.params, as_pixels(x[start : start + CHUNK], net.dtype))
        moved = a1 - first  # (m, hidden)
        total += moved.sum(axis=0)
        products += moved.T @ moved  # (hidden, m) @ (m, hidden)
        saturated += (np.abs(a1 - 0.5) > 0.5 - SATURATION).sum(axis=0)
    mean = total / len(x)
    covariance = products / len(x) - np.outer(mean, mean)
    spread = np.sqrt(np.maximum(np.diag(covariance), 0))
    varies = spread > 1e-6  # Below, there is only rounding.
    scale = np.where(varies, spread, 1)
    correlation = covariance / np.outer(scale, scale) * np.outer(varies, varies)
    np.fill_diagonal(correlation, 0)
    twin = np.abs(correlation).argmax(axis=1)
    found = np.clip(correlation[np.arange(net.hidden_size), twin], -1, 1)
    return Conditions(first[0] + mean, spread, saturated / len(x), twin, found)
