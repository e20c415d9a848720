"""Digits as people draw them with a mouse or a finger, none of them from MNIST.

Every digit has several templates, the ways in which it is written in America, Europe and East
Asia; each drawing is one of them, slanted, stretched, turned, and drawn by an unsteady hand.
"""

# ruff: noqa: E501, a template a line

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.interpolate import CubicSpline

SIDE, FINER = 280, 2

# Strokes in a box from (0, 0), at the upper left, to (1, 1). The path through the points is
# smooth; a point that is there twice is a corner.
TEMPLATES: dict[int, list[list[list[tuple[float, float]]]]] = {
    0: [
        [[(0.5, 0), (0.1, 0.2), (0, 0.5), (0.12, 0.82), (0.5, 1), (0.9, 0.8), (1, 0.5), (0.88, 0.18), (0.5, 0)]],
        [[(0.55, 0), (0.3, 0.2), (0.22, 0.55), (0.35, 0.9), (0.52, 1), (0.72, 0.8), (0.78, 0.45), (0.7, 0.12), (0.5, 0.01)]],
        [[(0.62, 0.06), (0.3, 0.02), (0.06, 0.35), (0.1, 0.8), (0.45, 1), (0.85, 0.85), (0.95, 0.4), (0.75, 0.1), (0.5, 0.08)]],
    ],
    1: [
        [[(0.5, 0), (0.5, 1)]],
        [[(0.3, 0.22), (0.55, 0), (0.55, 0), (0.55, 1)]],
        [[(0.3, 0.2), (0.5, 0), (0.5, 0), (0.5, 1)], [(0.22, 1), (0.78, 1)]],
        [[(0.62, 0), (0.55, 0.5), (0.4, 1)]],
    ],
    2: [
        [[(0.05, 0.25), (0.3, 0.02), (0.75, 0.04), (0.9, 0.28), (0.6, 0.6), (0, 1), (0, 1), (1, 1)]],
        [[(0.1, 0.2), (0.45, 0), (0.85, 0.2), (0.7, 0.55), (0.2, 0.92), (0.05, 0.9), (0.2, 0.78), (0.55, 0.95), (1, 0.95)]],
        [[(0.08, 0.15), (0.5, 0), (0.92, 0.12), (0.85, 0.4), (0.05, 0.98), (0.05, 0.98), (0.95, 0.94)]],
    ],
    3: [
        [[(0.08, 0.12), (0.5, 0), (0.9, 0.2), (0.4, 0.46), (0.4, 0.46), (0.95, 0.7), (0.55, 1), (0.05, 0.88)]],
        [[(0.1, 0), (0.9, 0), (0.9, 0), (0.45, 0.4), (0.45, 0.4), (0.95, 0.68), (0.55, 1), (0.05, 0.9)]],
        [[(0.1, 0.16), (0.45, 0), (0.8, 0.2), (0.62, 0.42), (0.42, 0.48), (0.75, 0.56), (0.9, 0.78), (0.5, 1), (0.08, 0.84)]],
    ],
    4: [
        [[(0.68, 1), (0.68, 0), (0.68, 0), (0, 0.68), (0, 0.68), (1, 0.68)]],
        [[(0.18, 0), (0.08, 0.5), (0.08, 0.5), (0.9, 0.5)], [(0.75, 0), (0.7, 1)]],
        [[(0.4, 0), (0.05, 0.62), (0.05, 0.62), (0.95, 0.62)], [(0.68, 0.3), (0.64, 1)]],
    ],
    5: [
        [[(0.9, 0), (0.2, 0), (0.2, 0), (0.12, 0.45), (0.12, 0.45), (0.6, 0.38), (0.95, 0.65), (0.6, 0.98), (0.05, 0.9)]],
        [[(0.2, 0.02), (0.14, 0.44), (0.14, 0.44), (0.6, 0.4), (0.92, 0.68), (0.55, 1), (0.05, 0.88)], [(0.2, 0.02), (0.95, 0)]],
        [[(0.85, 0.02), (0.28, 0.04), (0.28, 0.04), (0.15, 0.48), (0.15, 0.48), (0.5, 0.4), (0.86, 0.58), (0.8, 0.88), (0.45, 1), (0.08, 0.92)]],
    ],
    6: [
        [[(0.75, 0), (0.3, 0.3), (0.08, 0.7), (0.4, 1), (0.88, 0.8), (0.65, 0.52), (0.12, 0.7)]],
        [[(0.85, 0.06), (0.5, 0.05), (0.15, 0.4), (0.1, 0.75), (0.45, 1), (0.88, 0.78), (0.6, 0.5), (0.2, 0.6)]],
        [[(0.5, 0), (0.22, 0.4), (0.14, 0.78), (0.5, 1), (0.82, 0.78), (0.55, 0.56), (0.2, 0.76)]],
    ],
    7: [
        [[(0.05, 0), (0.95, 0), (0.95, 0), (0.35, 1)]],
        [[(0.05, 0.02), (0.95, 0), (0.95, 0), (0.55, 0.45), (0.4, 1)], [(0.28, 0.5), (0.85, 0.48)]],
        [[(0.08, 0.16), (0.1, 0), (0.1, 0), (0.92, 0.02), (0.92, 0.02), (0.6, 0.5), (0.48, 1)]],
    ],
    8: [
        [[(0.8, 0.16), (0.5, 0), (0.16, 0.2), (0.5, 0.47), (0.9, 0.74), (0.5, 1), (0.1, 0.76), (0.5, 0.47), (0.84, 0.22), (0.8, 0.14)]],
        [[(0.5, 0), (0.2, 0.22), (0.5, 0.46), (0.8, 0.22), (0.5, 0)], [(0.5, 0.46), (0.12, 0.74), (0.5, 1), (0.88, 0.74), (0.5, 0.46)]],
        [[(0.52, 0.48), (0.22, 0.24), (0.5, 0), (0.8, 0.22), (0.48, 0.5), (0.18, 0.78), (0.5, 1), (0.82, 0.76), (0.5, 0.48)]],
    ],
    9: [
        [[(0.86, 0.2), (0.5, 0), (0.12, 0.26), (0.4, 0.52), (0.86, 0.24), (0.86, 0.24), (0.84, 1)]],
        [[(0.84, 0.22), (0.5, 0), (0.14, 0.28), (0.45, 0.54), (0.84, 0.26), (0.84, 0.26), (0.8, 0.75), (0.5, 1), (0.15, 0.9)]],
        [[(0.82, 0.12), (0.45, 0.02), (0.15, 0.3), (0.45, 0.52), (0.82, 0.14), (0.82, 0.14), (0.7, 0.6), (0.5, 1)]],
    ],
}  # fmt: skip


