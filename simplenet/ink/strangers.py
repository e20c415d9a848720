"""Pictures that are no digits, drawn as a person draws them, to ask a network about."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from simplenet.ink.canvas import canvas_to_input

SIDE, PEN = 280, 20
"""The side of the canvas, and the width of the pen, in pixels."""

Line = tuple[tuple[int, int], ...]

STRANGERS: dict[str, tuple[Line, ...]] = {
    "face": (
        ((70, 160), (100, 210), (140, 225), (180, 210), (210, 160)),
        ((95, 80), (95, 90)),
        ((185, 80), (185, 90)),
    ),
    "letter": (((50, 240), (70, 40), (140, 180), (210, 40), (230, 240)),),
    "star": (((140, 30), (200, 230), (40, 105), (240, 105), (80, 230), (140, 30)),),
    "cross": (((60, 40), (220, 240)), ((220, 40), (60, 240))),
    "blot": (),
}
"""The lines of each picture, from point to point: a smiling face, an M, a star, and a cross. The
blot has no lines: it is made of discs that overlap."""

DISCS = 14
"""Discs of the blot."""


def stranger(name: str) -> NDArray[np.float32]:
    """Return a picture that is no digit, as the network gets it, (784,).

    Raises
    ------
    KeyError
        If there is no such picture in `STRANGERS`.
    """
    canvas = Image.new("L", (SIDE, SIDE))
    pen = ImageDraw.Draw(canvas)
    for points in STRANGERS[name]:
        pen.line(points, fill=255, width=PEN, joint="curve")
        for x, y in points:
            _disc(pen, x, y, PEN / 2)
    if name == "blot":
        rng = np.random.default_rng(3)
        for _ in range(DISCS):
            x, y = rng.normal(SIDE / 2, SIDE / 9, 2)
            _disc(pen, x, y, rng.uniform(15, 45))
    return np.asarray(canvas_to_input(np.asarray(canvas))[0])


def _disc(pen: ImageDraw.ImageDraw, x: float, y: float, radius: float) -> None:
    """Draw a filled circle."""
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
