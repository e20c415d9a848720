"""Which pixels spoke for an answer, and which against it: each is flipped, one at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels, sigmoid
from simplenet.network import SimpleNet


def flip_evidence(net: SimpleNet, x: ArrayLike, digit: int) -> NDArray[np.float64]:
    """Return how much less the network would believe in a digit if a pixel were flipped.

    Parameters
    ----------
    net : SimpleNet
    x : array_like, shape (784,) or (1, 784)
        Pixels in [0, 1], or bytes.
    digit : int
        The class that is asked for.

    Returns
    -------
    ndarray of float64, shape (784,)
        For each pixel the log-odds of the digit, ``log(y / (1 - y))``, less what they are with
        1 - x in the place of x. Above 0 the pixel, inked or blank, speaks for the digit.

    Raises
    ------
    ValueError
        If there is no such class, or `x` has another number of pixels or one that cannot be.

    Notes
    -----
    No derivative and no approximation: a flipped pixel changes the sum of each hidden unit by one
    term, so that all 784 networks are evaluated at the price of one mini-batch. (Erasing a part
    and looking what happens is occlusion, Zeiler and Fergus, 2014; here blank pixels count too.)
    """
    x = as_pixels(checked_pixels(x), net.dtype).reshape(-1)
    if x.shape != (net.input_size,):
        raise ValueError(f"x must have {net.input_size} pixels, got {x.size}")
    (k,) = as_labels(digit, 1, net.output_size)
    w1, b1, w2, b2 = (net.params[key] for key in ("W1", "b1", "W2", "b2"))

    s1 = x @ w1 + b1  # (784,) @ (784, hidden) -> (hidden,)
    flipped = s1 + (1 - 2 * x)[:, np.newaxis] * w1  # (784, hidden)
    s2 = sigmoid(np.vstack([s1, flipped])) @ w2 + b2.astype(np.float64)  # (785, output)
    others = np.delete(s2, k, axis=1)
    most = others.max(axis=1)
    log_odds = s2[:, k] - most - np.log(np.exp(others - most[:, np.newaxis]).sum(axis=1))
    evidence: NDArray[np.float64] = log_odds[0] - log_odds[1:]
    return evidence