def drawings(
    n: int, seed: int, pen: tuple[int, int] = (8, 32)
) -> tuple[NDArray[np.uint8], NDArray[np.intp]]:
    """Return drawings, (n, 280, 280), white on black, and the digits that they are, (n,)."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n) % 10)
    return np.stack([drawn(int(digit), rng, pen) for digit in labels]), labels


def drawn(digit: int, rng: np.random.Generator, pen: tuple[int, int]) -> NDArray[np.uint8]:
    """Return one drawing, (280, 280), of any size and anywhere."""
    strokes = smooth(digit, int(rng.integers(len(TEMPLATES[digit]))))
    return pictured(by_hand(strokes, rng), rng, pen)


def tiny(digit: int, height: float, pen: int, rng: np.random.Generator) -> NDArray[np.uint8]:
    """Return one drawing, (280, 280), as high as is wanted with the pen's width, anywhere."""
    strokes = by_hand(smooth(digit, int(rng.integers(len(TEMPLATES[digit])))), rng)
    points = np.vstack(strokes)
    scale = (height - pen) / np.ptp(points[:, 1])
    return pictured(strokes, rng, (pen, pen), length=scale * np.ptp(points, axis=0).max() + pen)


def flagged_ones(n: int, seed: int) -> NDArray[np.uint8]:
    """Return ones without a foot, (n, 280, 280), whose flags fall by 32 to 65 degrees."""
    rng = np.random.default_rng(seed)
    return np.stack([pictured(flagged_one(rng), rng, (10, 28)) for _ in range(n)])


def short_sevens(n: int, seed: int) -> NDArray[np.uint8]:
    """Return sevens without a slash, (n, 280, 280), whose tops are short and level within 10."""
    rng = np.random.default_rng(seed)
    return np.stack([pictured(short_seven(rng), rng, (10, 28)) for _ in range(n)])


