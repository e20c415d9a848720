"""Digits written with strokes, in ways that MNIST has few of: a 1 with a long flag, an open 4.

MNIST was written by Americans in boxes of a form. Elsewhere people write a 1 with a flag, a 7
with a slash, a 9 with a hook. Each way of writing a digit is a function here that draws its own
shape each time, angles and lengths from ranges. `written` turns a shape into pixels as a hand
and a pen would, and brings them to MNIST's form.

Shapes are about 1 high, with x to the right and y down. Angles are in degrees: 0 is to the right,
90 is down.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from simplenet.ink.canvas import canvas_to_input

Path = NDArray[np.float64]
"""Points that a pen passes in turn, shape (n, 2), as (x, y)."""

Shape = list[Path]
"""The strokes of a digit; the pen is lifted between two of them."""

Generator = np.random.Generator


@dataclass(frozen=True)
class Way:
    """A way to write a digit.

    Parameters
    ----------
    digit : int
    shape : callable
        Returns another shape each time, drawn by the generator that it is given.
    share : float
        How often it is chosen, relative to the other ways.
    """

    digit: int
    shape: Callable[[Generator], Shape]
    share: float

    @property
    def name(self) -> str:
        """Its name in words."""
        return self.shape.__name__.replace("_", " ")


LENGTH, SIDE = 130, 200
"""The longer side of a drawing, and the side of the canvas that it is drawn on, in pixels."""

STEP = 0.01
"""The distance between the points of a smooth stroke."""

SLANT, TURN, WIDEN = (0.1, 0.14), 0.06, 0.15
"""Mean and standard deviation of the slant; standard deviations of the turn (rad) and of the
logarithm of the width."""

ROUNDING = 0.005, 0.035
"""How far around a corner the hand cuts it, from a slow hand to a quick one."""

WOBBLE = 0.012
"""Standard deviation of the unsteadiness of the hand."""

PEN = 0.05, 0.15
"""Width of the pen, as a share of the length of the digit."""


def written(n: int, rng: Generator | int) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return digits written with strokes, in MNIST's form.

    Parameters
    ----------
    n : int
        How many.
    rng : numpy.random.Generator or int
        Draws the ways of writing, or is the seed of what does, by their shares, and the hand.

    Returns
    -------
    pixels : ndarray of uint8, shape (n, 784)
        Ink, 255 the strongest.
    labels : ndarray of int, shape (n,)
        The digits that they are.
    """
    rng = np.random.default_rng(rng)
    shares = np.array([way.share for way in WAYS])
    chosen = [WAYS[i] for i in rng.choice(len(WAYS), n, p=shares / shares.sum())]
    pixels = np.empty((n, 784), np.uint8)
    for row, way in zip(pixels, chosen, strict=True):
        row[:] = pixels_of(way, rng)
    return pixels, np.array([way.digit for way in chosen], np.intp)


def pixels_of(way: Way, rng: Generator) -> NDArray[np.uint8]:
    """Return one digit written in a way, in MNIST's form: bytes, shape (784,)."""
    drawing = drawn(by_hand(way.shape(rng), rng), rng.uniform(*PEN))
    return np.asarray(np.rint(255 * canvas_to_input(drawing)[0]), np.uint8)


def by_hand(shape: Shape, rng: Generator) -> Shape:
    """Return a shape as a hand writes it: slanted, its corners rounded, its lines unsteady."""
    slant, turn, wide = rng.normal(*SLANT), rng.normal(0, TURN), np.exp(rng.normal(0, WIDEN))
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = np.array([[cos, -sin], [sin, cos]]) @ np.array([[wide, -slant], [0, 1]])
    rounding = rng.uniform(*ROUNDING) / STEP
    strokes = []
    for path in shape:
        points = _evenly_spaced(path @ matrix.T)
        # Padded by the reflection at its ends, so that the ends stay where they are.
        smooth = ndimage.gaussian_filter1d(
            np.pad(points, ((20, 20), (0, 0)), "reflect", reflect_type="odd"), rounding, axis=0
        )[20:-20]
        waves = rng.normal(0, WOBBLE, (2, 4))  # Half a period in its length, one, one and a half.
        angles = np.outer(np.linspace(0, np.pi, len(smooth)), np.arange(4))
        strokes.append(smooth + np.cos(angles) @ waves.T)
    return strokes


