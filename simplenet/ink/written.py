"""From the ink on a sheet to the digit that was written on it.

Ink is also what was printed: boxes, the lines of forms, ruled and squared paper. Such a line is
straight, thin and longer than the digit. It is taken away as staff lines are from music: where
what it is made of is no thicker than the line, so that strokes that cross it stay whole. What
remains falls into parts, which chain from one to the next over small gaps.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

Mask = NDArray[Any]
"""An array of bool: True where a pixel belongs to a part."""

SHORTEST = 0.015
"""What is shorter than this share of the longer side is dust."""

ASIDE = 0.05
"""How much ink counts that is a thing beside the digit: touches the border, or is a blot."""

BLOT = 0.05
"""What is thicker than this share of the longer side may be a blot: a finger, say, or a coin."""

GAP = 4.0
"""Parts that are no further apart than this many widths of a stroke are one."""

SPECK = 0.3
"""A part with less ink than this share of a stroke as long as wide is never joined to others."""

HAIR = 0.45
"""A part is a printed line, or the rest of one, if it is thinner than this share of a stroke and
longer than four strokes are wide."""

NEAR = 0.3
"""A part is near the main part if it is closer than this share of the main part's length."""

LINES_SIDE = 400
"""How long a photo is, on its longer side, when it is searched for straight lines."""

BREAK = 9
"""Pixels of such a photo that a line may be broken for, less one: what is faint is."""

SLOPES = np.linspace(-0.24, 0.24, 17)
"""How much a line may lean: a photo is seldom taken straight from above."""

SMALLEST = 0.03
"""How long a digit is at least beside printed lines, as a share of the longer side."""

LEAST_IN_A_BOX = 0.25
"""How long a digit is, as a share of the box around it: in a round zero may be a knot."""

THICKEST_LINE = 1 / 30
"""What is thicker than this share of the longer side was not printed."""


class Box(NamedTuple):
    """The smallest rectangle around a part: its first row and column, and those after the last."""

    top: int
    bottom: int
    left: int
    right: int
    height: int
    width: int
    length: int


def written(
    ink: NDArray[np.float32], mask: Mask, outside: Mask | None = None
) -> tuple[Mask, Mask, Mask]:
    """Return which pixels (h, w) are the digit's, and not of print, dust or a table.

    Parameters
    ----------
    ink : ndarray of float32, shape (h, w)
        How much ink each pixel has.
    mask : ndarray of bool, shape (h, w)
        Where there is enough of it.
    outside : ndarray of bool, shape (h, w), optional
        What is not the sheet.

    Returns
    -------
    digit : ndarray of bool, shape (h, w)
        Empty if there is no digit.
    mask : ndarray of bool, shape (h, w)
        Where there is ink, without the print that was taken away.
    border : ndarray of bool, shape (h, w)
        The edge of the sheet, and what is beyond it.
    """
    border = np.ones_like(mask) if outside is None else outside.copy()
    if outside is None:
        border[1:-1, 1:-1] = False
    else:
        border[[0, -1]] = border[:, [0, -1]] = True
    digit = main_part(mask, ink, border)
    if not digit.any() or min(mask.shape) < 3:
        return digit, mask, border
    lines = Lines(mask, border)
    for _ in range(3):  # A box may stand on ruled paper.
        found = lines.without_print(mask, digit, ink)
        if found is None:
            break
        mask, digit = found
    return digit, mask, border