def flagged_one(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Return the stroke of a 1: a flag of a quarter to three fifths of its height, and a stem."""
    angle, length = np.radians(rng.uniform(32, 65)), rng.uniform(0.25, 0.6)
    tip = np.array([-np.cos(angle), np.sin(angle)]) * length
    sag = tip / 2 + np.array([0, rng.uniform(-0.1, 0.1) * length])
    flag = piece_of(np.array([tip, sag, (0, 0)]))
    stem = piece_of(np.array([(0, 0), (rng.uniform(-0.06, 0.06), 1)]))
    return by_hand([np.vstack([flag, stem])], rng, turn=0.06, aspect=(0.85, 1.05))


def short_seven(rng: np.random.Generator) -> list[NDArray[np.float64]]:
    """Return the stroke of a 7: a top of a third to a half of its height, and a stem that leans."""
    angle, length = np.radians(rng.uniform(-10, 10)), rng.uniform(0.35, 0.5)
    tip = np.array([-np.cos(angle), np.sin(angle)]) * length
    foot = np.array([-rng.uniform(0.1, 0.35), 1])
    knee = foot / 2 + np.array([rng.uniform(0, 0.06), 0])
    stem = piece_of(np.array([(0, 0), knee, foot]))
    return by_hand(
        [np.vstack([piece_of(np.array([tip, (0, 0)])), stem])], rng, turn=0.06, aspect=(0.85, 1.05)
    )


def pictured(
    strokes: list[NDArray[np.float64]],
    rng: np.random.Generator,
    pen: tuple[int, int],
    length: float | None = None,
) -> NDArray[np.uint8]:
    """Return a picture of strokes, (280, 280), drawn with a round pen at any size, anywhere.

    Of a given length it is as thick as the pen is, legible or not.
    """
    points = np.vstack(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    if length is None:
        length = rng.uniform(70, 240)
        # Digits that are wider than their pen: a blot is legible to nobody.
        width = min(rng.integers(pen[0], pen[1] + 1), length / 5)
    else:
        width = rng.integers(pen[0], pen[1] + 1)
    scale = (length - width) / (high - low).max()
    room = SIDE - width - (high - low) * scale
    start = rng.uniform(0, 1, 2) * room + width / 2
    image = Image.new("L", (SIDE * FINER, SIDE * FINER))
    pencil, radius = ImageDraw.Draw(image), width * FINER / 2
    for stroke in strokes:
        path = ((stroke - low) * scale + start) * FINER
        pencil.line([tuple(p) for p in path], fill=255, width=round(2 * radius))
        for x, y in path:
            pencil.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
    return np.asarray(image.reduce(FINER))


def by_hand(
    strokes: list[NDArray[np.float64]],
    rng: np.random.Generator,
    turn: float = 0.2,
    aspect: tuple[float, float] = (0.55, 0.95),
) -> list[NDArray[np.float64]]:
    """Return strokes that are slanted, stretched, turned, and drawn by an unsteady hand."""
    angle, slant = rng.uniform(-turn, turn), rng.uniform(-0.2, 0.35)
    wide = rng.uniform(*aspect)
    turned = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turned @ np.array([[wide, -slant], [0, 1]])
    waves = rng.normal(0, 0.012, (2, 2, 3))  # Of two axes, sine and cosine, three frequencies.
    found = []
    for stroke in strokes:
        angles = np.outer(np.linspace(0, 2 * np.pi, len(stroke)), np.arange(1, 4))
        wobble = np.sin(angles) @ waves[:, 0].T + np.cos(angles) @ waves[:, 1].T
        found.append((stroke + rng.normal(0, 0.015, 2)) @ matrix.T + wobble)
    return found


@cache
def smooth(digit: int, template: int) -> list[NDArray[np.float64]]:
    """Return the strokes of a template as close points, (n, 2) each."""
    return [
        np.vstack([piece_of(np.array(piece)) for piece in pieces(stroke)])
        for stroke in TEMPLATES[digit][template]
    ]


def pieces(stroke: list[tuple[float, float]]) -> list[list[tuple[float, float]]]:
    """Return what lies between the corners of a stroke."""
    found = [[stroke[0]]]
    for before, point in pairwise(stroke):
        if point == before:
            found.append([point])
        else:
            found[-1].append(point)
    return found


def piece_of(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return close points on a smooth path through a few."""
    if len(points) == 2:
        return np.linspace(points[0], points[1], 25)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return CubicSpline(along, points)(np.linspace(0, along[-1], 15 * len(points)))
