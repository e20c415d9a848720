"""A digit while it is written: where the pen goes, and what a network gets to see on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from simplenet.ink.canvas import canvas_to_input
from simplenet.ink.strokes import WAYS, by_hand, inked

SHARE = 0.62
"""The longer side of the digit, as a share of the side of the canvas."""


@dataclass(frozen=True, eq=False)
class Writing:
    """A digit that is written with a pen, moment by moment.

    Parameters
    ----------
    digit : int
        What it is.
    points : ndarray of float, shape (n, 2)
        Where the pen passes, as (x, y) in shares of the side of the canvas, at an even pace.
    starts : ndarray of int, shape (strokes,)
        The points that begin a stroke: before each, the pen is lifted.
    moments : ndarray of int, shape (m,)
        How many points the pen has passed where somebody looks; the last one is all of them.
    x : ndarray of float32, shape (m, 784)
        What a network gets to see at each moment.
    """

    digit: int
    points: NDArray[np.float64]
    starts: NDArray[np.intp]
    moments: NDArray[np.intp]
    x: NDArray[np.float32]


def write(
    name: str, rng: np.random.Generator | int, *, pen: float, side: int, looks: int
) -> Writing:
    """Return a digit while it is written.

    Parameters
    ----------
    name : str
        How it is written, such as "hooked nine": one of the ways in `simplenet.ink.strokes`.
    rng : numpy.random.Generator or int
        Draws its shape, and the hand; an int is its seed.
    pen : float
        Width of the pen in pixels of the canvas.
    side : int
        Of the canvas, in pixels.
    looks : int
        How often somebody looks while it is written, at least 1.

    Raises
    ------
    ValueError
        If there is no such way of writing.
    """
    way = next((way for way in WAYS if way.name == name), None)
    if way is None:
        raise ValueError(f"name must be one of {[way.name for way in WAYS]}, got {name!r}")
    rng = np.random.default_rng(rng)
    strokes = by_hand(way.shape(rng), rng)
    points = np.vstack(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    points = 0.5 + (points - (low + high) / 2) * SHARE / (high - low).max()
    starts = np.cumsum([0, *map(len, strokes)])[:-1]
    moments = np.linspace(0, len(points), looks + 1).round().astype(np.intp)[1:]
    x = [
        canvas_to_input(inked(np.split(side * points[:end], starts[1:]), pen, side))
        for end in moments
    ]
    return Writing(way.digit, points, starts, moments, np.concatenate(x))
