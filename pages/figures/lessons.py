"""The pictures of the lessons, as pure functions from numbers to SVG."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pages.figures.svg import (
    HEIGHT,
    Plane,
    dot,
    drawing,
    frame,
    group,
    image,
    line,
    tag,
    words,
)

Texts = Callable[..., str]

SIDE, AROUND = 252, 2
"""Of the large digit in the units of the picture; and how many pixels around the chosen one are
shown as numbers, each way."""


def pixels_picture(pixels: NDArray[np.uint8], row: int, column: int) -> str:
    """Return a digit, and the numbers around one of its pixels.

    Parameters
    ----------
    pixels : ndarray of uint8, shape (28, 28)
    row, column : int
        The pixel that is looked at.
    """
    unit, cell, left = SIDE / 28, 40.0, 276.0
    top, first = min(max(row - AROUND, 0), 23), min(max(column - AROUND, 0), 23)
    pieces = [
        image(pixels, 0, 0, SIDE, SIDE),
        frame(0, row * unit, SIDE, unit, "blue", "row"),
        frame(column * unit, 0, unit, SIDE, "green", "column"),
        frame(column * unit - 1, row * unit - 1, unit + 2, unit + 2, "orange", "x", 3),
    ]
    numbers: list[str] = []
    chosen: list[str] = []
    for i in range(5):
        for j in range(5):
            byte = int(pixels[top + i, first + j])
            x, y = left + cell * j, 26 + cell * i
            shade = f"rgb({byte},{byte},{byte})"
            numbers.append(tag("rect", "", x=x, y=y, width=cell, height=cell, fill=shade))
            ink = "black" if byte > 110 else "white"
            here = (top + i, first + j) == (row, column)
            said = f"{byte / 255:.2f}".rstrip("0").rstrip(".")
            number = tag(
                "text",
                said,
                x=x + cell / 2,
                y=y + cell / 2,
                dy="0.35em",
                text_anchor="middle",
                class_="inside",
                style=f"fill:{ink}",
            )
            (chosen if here else numbers).append(number)
    x, y = left + cell * (column - first), 26 + cell * (row - top)
    pieces += [
        *numbers,
        group("byte", frame(x + 5, y + 5, cell - 10, cell - 10, "violet")),
        group("x", *chosen, frame(x, y, cell, cell, "orange", thick=3)),
        line([(column * unit + unit, row * unit), (left, 26)], "gray", width=1, dash="3 3"),
        line(
            [(column * unit + unit, row * unit + unit), (left, 26 + 5 * cell)],
            "gray",
            width=1,
            dash="3 3",
        ),
    ]
    return drawing(tag("g", "".join(pieces), class_="bright"), height=SIDE)


def slope_picture(
    moves: NDArray[np.floating],
    losses: NDArray[np.floating],
    h: float,
    near: tuple[float, float, float],
    slope: float,
    guess: float | None,
    T: Texts,
) -> str:
    """Return the loss along one weight, with the secant of a step, the tangent, and a guess.

    Parameters
    ----------
    moves, losses : ndarray, shape (m,)
        How far the weight is moved, and the loss there.
    h : float
        The step.
    near : tuple of float
        The loss a step below, here, and a step above.
    slope : float
        Of the tangent.
    guess : float or None
        What somebody took the slope for.
    T : callable
        The words of a key.
    """
    low, high = float(losses.min()), float(losses.max())
    room = 0.12 * (high - low)
    plane = Plane((float(moves[0]), float(moves[-1])), (low - room, high + room))
    below, here, above = near
    ticks = [
        (value, f"{value:.1f}") for value in np.arange(0, high + room, 0.2) if value > low - room
    ]
    (x_low, y_low), (x_high, y_high) = plane.at(-h, below), plane.at(h, above)
    bottom = plane.top + plane.height
    x, y = plane.at(0, here)
    pieces = [
        plane.axes([(-5.0, "w − 5"), (0.0, "w"), (5.0, "w + 5")], ticks, T("learn_slope.weight")),
        plane.curve(moves, losses, "gray", width=3.5),
        group(
            "h",
            line([(x_low, bottom - 8), (x_high, bottom - 8)], "violet", width=3),
            line([(x_low, bottom - 13), (x_low, bottom - 3)], "violet", width=3),
            line([(x_high, bottom - 13), (x_high, bottom - 3)], "violet", width=3),
            words((x_low + x_high) / 2, bottom - 20, f"2h = {2 * h:g}", "violet"),
        ),
    ]
    if guess is not None:
        pieces.append(plane.straight(0, here, guess, "ink", dash="2 6"))
        at_x = 4.8 if abs(guess - slope) * 5 > 0.02 else -7.8
        gx, gy = plane.at(at_x, here + guess * at_x)
        anchor = "end" if at_x > 0 else "start"
        pieces.append(words(gx, gy - 12, T("learn.mark"), "ink", anchor=anchor))
    pieces += [
        plane.straight(0, here, slope, "green", "slope", "9 5"),
        line([(x_low, y_low), (x_high, y_high)], "ink", width=1.5),
        group(
            "below",
            line([(x_low, bottom), (x_low, y_low)], "blue", width=1.5),
            dot(x_low, y_low, "blue"),
        ),
        group(
            "above",
            line([(x_high, bottom), (x_high, y_high)], "orange", width=1.5),
            dot(x_high, y_high, "orange"),
        ),
        dot(x, y, "gray", radius=4),
    ]
    return drawing(*pieces, height=HEIGHT)
