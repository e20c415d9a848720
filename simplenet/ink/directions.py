"""The directions of the strokes of a picture, as numbers that pictures are compared by."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import ndimage

from simplenet.functions import as_pixels

SIDE = 28
BINS, CELLS, SPREAD = 8, 7, 1.8
"""Directions that are told apart; places of an image, each way; and how far a place looks around
it, as the standard deviation of its weights in pixels."""

CHUNK = 50
"""Pictures worked on at a time: they stay in the cache."""


def oriented_gradients(x: ArrayLike) -> NDArray[np.float32]:
    """Return the directions of the strokes of pictures, (n, 784), as vectors of length 1, (n, 392).

    Each entry is the root of how much edge of one direction there is near one of 7 x 7 places:
    histograms of oriented gradients (Dalal and Triggs, CVPR 2005).
    """
    rows = np.asarray(x)
    return np.concatenate(
        [_oriented_gradients(rows[i : i + CHUNK]) for i in range(0, len(rows), CHUNK)]
    )


def _oriented_gradients(x: NDArray[Any]) -> NDArray[np.float32]:
    images = ndimage.gaussian_filter(as_pixels(x).reshape(-1, SIDE, SIDE), (0, 0.7, 0.7))
    down, right = np.gradient(images, axis=(1, 2))  # (n, 28, 28) each
    strength = np.hypot(right, down)
    turn = np.arctan2(down, right) / np.pi * BINS  # An edge and its opposite are one direction.
    centres = np.arange(BINS, dtype=np.float32)[:, np.newaxis, np.newaxis]
    away = (turn[:, np.newaxis] - centres + BINS / 2) % BINS - BINS / 2  # (n, 8, 28, 28)
    shares = np.maximum(1 - np.abs(away), 0) * strength[:, np.newaxis]
    cells = _PLACES @ shares @ _PLACES.T  # (n, 8, 7, 7)
    roots = np.sqrt(cells.reshape(len(x), -1))
    return np.asarray(roots / np.maximum(np.linalg.norm(roots, axis=1, keepdims=True), 1e-9))


def _places() -> NDArray[np.float32]:
    """Return the weight of each pixel for each place along an axis, (7, 28)."""
    centres = (np.arange(CELLS) + 0.5) * SIDE / CELLS - 0.5
    away = np.arange(SIDE) - centres[:, np.newaxis]
    weights = np.exp(-((away / SPREAD) ** 2) / 2)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True), np.float32)


_PLACES = _places()