def drawn(shape: Shape, pen: float) -> NDArray[np.uint8]:
    """Return a shape drawn with a round pen, white on black, shape (SIDE, SIDE)."""
    points = np.vstack(shape)
    low, high = points.min(axis=0), points.max(axis=0)
    scale, width = (1 - pen) * LENGTH / (high - low).max(), pen * LENGTH
    return inked([(path - (low + high) / 2) * scale + SIDE / 2 for path in shape], width, SIDE)


def inked(shape: Shape, width: float, side: int) -> NDArray[np.uint8]:
    """Return what a round pen draws, white on black, shape (side, side); all is in pixels."""
    image = Image.new("L", (side, side))
    pencil = ImageDraw.Draw(image)
    r = width / 2
    for path in shape:
        spots = [(float(x), float(y)) for x, y in path]
        pencil.line(spots, fill=255, width=round(width))
        for x, y in spots:  # Round ends, and no gaps on the outside of a bend.
            pencil.ellipse((x - r, y - r, x + r, y + r), fill=255)
    return np.asarray(image)


def _evenly_spaced(path: Path) -> Path:
    """Return points a `STEP` apart on the straight lines through these."""
    lengths = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0], np.cumsum(lengths)])
    places = np.linspace(0, along[-1], max(round(along[-1] / STEP), 21))
    return np.column_stack([np.interp(places, along, path[:, axis]) for axis in (0, 1)])


# What shapes are made of


def arc(
    x: float, y: float, wide: float, tall: float, start: float, stop: float, turn: float = 0
) -> Path:
    """Return part of an ellipse around (x, y), turned; clockwise if `stop` is more than `start`."""
    angles, turn = np.radians(np.linspace(start, stop, 40)), np.radians(turn)
    across, down = wide * np.cos(angles), tall * np.sin(angles)
    return np.column_stack(
        [
            x + across * np.cos(turn) - down * np.sin(turn),
            y + across * np.sin(turn) + down * np.cos(turn),
        ]
    )


def line(*points: tuple[float, float], bend: float = 0) -> Path:
    """Return lines through points; each bulges to its left by a share of its length."""
    parts = [np.array(points[:1])]
    share = np.linspace(0, 1, 12)[1:, np.newaxis]
    for (x, y), (x_to, y_to) in pairwise(points):
        bulge = np.array([y_to - y, x - x_to]) * bend
        along = np.array([x, y]) * (1 - share) + np.array([x_to, y_to]) * share
        parts.append(along + 4 * share * (1 - share) * bulge)
    return np.vstack(parts)


def away(x: float, y: float, angle: float, length: float) -> tuple[float, float]:
    """Return the point that lies in a direction from (x, y)."""
    return x + length * np.cos(np.radians(angle)), y + length * np.sin(np.radians(angle))


# The ways to write each digit


def zero(rng: Generator) -> Shape:
    """Return a ring that may stay open or overlap at the top."""
    start, wide = rng.uniform(-130, -40), rng.uniform(0.2, 0.42)
    ring = arc(0, 0.5, wide, 0.5, start, start - rng.uniform(335, 400), rng.uniform(-8, 8))
    # The hand drifts to the side while it goes round.
    ring[:, 0] += np.linspace(0, rng.normal(0, 0.05), len(ring))
    return [ring]


def slashed_zero(rng: Generator) -> Shape:
    """Return a ring with a slash from the upper right to the lower left."""
    angle, length = rng.uniform(-70, -40), rng.uniform(0.35, 0.6)
    return [*zero(rng), line(away(0, 0.5, angle, length), away(0, 0.5, angle + 180, length))]


def bare_one(rng: Generator) -> Shape:
    """Return a single stroke."""
    return [line((0, 0), (rng.normal(0, 0.06), 1), bend=rng.normal(0, 0.03))]


