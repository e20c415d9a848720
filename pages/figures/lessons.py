"""The pictures of the lessons, as pure functions from numbers to SVG."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pages.figures.miniatures import in_colours
from pages.figures.svg import (
    HEIGHT,
    Plane,
    box,
    dot,
    drawing,
    frame,
    group,
    image,
    line,
    tag,
    words,
)
from simplenet.functions import sigmoid
from simplenet.study.definition import Definition
from simplenet.study.directions import Directions
from simplenet.study.few import Learned

Texts = Callable[..., str]

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
        beside = 15 if (guess < slope) == (at_x > 0) else -12  # Away from the tangent.
        pieces.append(words(gx, gy + beside, T("learn.mark"), "ink", anchor=anchor))
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
        image(_signed(weights / strongest), 132, 0, side, side, "w"),
        image(_signed(products / strongest), 264, 0, side, side),
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
        pieces.append(_guess(*plane.at(*guess), T))
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
        pieces += [line([mark, truth], "ink", width=1.5, dash="3 4"), _guess(*mark, T)]
    return drawing(*pieces, height=262)


def _guess(x: float, y: float, T: Texts) -> str:
    """Return the mark of a guess: a cross with its name."""
    cross = f"M{x - 6:.1f} {y - 6:.1f}l12 12m0 -12l-12 12"
    return tag("path", "", d=cross, class_="line ink", stroke_width=2.5) + words(
        x + 10, y + 16, T("learn.mark"), anchor="start"
    )


def _signed(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return 784 numbers from -1 to 1 as an image: orange for, blue against."""
    return in_colours(values.reshape(28, 28))


def gradient_picture(
    weights: NDArray[np.floating],
    gradient: NDArray[np.floating],
    rates: NDArray[np.floating],
    found: Directions,
    at: int,
    T: Texts,
) -> str:
    """Return a unit's weights, their gradient, and the loss over the length of a step.

    Parameters
    ----------
    weights, gradient : ndarray, shape (784,)
        Of one hidden unit.
    rates : ndarray, shape (m,)
    found : Directions
        The loss after a step of each of these rates.
    at : int
        Which of them is chosen.
    """
    side = 108.0
    reach = float(np.abs(weights).max())
    tiles = [
        image(_signed(weights / reach), 0, 0, side, side, "w"),
        words(side / 2, side + 12, T("learn_gradient.weights"), "gray"),
        image(_signed(gradient / float(np.abs(gradient).max())), 0, 138, side, side, "grad"),
        words(side / 2, 258, T("learn_gradient.slopes"), "gray"),
    ]
    top = float(found.downhill.max())
    plane = Plane((0, float(rates[-1])), (0, top), left=158, width=316, height=206)
    x, y = plane.at(float(rates[at]), float(found.downhill[at]))
    _, random = plane.at(float(rates[-1]), float(found.chance[-1]))
    bottom = plane.top + plane.height
    ticks = [(tick, f"{tick:.1f}") for tick in np.arange(0, top, 0.1)]
    return drawing(
        *tiles,
        plane.axes([(float(n), f"{n}") for n in range(7)], ticks, T("learn_gradient.axis")),
        plane.curve(rates, found.chance, "gray", width=2, dash="5 5"),
        words(plane.left + 8, random - 12, T("learn_gradient.random"), "gray", anchor="start"),
        plane.curve(rates, found.downhill, "ink", width=3.5),
        line([(x, bottom), (x, y)], "violet", "rate", 2.5),
        dot(x, y, "green", "after", 6.5),
        height=266,
    )


