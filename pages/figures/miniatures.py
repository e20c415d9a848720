"""The pages in small, for the first page: pictures that are computed, as HTML. Pure functions."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from simplenet.network import Params

FOR, AGAINST = (255, 154, 60), (92, 142, 255)
"""The colours of what speaks for something and of what speaks against it, on a dark ground."""

RIGHT, WRONG = (34, 120, 86), (255, 107, 107)
"""The colours of what is right and of what is wrong; right answers are darker here, as they are
many, and the mistakes are what is looked at."""

WIDTH, HEIGHT = 320, 112
"""Of a curve, in pixels."""

ROLLS = 70
"""The share of its time in which the ball rolls, in percent; then it rests."""

_STYLE = """<style>
.miniature {
  position: relative; height: 132px; padding: 0 12px; box-sizing: border-box; overflow: clip;
  border-radius: var(--st-base-radius, 8px);
  background: #0d121d; display: flex; align-items: center; justify-content: center; gap: 10px;
}
.miniature img { image-rendering: pixelated; border-radius: 3px; }
.miniature .over { position: relative; min-width: 0; }
.miniature .over img { max-width: 100%; height: auto; display: block; }
.miniature .over img + img { position: absolute; inset: 0; animation: miniature-turn 7s infinite; }
.miniature .ball { position: absolute; inset: 0; animation: miniature-roll 5s linear infinite; }
.miniature .ball::before {
  content: ""; position: absolute; width: 16px; height: 16px; margin: -8px; border-radius: 50%;
  background: #ffd15c;
}
.miniature .column { display: grid; gap: 9px; }
.miniature .curve { max-width: 100%; height: 112px; }
@keyframes miniature-turn { 0%, 20% { opacity: 0; } 45%, 85% { opacity: 1; } 100% { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { .miniature * { animation: none !important; } }
</style>"""


def asking(stranger: NDArray[np.floating], shares: NDArray[np.floating]) -> str:
    """Return a picture that is no digit, and how sure a network is of what it sees there.

    Parameters
    ----------
    stranger : ndarray, shape (784,)
        Ink in [0, 1].
    shares : ndarray, shape (10,)
        The probabilities that it gives the digits.
    """
    ink = np.rint(255 * stranger.reshape(28, 28))
    picture = f'<img src="{_url(ink)}" width="100" height="100" alt="">'
    bars = "".join(
        f'<rect x="0" y="{11 * k + 2}" width="{max(80 * share, 1):.1f}" height="7" '
        f'fill="{"#ff9a3c" if share == shares.max() else "#5c8eff"}"/>'
        for k, share in enumerate(shares)
    )
    question = (
        '<text x="46" y="76" font-size="64" font-weight="700" fill="#e8ecf5" '
        'text-anchor="middle" font-family="sans-serif">?</text>'
    )
    # The bars come after the question, as in a lesson, and lie over it.
    answer = f'<rect width="92" height="{HEIGHT}" fill="#0d121d"/>{bars}'
    turning = "".join(as_image(one, 92, HEIGHT) for one in (question, answer))
    return _framed(f'{picture}<div class="over">{turning}</div>')


def learning(first: Params, last: Params, accuracies: Sequence[float]) -> str:
    """Return how weights become strokes, and the accuracy rises with them.

    Parameters
    ----------
    first, last : dict of str to ndarray
        The parameters of a network before and after its training.
    accuracies : sequence of float
        In [0, 1], of the training in equal steps.
    """
    tiles = "".join(
        f'<img src="{_url(weights_picture(params["W1"], 4, 3))}" width="136" height="102" alt="">'
        for params in (first, last)
    )
    x = np.linspace(4, HEIGHT - 4, len(accuracies))
    y = HEIGHT - 10 - (HEIGHT - 20) * np.asarray(accuracies)
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x, y, strict=True))
    curve = f'<polyline points="{points}" fill="none" stroke="#37c98b" stroke-width="3"/>'
    return _framed(f'<div class="over">{tiles}</div>{_drawn(curve, HEIGHT)}')


def reading(digits: NDArray[np.floating], evidence: NDArray[np.floating]) -> str:
    """Return digits, and which of their pixels speak for the answer.

    Parameters
    ----------
    digits : ndarray, shape (n, 784)
        Ink in [0, 1].
    evidence : ndarray, shape (n, 784)
        From -1 (against) to 1 (for).
    """
    pictures = [
        f'<div class="over"><img src="{_url(np.rint(255 * ink.reshape(28, 28)))}" width="84" '
        f'height="84" alt=""><img src="{_url(in_colours(signs.reshape(28, 28)))}" width="84" '
        f'height="84" alt=""></div>'
        for ink, signs in zip(digits, evidence, strict=True)
    ]
    return _framed("".join(pictures))


def confusing(confusion: NDArray[np.integer], digits: NDArray[np.uint8]) -> str:
    """Return which digits are taken for which, and two that are misread.

    Parameters
    ----------
    confusion : ndarray of int, shape (10, 10)
        How many digits of the row's class were taken for the column's.
    digits : ndarray of uint8, shape (n, 784)
    """
    matrix = f'<img src="{_url(confusion_picture(confusion))}" width="109" height="109" alt="">'
    images = "".join(
        f'<img src="{_url(ink.reshape(28, 28))}" width="50" height="50" alt="">' for ink in digits
    )
    return _framed(f'{matrix}<div class="column">{images}</div>')


def confusion_picture(confusion: NDArray[np.integer]) -> NDArray[np.uint8]:
    """Return a confusion matrix as cells with a gap of a pixel: green right, red wrong.

    Returns
    -------
    ndarray of uint8, shape (109, 109, 3)
    """
    wrong = confusion * (1 - np.eye(10))
    share = np.sqrt(wrong / (wrong.max() or 1.0))[..., np.newaxis]
    ground = np.array((35, 43, 61))
    colours = np.where(np.eye(10, dtype=bool)[..., np.newaxis], RIGHT, ground)
    colours = (1 - share) * colours + share * np.array(WRONG)
    cells = np.full((10, 11, 10, 11, 3), (13, 18, 29), np.uint8)
    cells[:, :10, :, :10] = np.rint(colours)[:, np.newaxis, :, np.newaxis]
    return cells.reshape(110, 110, 3)[:-1, :-1]


def downhill(losses: NDArray[np.floating]) -> str:
    """Return the loss over one weight, and a ball that rolls down.

    Parameters
    ----------
    losses : ndarray, shape (m,)
        In equal steps of the weight.
    """
    x = np.linspace(0, WIDTH, len(losses))
    low, high = float(losses.min()), float(losses.max())
    y = 14 + (HEIGHT - 30) * (high - losses) / ((high - low) or 1.0)
    path = "M" + " L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    curve = f'<path d="{path}" fill="none" stroke="#5c8eff" stroke-width="3"/>'
    # Of the whole picture, in percent, as that is what moves: a browser does it without drawing.
    places = [
        f"transform: translate({100 * a / WIDTH:.1f}%, {100 * b / HEIGHT:.1f}%);"
        for a, b in zip(x, y, strict=True)
    ]
    bottom = int(losses.argmin())
    # Faster and faster.
    steps = "".join(
        f"{ROLLS * np.sqrt(i / max(bottom, 1)):.1f}% {{ {place} }} "
        for i, place in enumerate(places[: bottom + 1])
    )
    style = f"<style>@keyframes miniature-roll {{ {steps} 100% {{ {places[bottom]} }} }}</style>"
    ball = f'<div class="ball" style="{places[bottom]}"></div>'
    return _framed(f'{style}<div class="over">{as_image(curve, WIDTH, HEIGHT)}{ball}</div>')


def weights_picture(weights: NDArray[Any], columns: int, rows: int) -> NDArray[np.uint8]:
    """Return the weights of the first hidden units as tiles, with a gap of a pixel between them.

    Parameters
    ----------
    weights : ndarray, shape (784, hidden)
        Of at least ``columns * rows`` units.
    columns, rows : int

    Returns
    -------
    ndarray of uint8, shape (29 * rows - 1, 29 * columns - 1, 3)
    """
    shown = weights[:, : columns * rows].T.reshape(rows, columns, 28, 28)
    tiles = np.full((rows, 29, columns, 29, 3), (13, 18, 29), np.uint8)
    usual = float(np.quantile(np.abs(shown), 0.998)) or 1.0
    tiles[:, :28, :, :28] = in_colours(shown / usual).transpose(0, 2, 1, 3, 4)
    return tiles.reshape(29 * rows, 29 * columns, 3)[:-1, :-1]


def in_colours(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return values from -1 to 1 as colours, shape (..., 3): blue, black, orange."""
    share = np.sqrt(np.clip(np.abs(values), 0, 1))[..., np.newaxis]
    colour = np.where((values > 0)[..., np.newaxis], FOR, AGAINST)
    return np.asarray(np.rint(share * colour), np.uint8)


def _url(pixels: NDArray[Any]) -> str:
    """Return an image as a data URL."""
    file = io.BytesIO()
    Image.fromarray(pixels.astype(np.uint8)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _drawn(inside: str, width: int = WIDTH) -> str:
    """Return a picture of lines."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT}">{inside}</svg>'
    return f'<img class="curve" src="{_svg_url(svg)}" alt="">'


def as_image(inside: str, width: int, height: int) -> str:
    """Return a picture of lines of this size: an image of its own, as Streamlit takes no SVG."""
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{inside}</svg>'
    return f'<img src="{_svg_url(svg)}" width="{width}" height="{height}" alt="">'


def _svg_url(svg: str) -> str:
    """Return a drawing as a data URL."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _framed(inside: str) -> str:
    """Return a miniature."""
    return f'{_STYLE}<div class="miniature" aria-hidden="true">{inside}</div>'