def flagged_one(rng: Generator) -> Shape:
    """Return a stem with a flag that falls to the left from its top."""
    angle = rng.uniform(110, 152)
    flag = line(away(0, 0, angle, rng.uniform(0.18, 0.65)), (0, 0), bend=rng.uniform(-0.16, 0.12))
    stem = line((0, 0), (rng.normal(0, 0.06), 1), bend=rng.normal(0, 0.02))
    return [np.vstack([flag, stem])]


def flagged_one_with_foot(rng: Generator) -> Shape:
    """Return a stem with a flag, and a foot below."""
    left, right = rng.uniform(0.12, 0.4, 2)
    tilt = rng.normal(0, 0.03)
    return [*flagged_one(rng), line((-left, 1 - tilt), (right, 1 + tilt))]


def footed_one(rng: Generator) -> Shape:
    """Return a single stroke with a foot below."""
    left, right = rng.uniform(0.12, 0.35, 2)
    return [*bare_one(rng), line((-left, 1), (right, 1))]


def _top_of_two(rng: Generator) -> Path:
    """Return the bow of a 2, down to where its base begins at the lower left."""
    wide, tall = rng.uniform(0.24, 0.36), rng.uniform(0.2, 0.3)
    bow = arc(0, tall, wide, tall, rng.uniform(-190, -150), rng.uniform(10, 45))
    to = -rng.uniform(0.25, 0.42), rng.uniform(0.93, 1)
    return np.vstack([bow, line(tuple(bow[-1]), to, bend=rng.uniform(-0.12, 0.08))])


def two(rng: Generator) -> Shape:
    """Return a bow, and a straight base."""
    bow = _top_of_two(rng)
    to = rng.uniform(0.25, 0.48), 1 + rng.normal(0, 0.03)
    return [np.vstack([bow, line(tuple(bow[-1]), to, bend=rng.normal(0, 0.06))])]


def looped_two(rng: Generator) -> Shape:
    """Return a bow that runs through a loop at the lower left into a wavy base."""
    bow = _top_of_two(rng)
    x, y = bow[-1]
    wide, tall = rng.uniform(0.05, 0.15), rng.uniform(0.04, 0.1)
    loop = arc(x + wide * 0.4, y - tall, wide, tall, 60, rng.uniform(310, 350), -15)
    to = rng.uniform(0.3, 0.5), y + rng.normal(0.0, 0.04)
    return [np.vstack([bow, loop, line(tuple(loop[-1]), to, bend=rng.uniform(-0.1, 0.15))])]


def _lower_bowl(x: float, y: float, rng: Generator) -> Path:
    """Return the bowl of a 3 that begins at (x, y) and ends at the lower left."""
    tall = (1 - y) / 2
    wide = rng.uniform(0.24, 0.36)
    return arc(x + rng.uniform(-0.06, 0.06), y + tall, wide, tall, -80, rng.uniform(110, 170))


def three(rng: Generator) -> Shape:
    """Return two bowls that meet in a cusp."""
    middle, wide = rng.uniform(0.38, 0.5), rng.uniform(0.2, 0.32)
    top = arc(0, middle / 2, wide, middle / 2, rng.uniform(-175, -125), rng.uniform(60, 95))
    cusp = rng.uniform(-0.14, 0.04)
    return [np.vstack([top, line((cusp, middle)), _lower_bowl(0, middle, rng)])]


def flat_three(rng: Generator) -> Shape:
    """Return a 3 with a flat top."""
    wide, middle = rng.uniform(0.22, 0.34), rng.uniform(0.35, 0.48)
    top = line((-wide, rng.normal(0, 0.03)), (wide, 0), (rng.uniform(-0.12, 0.02), middle))
    return [np.vstack([top, _lower_bowl(0, middle, rng)])]


def open_four(rng: Generator) -> Shape:
    """Return an angle that stays open above, crossed by a stem."""
    bar, right = rng.uniform(0.45, 0.68), rng.uniform(0.08, 0.25)
    wide, lean = rng.uniform(0.3, 0.52), rng.uniform(0, 0.22)
    corner = -wide, bar
    angle = line(
        (-wide + lean, rng.uniform(-0.05, 0.15)), corner, (right, bar + rng.normal(0, 0.04))
    )
    stem = line(
        (rng.uniform(-0.03, 0.1), rng.uniform(-0.05, 0.3)), (0, 1), bend=rng.normal(0, 0.02)
    )
    return [angle, stem]


