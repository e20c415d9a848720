"""The pictures of the lessons on how it learns, as pure functions to SVG."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from pages.figures.svg import (
    HEIGHT,
    Plane,
    Texts,
    box,
    dot,
    drawing,
    frame,
    group,
    guess_mark,
    image,
    line,
    signed_pixels,
    tag,
    words,
)
from simplenet.study.definition import Definition
from simplenet.study.directions import Directions


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
        image(signed_pixels(weights / reach), 0, 0, side, side, "w"),
        words(side / 2, side + 12, T("learn_gradient.weights"), "gray"),
        image(signed_pixels(gradient / float(np.abs(gradient).max())), 0, 138, side, side, "grad"),
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
        words(105, 164, T("learn_batches.picture"), "gray", "all"),
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
        pieces.append(guess_mark(*plane.at(*guess), T))
    return drawing(*pieces, height=262)