def main_part(mask: Mask, ink: NDArray[np.float32], border: Mask) -> Mask:
    """Return the part of a mask that has most ink, with what is near it; or nothing.

    Its parts are joined by single linkage: any two that are no further apart than `GAP`, and what
    lies aside to nothing.
    """
    found = np.zeros_like(mask)
    if not mask.any():
        return found
    box = box_of(mask)
    inside = slice(box.top, box.bottom), slice(box.left, box.right)
    labels, count = ndimage.label(mask[inside], np.ones((3, 3)))
    flat = labels.ravel()
    area = np.bincount(flat)
    mass = np.bincount(flat, ink[inside].ravel())
    depth = ndimage.distance_transform_edt(np.pad(labels > 0, 1))[1:-1, 1:-1] - 0.5
    # Over a long bar, the mean depth is a quarter of the width.
    width = 4 * np.bincount(flat, depth.ravel()) / np.maximum(area, 1)
    boxes = ndimage.find_objects(labels)
    length = np.array([1] + [max(part.stop - part.start for part in box) for box in boxes])
    aside = (width > BLOT * max(mask.shape)) & (width > length / 4)
    aside[labels[border[inside]]] = True
    aside[0] = False
    mass[0] = 0
    typical = median(width, mass * np.where(aside, ASIDE, 1))
    hair = (width < HAIR * typical) & (length > 4 * typical)
    chained = ~aside & ~hair & (mass > SPECK * typical**2)
    chained[0] = False
    reach = 2 * round(GAP * typical / 2) + 1
    bridged, chains = ndimage.label(ndimage.maximum_filter(chained[labels], reach))
    number = chains + np.arange(count + 1)
    number[0] = 0
    kept = chained[labels]
    number[labels[kept]] = bridged[kept]
    _, number = np.unique(number, return_inverse=True)
    # From here on, of the chains.
    labels = number[labels]
    mass = np.bincount(number, mass)
    aside = np.bincount(number, aside) > 0
    hair = np.bincount(number, hair) > 0
    boxes = ndimage.find_objects(labels)
    length = np.array([0] + [max(part.stop - part.start for part in box) for box in boxes])
    weight = mass * np.where(aside, ASIDE, 1)
    weight[length <= max(SHORTEST * max(ink.shape), 2)] = 0
    if not weight.any():
        return found
    main = weight.argmax()
    near = ndimage.maximum_filter(labels == main, 2 * int(NEAR * length[main]) + 1)
    belongs = np.zeros(len(mass), bool)
    belongs[labels[near]] = True
    belongs &= (mass > 0.02 * mass[main]) & (~aside | aside[main])
    belongs &= ~hair | hair[main]
    found[inside] = belongs[labels]
    return found


def median(values: NDArray[Any], weights: NDArray[Any]) -> float:
    """Return the middle of values that count differently."""
    order = np.argsort(values)
    sums = np.cumsum(weights[order])
    return float(values[order[np.searchsorted(sums, sums[-1] / 2)]])