def closed_four(rng: Generator) -> Shape:
    """Return a triangle with a stem, written in one go or with the pen lifted."""
    bar, right, wide = rng.uniform(0.55, 0.72), rng.uniform(0.05, 0.25), rng.uniform(0.35, 0.6)
    top = rng.uniform(-0.04, 0.02), 0.0
    slope = line(top, (-wide, bar), (right, bar + rng.normal(0, 0.03)))
    return [slope, line(top, (rng.normal(0, 0.03), 1))]


def one_stroke_four(rng: Generator) -> Shape:
    """Return a 4 without lifting the pen: down, round a bend, up, and down the stem."""
    bar, wide = rng.uniform(0.45, 0.62), rng.uniform(0.3, 0.48)
    top = 0.02, rng.uniform(0, 0.15)
    turn = (-wide * 0.75, bar + 0.02), (-wide * 0.2, bar)
    return [line((-wide, rng.uniform(-0.05, 0.1)), *turn, top, (rng.normal(-0.02, 0.03), 1))]


def _belly(x: float, y: float, rng: Generator) -> Path:
    """Return the belly of a 5 that begins at (x, y), below its neck."""
    tall, wide = (1 - y + rng.uniform(0.04, 0.1)) / 2, rng.uniform(0.26, 0.4)
    return arc(
        x + wide * rng.uniform(0.5, 0.8),
        1 - tall,
        wide,
        tall,
        rng.uniform(-140, -115),
        rng.uniform(110, 165),
    )


def five(rng: Generator) -> Shape:
    """Return a 5 whose cap is a stroke of its own, which may not touch the neck."""
    neck = rng.uniform(0.35, 0.5)
    x = rng.uniform(-0.06, 0.06)
    body = np.vstack([line((x, 0), (0, neck)), _belly(0, neck, rng)])
    gap = rng.uniform(-0.04, 0.05)
    cap = line(
        (x + gap, rng.normal(0, 0.02)),
        (rng.uniform(0.35, 0.62), rng.normal(-0.02, 0.04)),
        bend=rng.normal(0, 0.04),
    )
    return [body, cap]


def one_stroke_five(rng: Generator) -> Shape:
    """Return a 5 without lifting the pen, from the right end of its cap; like an S if quick."""
    neck, x = rng.uniform(0.35, 0.5), rng.uniform(-0.04, 0.1)
    cap = line((rng.uniform(0.35, 0.6), rng.normal(-0.02, 0.04)), (x, 0), (0, neck))
    return [np.vstack([cap, _belly(0, neck, rng)])]


def six(rng: Generator) -> Shape:
    """Return a stem that bends into a loop, which may stay open."""
    tall, wide = rng.uniform(0.22, 0.32), rng.uniform(0.2, 0.32)
    loop = arc(0, 1 - tall, wide, tall, 180, 180 - rng.uniform(270, 390))
    start = rng.uniform(-0.05, 0.3), 0.0
    stem = line(start, tuple(loop[0]), bend=-rng.uniform(0.02, 0.2))
    return [np.vstack([stem, loop])]


def seven(rng: Generator) -> Shape:
    """Return a bar that is level or nearly so, and a stem that leans."""
    wide = rng.uniform(0.34, 0.65)
    left = away(0, 0, rng.uniform(170, 196), wide)
    bar = line(left, (0, 0), bend=rng.uniform(-0.08, 0.1))
    foot = -rng.uniform(0.25, 0.9) * wide, 1.0
    return [np.vstack([bar, line((0, 0), foot, bend=rng.uniform(-0.04, 0.12))])]


def slashed_seven(rng: Generator) -> Shape:
    """Return a 7 with a slash through its stem."""
    shape = seven(rng)
    x, y = shape[0][-rng.integers(5, 8)]
    angle, length = rng.uniform(-25, 12), rng.uniform(0.12, 0.26)
    return [*shape, line(away(x, y, angle + 180, length), away(x, y, angle, length))]


