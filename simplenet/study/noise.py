"""How much noise its weights can take before a network reads worse."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels, sigmoid
from simplenet.network import SimpleNet

PIECE = 2000
"""Digits that are read at a time."""


def noisy_accuracies(
    net: SimpleNet, x: ArrayLike, t: ArrayLike, levels: Sequence[float], draws: int, seed: int
) -> NDArray[np.float64]:
    """Return the accuracy of a network whose weights were moved at random.

    Parameters
    ----------
    net : SimpleNet
    x : array_like, shape (n, inputs)
        Digits, pixels in [0, 1] or bytes; n at least 1.
    t : array_like
        Integer labels, shape (n,), or one-hot.
    levels : sequence of float, length m
        How large the noise is: its standard deviation as a share of that of the weights it is added
        to, W1 and W2 each by their own. The biases stay.
    draws : int
        How often noise is drawn.
    seed : int
        What it is drawn with. A draw is the same at each level, but for its size.

    Returns
    -------
    ndarray of float, shape (m, draws)
        Shares of right answers in [0, 1].

    Raises
    ------
    ValueError
        If there is no digit, a pixel cannot be, the labels do not fit, or a level is below 0.

    Notes
    -----
    The sums of the hidden layer are linear in its weights,
    ``x @ (W1 + c * N) = x @ W1 + c * (x @ N)``: so a draw takes one product with the images, and
    each further level next to nothing.
    """
    x = checked_pixels(x)
    if not len(x):
        raise ValueError("noise is measured on at least one digit")
    if min(levels, default=0) < 0:
        raise ValueError(f"a level of noise must be 0 or more, got {min(levels)}")
    labels = as_labels(t, len(x), net.output_size)
    w1, b1, w2, b2 = (net.params[key] for key in ("W1", "b1", "W2", "b2"))
    right = np.zeros((len(levels), draws), np.intp)
    for draw in range(draws):
        rng = np.random.default_rng([seed, draw])
        n1 = rng.standard_normal(w1.shape, np.float32).astype(net.dtype) * w1.std()
        n2 = rng.standard_normal(w2.shape, np.float32).astype(net.dtype) * w2.std()
        for start in range(0, len(x), PIECE):
            part = as_pixels(x[start : start + PIECE], net.dtype)
            s1, moved = part @ w1 + b1, part @ n1  # (m, inputs) @ (inputs, hidden)
            for i, level in enumerate(levels):
                c = net.dtype.type(level)
                s2 = sigmoid(s1 + c * moved) @ (w2 + c * n2) + b2
                right[i, draw] += np.sum(s2.argmax(axis=1) == labels[start : start + PIECE])
    return right / len(x)
