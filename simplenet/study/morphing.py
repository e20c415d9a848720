"""One digit that turns into another."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_pixels, checked_pixels


def morph(first: ArrayLike, second: ArrayLike, n: int) -> NDArray[Any]:
    """Return images in equal steps from one to another, in a straight line.

    Parameters
    ----------
    first, second : array_like, shape (784,)
        Pixels in [0, 1], or bytes.
    n : int
        How many images, both ends among them; at least 2.

    Returns
    -------
    ndarray of float64, shape (n, 784)
        ``(1 - s) * first + s * second`` for s from 0 to 1.

    Raises
    ------
    ValueError
        If there are fewer than two, or a pixel cannot be.
    """
    if n < 2:
        raise ValueError(f"a morph has at least its two ends, got {n}")
    a, b = (as_pixels(checked_pixels(x), np.float64) for x in (first, second))
    s = np.linspace(0, 1, n)[:, np.newaxis]  # (n, 1)
    return np.asarray((1 - s) * a + s * b)
