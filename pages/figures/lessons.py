"""The pictures of the lessons on what a network reads, as pure functions to SVG."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pages.figures.svg import (
    Plane,
    Texts,
    box,
    dot,
    drawing,
    frame,
    group,
    guess_curve,
    guess_mark,
    image,
    line,
    signed_pixels,
    tag,
    words,
)
from simplenet.functions import sigmoid
from simplenet.study.few import Learned

TOP, ROW = 22, 24.0
"""Where the first of ten rows begins, and how high each is."""

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


def unit_picture(
    x: NDArray[np.uint8],
    weights: NDArray[np.floating],
    products: NDArray[np.floating],
    found: tuple[float, float],
    guess: tuple[float, float] | None,
    T: Texts,
) -> str:
    """Return what a hidden unit does: an image times its weights, the sum, and what comes out.

    Parameters
    ----------
    x : ndarray of uint8, shape (784,)
    weights, products : ndarray, shape (784,)
        Of the unit; and the image times the weights.
    found : tuple of float
        The sum, and the activation.
    guess : tuple of float, or None
        A sum, and what somebody took its activation for.
    """
    side, (s, a) = 104.0, found
    strongest = float(np.abs(weights).max())
    tiles = [
        image(x.reshape(28, 28), 0, 0, side, side, "x"),
        image(signed_pixels(weights / strongest), 132, 0, side, side, "w"),
        image(signed_pixels(products / strongest), 264, 0, side, side),
        words(118, side / 2, "×"),
        words(250, side / 2, "="),
        words(382, side / 2, "→"),
        words(396, side / 2 - 10, T("learn_unit.sum"), "gray", anchor="start"),
        words(396, side / 2 + 10, f"s = {s:.2f}", "blue", "sum", "start"),
    ]
    plane = Plane((-10, 10), (0, 1), top=side + 22, height=100)
    (across, up), sums = plane.at(s, a), np.linspace(-10, 10, 81)
    bottom = plane.top + plane.height
    pieces = [
        *tiles,
        plane.axes(
            [(tick, f"{tick:g}") for tick in (-8.0, -4.0, 0.0, 4.0, 8.0)],
            [(0.0, "0"), (0.5, "0.5"), (1.0, "1")],
            T("learn_unit.axis"),
        ),
        plane.curve(sums, sigmoid(sums), "gray", width=3.5),
        line([(across, bottom), (across, up)], "blue", "sum", 2),
        group(
            "a", line([(across, up), (plane.left, up)], "green", width=2), dot(across, up, "green")
        ),
    ]
    if guess:
        pieces.append(guess_mark(*plane.at(*guess), T))
    return drawing(*pieces, height=bottom + 44)


def shares_picture(
    scores: NDArray[np.floating], shares: NDArray[np.floating], chosen: int, T: Texts
) -> str:
    """Return ten scores, and the probabilities that softmax makes of them, a row a digit.

    Parameters
    ----------
    scores, shares : ndarray, shape (10,)
    chosen : int
        The digit whose score can be changed.
    """
    zero, unit, begin, reach = 130.0, 8.6, 262.0, 150.0
    pieces = [
        words(zero, 9, T("learn_shares.scores"), "gray"),
        words(begin, 9, T("learn_shares.shares"), "gray", anchor="start"),
        tag("path", "", d=f"M{zero:g} {TOP}V{TOP + 10 * ROW:g}", class_="grid"),
    ]
    for k, (s, y) in enumerate(zip(scores, shares, strict=True)):
        middle, part, colour = TOP + ROW * (k + 0.5), "all", "blue"
        if k == chosen:
            part, colour = "up", "orange"
            pieces.append(box(0, middle - ROW / 2, 478, ROW, "gray", opacity=0.15))
        ends = sorted((zero, zero + unit * float(s)))
        pieces += [
            words(14, middle, str(k)),
            box(ends[0], middle - 7, ends[1] - ends[0], 14, colour, part),
            words(begin - 10, middle, f"{s:.1f}", "gray", anchor="end"),
            box(
                begin, middle - 7, max(reach * float(y), 1), 14, "green", "y" if k == chosen else ""
            ),
            words(begin + reach * float(y) + 8, middle, f"{y:.1%}", anchor="start"),
        ]
    return drawing(*pieces, height=TOP + 10 * ROW)


def loss_picture(
    y: NDArray[np.floating], right: int, loss: float, guess: float | None, T: Texts
) -> str:
    """Return an answer beside the target, and the loss over the probability of the right digit.

    Parameters
    ----------
    y : ndarray, shape (10,)
        Ten probabilities.
    right : int
        The right digit.
    loss : float
        Of this answer.
    guess : float or None
        What somebody took the loss of one in ten for.
    """
    answer = Plane((-0.6, 9.6), (0, 1), left=30, width=180, height=200)
    pieces = [answer.axes([(float(k), str(k)) for k in range(10)], [(0.0, "0"), (1.0, "1")])]
    for k, p in enumerate(y):
        left, top = answer.at(k - 0.36, float(p))
        pieces.append(
            box(
                left, top, 12.6, answer.top + answer.height - top, "blue", "y" if k == right else ""
            )
        )
    left, top = answer.at(right - 0.45, 1)
    pieces += [
        frame(left, top, 15.8, answer.height, "green", "t", 2.5),
        words(120, 250, T("learn_loss.answer"), "gray"),
    ]
    plane = Plane((0, 1), (0, 5), left=258, width=212, height=200)
    p = np.linspace(0.0067, 1, 120)
    x, up = plane.at(float(y[right]), loss)
    pieces += [
        plane.axes(
            [(0.0, "0"), (0.5, "50%"), (1.0, "100%")],
            [(float(tick), f"{tick}") for tick in range(0, 6)],
            T("learn_loss.axis"),
        ),
        plane.curve(p, -np.log(p), "gray", width=3.5),
        group(
            "loss",
            line([(x, plane.top + plane.height), (x, up)], "orange", width=2.5),
            dot(x, up, "orange", radius=6.5),
        ),
    ]
    if guess is not None:
        mark, truth = plane.at(0.1, guess), plane.at(0.1, float(-np.log(0.1)))
        pieces += [line([mark, truth], "ink", width=1.5, dash="3 4"), guess_mark(*mark, T)]
    return drawing(*pieces, height=262)


def unseen_sheet(found: Learned, T: Texts) -> tuple[str, Plane]:
    """Return the accuracies on seen digits over a training, and where a curve is drawn beside it.

    Parameters
    ----------
    found : Learned
        Whose iterations are in powers of ten on the plane.
    """
    plane = _training_plane(found)
    return drawing(_training_axes(plane, T), _seen_curve(plane, found, T)), plane


def unseen_picture(
    found: Learned, guess: tuple[NDArray[np.floating], Sequence[float]] | None, T: Texts
) -> str:
    """Return the accuracies on seen and on unseen digits over a training.

    Parameters
    ----------
    found : Learned
    guess : tuple of array_like, or None
        Iterations, and what somebody took the accuracies on unseen digits for then, in [0, 1].
    """
    plane, x = _training_plane(found), np.log10(found.iterations + 1)
    end, seen = plane.at(float(x[-1]), float(found.seen[-1]))
    _, unseen = plane.at(float(x[-1]), float(found.unseen[-1]))
    pieces = [_training_axes(plane, T), _seen_curve(plane, found, T)]
    if guess is not None:
        pieces.append(guess_curve(plane, np.log10(guess[0] + 1), guess[1], T))
    pieces += [
        group(
            "unseen",
            plane.curve(x, found.unseen, "orange", width=3.5, dash="8 5"),
            line([(plane.left + 12, 52), (plane.left + 44, 52)], "orange", width=3.5, dash="8 5"),
            words(plane.left + 52, 52, T("learn_unseen.test"), "orange", anchor="start"),
        ),
        group(
            "gap",
            line([(end + 10, seen), (end + 10, unseen)], "violet", width=4),
            words(
                end + 18,
                (seen + unseen) / 2,
                f"{100 * found.gap:.1f}",
                "violet",
                anchor="start",
            ),
        ),
    ]
    return drawing(*pieces)


def _training_plane(found: Learned) -> Plane:
    return Plane((0, float(np.log10(found.iterations[-1] + 1))), (0, 1), width=356)


def _training_axes(plane: Plane, T: Texts) -> str:
    return plane.axes(
        [(float(np.log10(n + 1)), f"{n:,}") for n in (0, 10, 100, 1000)],
        [(0.0, "0"), (0.5, "50%"), (1.0, "100%")],
        T("learn_unseen.axis"),
    )


def _seen_curve(plane: Plane, found: Learned, T: Texts) -> str:
    return group(
        "seen",
        plane.curve(np.log10(found.iterations + 1), found.seen, "blue", width=3.5),
        line([(plane.left + 12, 30), (plane.left + 44, 30)], "blue", width=3.5),
        words(plane.left + 52, 30, T("learn_unseen.train"), "blue", anchor="start"),
    )


def unknown_picture(
    x: NDArray[np.floating], y: NDArray[np.floating], guess: float | None, T: Texts
) -> str:
    """Return a picture that is no digit, and the ten probabilities that it gets all the same.

    Parameters
    ----------
    x : ndarray, shape (784,)
        Ink in [0, 1].
    y : ndarray, shape (10,)
    guess : float or None
        What somebody took the largest for, in [0, 1].
    """
    side, begin, reach, row = 168.0, 214.0, 200.0, 20.0
    pieces = [image(np.rint(255 * x).astype(np.uint8).reshape(28, 28), 0, 12, side, side)]
    for k, p in enumerate(y):
        middle, first = 12 + row * (k + 0.5), k == int(y.argmax())
        bar = box(begin, middle - 6, max(reach * float(p), 1), 12, "orange" if first else "blue")
        said = words(begin + reach * float(p) + 7, middle, f"{p:.1%}", anchor="start")
        pieces += [
            words(begin - 14, middle, str(k)),
            group("most", bar, said) if first else bar + (said if p > 0.01 else ""),
        ]
    if guess is not None:
        at = begin + reach * guess
        pieces += [
            line([(at, 12), (at, 12 + 10 * row)], "ink", width=1.5, dash="3 4"),
            words(at, 224, T("learn.mark"), anchor="end" if guess > 0.6 else "start"),
        ]
    left, parts = 0.0, []
    for k, p in enumerate(y):
        wide = 478 * float(p)
        parts.append(box(left, 238, wide - 1, 16, "blue", opacity=1 if k % 2 else 0.65))
        left += wide
    pieces += [
        group("all", *parts, words(0, 228, T("learn_unknown.sum"), "blue", anchor="start")),
    ]
    return drawing(*pieces, height=258)