def hooked_seven(rng: Generator) -> Shape:
    """Return a 7 whose bar begins with a hook from below."""
    [path] = seven(rng)
    x, y = path[0]
    hook = line(away(x, y, rng.uniform(75, 120), rng.uniform(0.06, 0.22)), (x, y))
    return [np.vstack([hook, path])]


def eight(rng: Generator) -> Shape:
    """Return an 8 in one go: an S and back, which may not close at the top."""
    middle = rng.uniform(0.4, 0.5)
    upper, lower = rng.uniform(0.18, 0.3), rng.uniform(0.22, 0.36)
    start, stop = rng.uniform(-75, -25), rng.uniform(-60, 10)
    return [
        np.vstack(
            [
                arc(0, middle / 2, upper, middle / 2, start, -240),
                arc(0, (1 + middle) / 2, lower, (1 - middle) / 2, -60, 240),
                arc(0, middle / 2, upper, middle / 2, 60, stop),
            ]
        )
    ]


def ringed_eight(rng: Generator) -> Shape:
    """Return an 8 of two rings that touch or overlap."""
    middle = rng.uniform(0.4, 0.52)
    upper, lower = rng.uniform(0.18, 0.3), rng.uniform(0.22, 0.36)
    over = rng.uniform(-0.01, 0.05)
    drift = rng.normal(0, 0.03)
    start, round_ = rng.uniform(-120, -60), rng.uniform(345, 385)
    return [
        arc(drift, middle / 2, upper, middle / 2 + over, start, start - round_),
        arc(0, (1 + middle) / 2, lower, (1 - middle) / 2, start, start - rng.uniform(345, 385)),
    ]


def _head(rng: Generator) -> tuple[Path, float]:
    """Return the loop of a 9, from the right, which may stay open, and how wide it is."""
    tall, wide = rng.uniform(0.2, 0.3), rng.uniform(0.2, 0.32)
    start = rng.uniform(-60, -10)
    return arc(0, tall, wide, tall, start, -rng.uniform(310, 365)), wide


def straight_nine(rng: Generator) -> Shape:
    """Return a loop with a straight tail."""
    head, wide = _head(rng)
    top = wide, rng.uniform(0.06, 0.24)
    tail = line(top, (wide - rng.uniform(-0.04, 0.3), 1), bend=rng.uniform(-0.03, 0.06))
    return [np.vstack([head, tail])]


def hooked_nine(rng: Generator) -> Shape:
    """Return a loop with a tail that turns to the left below."""
    head, wide = _head(rng)
    tall = rng.uniform(0.12, 0.28)
    x = wide - rng.uniform(0, 0.1)
    hook = arc(x - wide, 1 - tall, wide, tall, 0, rng.uniform(80, 160))
    return [np.vstack([head, line((wide, rng.uniform(0.06, 0.24)), (x, 1 - tall)), hook])]


WAYS = (
    Way(0, zero, 1.5),
    Way(0, slashed_zero, 0.5),
    Way(1, bare_one, 0.5),
    Way(1, flagged_one, 4),
    Way(1, flagged_one_with_foot, 1.5),
    Way(1, footed_one, 0.5),
    Way(2, two, 1.3),
    Way(2, looped_two, 0.7),
    Way(3, three, 1.3),
    Way(3, flat_three, 0.7),
    Way(4, open_four, 1),
    Way(4, closed_four, 1),
    Way(4, one_stroke_four, 0.5),
    Way(5, five, 1),
    Way(5, one_stroke_five, 1),
    Way(6, six, 2),
    Way(7, seven, 3),
    Way(7, slashed_seven, 1.5),
    Way(7, hooked_seven, 1),
    Way(8, eight, 1.3),
    Way(8, ringed_eight, 0.7),
    Way(9, straight_nine, 1),
    Way(9, hooked_nine, 1),
)
"""The ways of writing. MNIST has least of the 1 with a flag, which looks much like a 7."""
