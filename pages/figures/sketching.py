"""What the small pictures of the words are made of, as SVG. Pure functions.

All are 96 x 72 on a dark ground, in the colours that mean the same everywhere: orange for, blue
against, gold what runs forward, violet what runs back, green right, red wrong.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image

from simplenet.data import load_mnist

WIDTH, HEIGHT = 96, 72
GROUND, DIM, PLAIN = "#0d121d", "#39435a", "#a9b4c8"
FOR, AGAINST, FORWARD, BACK, RIGHT, WRONG = (
    "#ff9a3c",
    "#5c8eff",
    "#ffd15c",
    "#b48cff",
    "#37c98b",
    "#ff6b6b",
)
COLUMNS = ((18, 4), (48, 3), (78, 3))
"""Of a small network: where a layer is, and how many units it has."""


def line(x: ArrayLike, y: ArrayLike, colour: str, width: float = 2.5, dash: str = "") -> str:
    """Return a line through points; y runs upwards, from 0 at the bottom to 1 at the top."""
    xs = 8 + 80 * np.asarray(x, float)
    ys = HEIGHT - 8 - (HEIGHT - 16) * np.asarray(y, float)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(xs, ys, strict=True))
    return (
        f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round" stroke-dasharray="{dash}"/>'
    )


def dot(x: float, y: float, colour: str, r: float = 4) -> str:
    """Return a point, in the same units as those of a line."""
    return f'<circle cx="{8 + 80 * x:.1f}" cy="{64 - 56 * y:.1f}" r="{r}" fill="{colour}"/>'


def box(x: float, y: float, width: float, height: float, colour: str, more: str = "") -> str:
    """Return a rectangle, in pixels of the picture."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'fill="{colour}" rx="1.5" {more}/>'
    )


def bars(values: Iterable[float], colours: Iterable[str], left: float, width: float) -> str:
    """Return bars that stand on the ground, of heights from 0 to 1."""
    shown = list(zip(values, colours, strict=True))
    step = width / len(shown)
    return "".join(
        box(left + i * step, 64 - 54 * v - 1, step - 2, 54 * v + 1, c)
        for i, (v, c) in enumerate(shown)
    )


def words(text: str, x: float, y: float, colour: str = PLAIN, size: float = 16) -> str:
    """Return a few signs, centred at a place in pixels."""
    return (
        f'<text x="{x}" y="{y}" fill="{colour}" font-size="{size}" font-family="sans-serif" '
        f'text-anchor="middle" font-weight="600">{text}</text>'
    )


def arrow(x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 2.5) -> str:
    """Return an arrow between two places in pixels."""
    way = np.array((x2 - x1, y2 - y1))
    along = way / np.hypot(*way) * 6
    across = np.array((-along[1], along[0])) * 0.6
    tip = np.array((x2, y2))
    points = (tip - along + across, tip, tip - along - across)
    head = " ".join(f"{a:.1f},{b:.1f}" for a, b in points)
    return (
        f'<path d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}" stroke="{colour}" '
        f'stroke-width="{width}"/>'
        f'<polyline points="{head}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def units(layer: int) -> list[tuple[float, float]]:
    """Return where the units of a layer are, in pixels."""
    x, n = COLUMNS[layer]
    return [(x, HEIGHT / 2 + 17 * (i - (n - 1) / 2)) for i in range(n)]


def network(
    lit: tuple[int, ...] = (),
    colour: str = FORWARD,
    unit: int | None = None,
    edges: str = DIM,
    over: str = "",
) -> str:
    """Return a small network with some of its layers lit, or one unit of them.

    What is `over` its weights is still below its units.
    """
    lines = "".join(
        f'<path d="M{a} {b}L{c} {d}" stroke="{edges}" stroke-width="1.2"/>'
        for layer in (0, 1)
        for a, b in units(layer)
        for c, d in units(layer + 1)
    )
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="5.5" '
        f'fill="{colour if layer in lit and unit in (None, i) else PLAIN}"/>'
        for layer in (0, 1, 2)
        for i, (x, y) in enumerate(units(layer))
    )
    return lines + over + dots


def image(pixels: NDArray[np.floating], x: float, y: float, size: float) -> str:
    """Return an image of 28 x 28 pixels in [0, 1]."""
    file = io.BytesIO()
    ink = np.rint(255 * np.clip(pixels, 0, 1)).astype(np.uint8).reshape(28, 28)
    Image.fromarray(ink).save(file, "PNG", optimize=True)
    data = base64.b64encode(file.getvalue()).decode()
    return (
        f'<image x="{x}" y="{y}" width="{size}" height="{size}" '
        f'style="image-rendering:pixelated" href="data:image/png;base64,{data}"/>'
    )


def seven() -> NDArray[np.float32]:
    """Return the first digit of the test set, a 7, shape (1, 784)."""
    return load_mnist().x_test[:1]


def valley(x: ArrayLike) -> NDArray[np.float64]:
    """Return a loss with its lowest place at 0.6."""
    return 0.12 + 2.1 * (np.asarray(x, float) - 0.6) ** 2


X = np.linspace(0, 1, 49)
CURVE = line(X, np.clip(valley(X), 0, 1), PLAIN)
