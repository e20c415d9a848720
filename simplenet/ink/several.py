"""Whether there is more on a sheet than the one digit that is read: others of its kind."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from simplenet.ink.written import Box, Mask, box_of, main_part

TRIED = 4
"""How many other parts are looked at, those with most ink first."""

HEIGHTS, WIDTHS = (0.5, 2.0), (0.5, 1.8)
"""The height of another digit, and the width of its strokes, divided by those of the digit."""

LEAST_INK = 0.15
"""The least ink of another digit, as a share of the digit's own."""

BORDER = 0.015
"""A part that is closer to the border than this share of the longer side comes from outside, like a
finger: right at the border, ink and paper cannot be told apart."""

FLATTEST, SLIMMEST = 1.8, 1.3
"""The largest width of another digit divided by its height: a line is flatter. And the largest
height of a straight one divided by the height of the digit: a printed line is higher than a 1."""

FRAME, FULL = 0.7, 0.6
"""A part is a box if it has ink along the first share of each side of the rectangle around it. But
if its ink fills the second share of the rectangle, it is no box: an upright 1 does."""


def has_others(mask: Mask, digit: Mask, ink: NDArray[np.float32], border: Mask) -> bool:
    """Return whether there is another digit beside one.

    It is as high, and written with the same pen. It is not at the border, and is no line, box
    or blot.

    Parameters
    ----------
    mask : ndarray of bool, shape (h, w)
        Where there is ink, without print.
    digit : ndarray of bool, shape (h, w)
    ink : ndarray of float32, shape (h, w)
        How much ink each pixel has.
    border : ndarray of bool, shape (h, w)
        The edge of the sheet, and what is beyond it.
    """
    rest = mask & ~digit
    border = ndimage.maximum_filter(border, 2 * round(BORDER * max(mask.shape)) + 1)
    box, pen, mass = box_of(digit), width(digit), ink[digit].sum()
    for _ in range(TRIED):
        other = main_part(rest, ink, border)
        if not other.any() or ink[other].sum() < LEAST_INK * mass:
            return False
        touches = bool((other & border).any())
        if not touches and is_digit(other, box_of(other), box, width(other) / pen):
            return True
        rest &= ~other
    return False


def is_digit(other: Mask, its: Box, box: Box, thicker: float) -> bool:
    """Return whether a part may be a digit, seen from one with a box."""
    inside = other[its.top : its.bottom, its.left : its.right]
    upright = its.width < its.height / 4
    return (
        HEIGHTS[0] * box.height < its.height < HEIGHTS[1] * box.height
        and WIDTHS[0] < thicker < WIDTHS[1]
        and its.width < FLATTEST * its.height
        and not (upright and its.height > SLIMMEST * box.height)
        and not is_frame(inside, round(0.1 * its.length) + 1)
        and not surrounds(its, box)
    )


def width(part: Mask) -> float:
    """Return how wide the strokes of a part are, in pixels."""
    return float(4 * (ndimage.distance_transform_edt(np.pad(part, 1))[1:-1, 1:-1][part]).mean() - 2)


def is_frame(part: NDArray[Any], slack: int) -> bool:
    """Return whether a cropped part is hollow, with ink within some pixels of all four sides."""
    sides = (
        part[:slack].any(axis=0),
        part[-slack:].any(axis=0),
        part[:, :slack].any(axis=1),
        part[:, -slack:].any(axis=1),
    )
    return bool(min(side.mean() for side in sides) > FRAME and part.mean() < FULL)


def surrounds(its: Box, box: Box) -> bool:
    """Return whether a box lies around the middle of another."""
    row, column = (box.top + box.bottom) / 2, (box.left + box.right) / 2
    return its.top < row < its.bottom and its.left < column < its.right