class Lines:
    """The straight lines in a mask (h, w).

    Attributes
    ----------
    level, upright : ndarray of int, shape (h, w)
        How long the longest straight run through each pixel is that is almost level, or upright.
    """

    def __init__(self, mask: Mask, border: Mask) -> None:
        self.border, self.side = border, max(mask.shape)
        self.sheet = box_of(~border)
        times = -(-self.side // LINES_SIDE)
        height, width = (-(-side // times) for side in mask.shape)
        padded = np.zeros((height * times, width * times), bool)
        padded[: mask.shape[0], : mask.shape[1]] = mask
        small: Mask = np.any(padded.reshape(height, times, width, times), axis=(1, 3))

        def full(runs: NDArray[np.int32]) -> NDArray[np.int32]:
            large = runs.repeat(times, axis=0).repeat(times, axis=1) * np.int32(times)
            return np.where(mask, large[: mask.shape[0], : mask.shape[1]], np.int32(0))

        self.level = full(longest_runs(small))
        self.upright = full(longest_runs(small.T).T)
        self.tall = straight_runs(mask.T).T
        self.wide = straight_runs(mask)

    def without_print(
        self, mask: Mask, part: Mask, ink: NDArray[np.float32]
    ) -> tuple[Mask, Mask] | None:
        """Return a mask without the printed lines at a part of it, and its main part then.

        None if there are none.
        """
        box = box_of(part)
        # The sides of a box are longer than what is in it; most of them, if they are broken.
        for share, framed in ((0.9, True), (0.6, True), (0.6, False)):
            level = share * box.width
            upright = share * box.height if framed else 0.95 * self.sheet.height
            lines = self._lines(level, upright, mask, part)
            left, rest = self._rest(mask, lines, ink)
            if rest.any():  # What is no longer than the digit is a stroke of it.
                found = box_of(rest)
                level = max(level, 1.02 * found.width if framed else 1.1 * found.length)
                upright = max(upright, 1.02 * found.height)
                lines = self._lines(level, upright, mask, part)
                left, rest = self._rest(mask, lines, ink)
            if rest.any() and self._printed(lines_at(part, lines), box, box_of(rest), framed):
                return left, rest
        return None

    def _lines(self, level: float, upright: float, mask: Mask, part: Mask) -> tuple[Mask, Mask]:
        """Return the pixels of lines of some length at a part of a mask, level and upright."""
        lines = (
            mask & self._thin(self.level, self.tall, level, part),
            mask & self._thin(self.upright, self.wide, upright, part),
        )
        crossings = mask & (self.level >= level) & (self.upright >= upright)
        near = ndimage.maximum_filter(lines[0], 7)
        return lines[0] | crossings & near, lines[1]

    def _thin(
        self, runs: NDArray[np.int32], thickness: NDArray[np.int32], least: float, part: Mask
    ) -> Mask:
        """Return the pixels of lines that are long enough, where nothing crosses them."""
        most = min(max(THICKEST_LINE * self.side, 3), least / 5)
        found: Mask = (runs >= max(least, 8)) & (thickness <= most)
        if not (found & part).any():
            return np.zeros_like(found)
        usual = np.median(thickness[found & part])
        found &= thickness <= 1.7 * usual + 1
        return found

    def _rest(
        self, mask: Mask, lines: tuple[Mask, Mask], ink: NDArray[np.float32]
    ) -> tuple[Mask, Mask]:
        """Return a mask without lines, nor the crumbs of their edges, and its main part.

        Both are empty if there are no lines.
        """
        removed = lines[0] | lines[1]
        if not removed.any():
            return removed, removed
        rest = mask & ~removed
        labels, _ = ndimage.label(rest, np.ones((3, 3)))
        area = np.bincount(labels.ravel())
        thickness = np.median(np.minimum(self.tall, self.wide)[removed])
        crumbs = np.zeros(len(area), bool)
        crumbs[labels[ndimage.maximum_filter(removed, 5)]] = True
        crumbs &= area <= 4 * thickness**2
        rest &= ~crumbs[labels]
        return rest, main_part(rest, ink, self.border)

    def _printed(self, lines: tuple[Mask, Mask], part: Box, rest: Box, framed: bool) -> bool:
        """Return whether lines at a part are print, seen from the rest of it."""
        level, upright = lines
        if rest.length < SMALLEST * self.side:
            return False
        if framed:
            box = box_of(level | upright)
            slack = round(0.1 * rest.length)
            sides = (
                np.any(level[: rest.top + slack], axis=0).sum() / box.width,
                np.any(level[max(rest.bottom - slack, 0) :], axis=0).sum() / box.width,
                np.any(upright[:, : rest.left + slack], axis=1).sum() / box.height,
                np.any(upright[:, max(rest.right - slack, 0) :], axis=1).sum() / box.height,
            )
            roomy = rest.length < LEAST_IN_A_BOX * cell_around(rest, level, upright, box)
            return min(sides) > 0.6 and (self._ends(box) or not roomy)
        if not level.any():
            return self._ends(box_of(upright))
        box = box_of(level)
        beyond = rest.left - box.left, box.right - rest.right
        return self._ends(box) or (
            rest.height >= 0.6 * part.height
            and rest.length >= 0.12 * box.width
            and (min(beyond) > 0.1 * rest.length or max(beyond) > rest.length)
        )

    def _ends(self, lines: Box) -> bool:
        """Return whether lines end where the sheet does, on opposite sides."""
        sheet, slack = self.sheet, 3
        return (lines.left < sheet.left + slack and lines.right > sheet.right - slack) or (
            lines.top < sheet.top + slack and lines.bottom > sheet.bottom - slack
        )


def lines_at(part: Mask, lines: tuple[Mask, Mask]) -> tuple[Mask, Mask]:
    """Return the lines that touch a part; others, as of a table beside it, do not matter."""
    labels, _ = ndimage.label(lines[0] | lines[1], np.ones((3, 3)))
    at = np.unique(labels[ndimage.maximum_filter(part, 7)])
    here = np.isin(labels, at[at > 0])
    return lines[0] & here, lines[1] & here


def cell_around(rest: Box, level: Mask, upright: Mask, box: Box) -> int:
    """Return how long the cell is that a part is in: it ends at the lines next to the part."""
    row, column = (rest.top + rest.bottom) // 2, (rest.left + rest.right) // 2
    rows = np.flatnonzero(level[:, rest.left : rest.right].any(axis=1))
    columns = np.flatnonzero(upright[rest.top : rest.bottom].any(axis=0))
    above, below = rows[rows < row], rows[rows > row]
    before, after = columns[columns < column], columns[columns > column]
    height = (below[0] if len(below) else box.bottom) - (above[-1] if len(above) else box.top)
    width = (after[0] if len(after) else box.right) - (before[-1] if len(before) else box.left)
    return int(max(height, width))


def longest_runs(mask: Mask) -> NDArray[np.int32]:
    """Return how long the longest almost level run through each pixel is, (h, w)."""
    longest = np.zeros(mask.shape, np.int32)
    if not mask.any():
        return longest
    box = box_of(mask)
    inside = slice(max(box.top - 1, 0), box.bottom + 1), slice(box.left, box.right)
    part = longest[inside]
    thick = ndimage.binary_dilation(mask[inside], np.ones((3, 1)))
    thick = ndimage.binary_closing(np.pad(thick, BREAK), np.ones((1, BREAK)))
    thick = thick[BREAK:-BREAK, BREAK:-BREAK]
    height, width = part.shape
    columns = np.arange(width)
    from_middle = columns + box.left - mask.shape[1] / 2
    room = int(np.abs(SLOPES).max() * np.abs(from_middle).max()) + 1
    padded = np.pad(thick, ((2 * room, 2 * room), (0, 0)))
    rows = np.arange(height + 2 * room)[:, np.newaxis]
    for slope in SLOPES:
        shift = np.round(slope * from_middle).astype(np.intp)
        runs = straight_runs(padded[rows + room + shift, columns])
        back = runs[np.arange(height)[:, np.newaxis] + room - shift, columns]
        np.maximum(part, back, out=part)
    return longest


def straight_runs(mask: Mask) -> NDArray[np.int32]:
    """Return how long the run of its row is that each pixel (h, w) is in; 0 outside."""
    width = np.int32(mask.shape[1])
    columns = np.arange(width, dtype=np.int32)
    before = np.maximum.accumulate(np.where(mask, np.int32(-1), columns), axis=1)
    after = np.minimum.accumulate(np.where(mask, width, columns)[:, ::-1], axis=1)[:, ::-1]
    return np.where(mask, after - before - np.int32(1), np.int32(0))


def box_of(part: Mask) -> Box:
    """Return the smallest rectangle around a part, which is not empty."""
    rows, columns = np.flatnonzero(part.any(axis=1)), np.flatnonzero(part.any(axis=0))
    top, bottom, left, right = (
        int(rows[0]),
        int(rows[-1]) + 1,
        int(columns[0]),
        int(columns[-1]) + 1,
    )
    height, width = bottom - top, right - left
    return Box(top, bottom, left, right, height, width, max(height, width))