def slow_picture(
    found: Definition, iterations: int, duration: Callable[[float], str], T: Texts
) -> str:
    """Return how one forward pass becomes a gradient, and a training, on a clock of powers of ten.

    Parameters
    ----------
    found : Definition
        What was measured.
    iterations : int
        Of the training.
    duration : callable
        Returns a time in words.
    """
    times = found.pass_s, found.gradient_s, found.training_s(iterations)
    quick = found.backprop_s * iterations
    plane = Plane((-6, 9), (0, 1), left=14, width=452, top=0, height=222)

    def at(seconds: float) -> float:
        return plane.at(float(np.log10(seconds)), 0)[0]

    marks = (
        (1e-3, f"1 {T('unit.ms')}"),
        (1.0, f"1 {T('unit.s')}"),
        (60.0, f"1 {T('unit.min')}"),
        (3600.0, f"1 {T('unit.h')}"),
        (30 * 86400.0, f"30 {T('unit.d')}"),
    )
    one, all_, end = map(at, times)
    return drawing(
        plane.axes([(float(np.log10(s)), said) for s, said in marks], [], T("learn_slow.axis")),
        group("pass", dot(one, 38, "blue"), words(one, 20, duration(times[0]), "blue")),
        group(
            "weights",
            line([(one, 38), (all_, 38)], "violet", width=3),
            words((one + all_) / 2, 54, f"× {found.passes:,}", "violet"),
        ),
        dot(all_, 38, "violet"),
        words(all_, 20, duration(times[1]), "violet"),
        group(
            "steps",
            line([(all_, 86), (end, 86)], "gray", width=3),
            words((all_ + end) / 2, 102, f"× {iterations:,}", "gray"),
        ),
        line([(all_, 38), (all_, 86)], "gray", width=1, dash="3 3"),
        group(
            "total",
            box(plane.left, 122, end - plane.left, 22, "orange"),
            words(end - 8, 133, duration(times[2]), "onfill", anchor="end", kind="inside"),
            words(plane.left, 114, T("learn_slow.definition"), "orange", anchor="start"),
        ),
        box(plane.left, 172, at(quick) - plane.left, 22, "green"),
        words(at(quick) - 8, 183, duration(quick), "onfill", anchor="end", kind="inside"),
        words(plane.left, 164, T("learn_slow.backprop"), "green", anchor="start"),
        height=262,
    )


def back_picture(
    errors: NDArray[np.floating],
    weights: NDArray[np.floating],
    carried: float,
    activation: float,
    error: float,
    T: Texts,
) -> str:
    """Return how ten errors come back to one hidden unit, each by its weight.

    Parameters
    ----------
    errors, weights : ndarray, shape (10,)
        Of the outputs; and the unit's weights to them.
    carried, activation, error : float
        The sum of their products; the unit's activation; and its own error.
    """
    row, top = 18.0, 24.0
    products = errors * weights
    columns = (
        (92.0, errors, "violet", "out", "δ₂"),
        (228.0, weights, "orange", "w", "w"),
        (378.0, products, "gray", "", "δ₂ · w"),
    )
    pieces = [
        words(160, top + row * 5, "×"),
        words(302, top + row * 5, "="),
    ]
    for zero, values, colour, part, title in columns:
        reach = float(np.abs(values).max()) or 1.0
        bars = [
            words(zero, 9, title, colour if colour != "gray" else "ink"),
            tag("path", "", d=f"M{zero:g} {top:g}V{top + 10 * row:g}", class_="grid"),
        ]
        for k, value in enumerate(values):
            y = top + row * (k + 0.5)
            ends = sorted((zero, zero + 44 * float(value) / reach))
            bars.append(box(ends[0], y - 6, max(ends[1] - ends[0], 0.8), 12, colour))
            if zero == columns[0][0]:
                bars.append(words(30, y, str(k), "gray"))
            if zero == columns[2][0]:
                bars.append(words(474, y, f"{value:+.3f}", "gray", anchor="end"))
        pieces.append(group(part, *bars) if part else "".join(bars))
    foot = top + 10 * row + 24
    slope = activation * (1 - activation)
    pieces += [
        words(474, foot - 8, f"Σ = {carried:+.3f}", "ink", anchor="end"),
        line([(320, foot - 20), (474, foot - 20)], "gray", width=1),
        words(288, foot - 8, f"a (1 − a) = {slope:.3f}", "green", "slope", anchor="end"),
        words(306, foot - 8, "×"),
        words(474, foot + 16, f"δ₁ = {error:+.4f}", "blue", "error", anchor="end"),
    ]
    return drawing(*pieces, height=foot + 28)


def batches_picture(
    counts: NDArray[np.integer],
    batch: NDArray[np.uint8],
    along: NDArray[np.floating],
    expected: NDArray[np.floating],
    now: tuple[int, float],
    guess: tuple[float, float] | None,
    T: Texts,
) -> str:
    """Return which digits have been drawn, a pixel each, and the share of them over the iterations.

    Parameters
    ----------
    counts : ndarray of int, shape (60000,)
        How often each was drawn.
    batch : ndarray of uint8, shape (m, 784)
        Digits of the last mini-batch.
    along, expected : ndarray, shape (n,)
        Iterations, and the share that chance expects to be drawn by then.
    now : tuple of (int, float)
        The iterations, and the share that was drawn.
    guess : tuple of float, or None
        Iterations, and what somebody took the share for.
    """
    ground, once, more = (27, 34, 50), (46, 160, 116), (206, 240, 220)
    colours = np.array([ground, once, more], np.uint8)[np.minimum(counts, 2)]
    strip = batch.reshape(-1, 28, 28).transpose(1, 0, 2).reshape(28, -1)
    plane = Plane((0, float(along[-1])), (0, 1), left=262, top=10, width=206, height=140)
    x, y = plane.at(*now)
    bottom = plane.top + plane.height
    pieces = [
        image(colours.reshape(200, 300, 3), 0, 10, 210, 140, "seen"),
        frame(0, 10, 210, 140, "gray", "all", 2),
        words(105, 164, T("learn_batches.picture"), "gray"),
        plane.axes(
            [(0.0, "0"), (600.0, "600"), (1800.0, "1,800"), (3000.0, "3,000")],
            [(0.0, "0"), (0.5, "50%"), (1.0, "100%")],
            T("learn_batches.axis"),
        ),
        plane.curve(along, expected, "gray", width=3),
        line([(x, bottom), (x, y)], "orange", "steps", 2.5),
        dot(x, y, "green", "seen"),
        words(0, 214, T("learn_batches.last"), "violet", "batch", "start"),
        image(strip, 0, 226, 32 * len(batch), 32, "batch"),
    ]
    if guess:
        pieces.append(_guess(*plane.at(*guess), T))
    return drawing(*pieces, height=262)


def unseen_picture(found: Learned, guess: float | None, T: Texts) -> str:
    """Return the accuracies on seen and on unseen digits over a training.

    Parameters
    ----------
    found : Learned
    guess : float or None
        What somebody took the last accuracy on unseen digits for, in [0, 1].
    """
    x = np.log10(found.iterations + 1)
    plane = Plane((0, float(x[-1])), (0, 1), width=356)
    end, seen = plane.at(float(x[-1]), float(found.seen[-1]))
    _, unseen = plane.at(float(x[-1]), float(found.unseen[-1]))
    pieces = [
        plane.axes(
            [(float(np.log10(n + 1)), f"{n:,}") for n in (0, 10, 100, 1000)],
            [(0.0, "0"), (0.5, "50%"), (1.0, "100%")],
            T("learn_unseen.axis"),
        ),
        group(
            "seen",
            plane.curve(x, found.seen, "blue", width=3.5),
            line([(plane.left + 12, 30), (plane.left + 44, 30)], "blue", width=3.5),
            words(plane.left + 52, 30, T("learn_unseen.train"), "blue", anchor="start"),
        ),
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
    if guess is not None:
        pieces.append(_guess(end - 40, plane.at(0, guess)[1], T))
    return drawing(*pieces)


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
