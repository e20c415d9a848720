"""A map of digits to point at: each point shows its image, and can be chosen.

The images are an element of their own, so that they are sent once, and not with every choice.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from pages.components.numbers import NUMBERS_CSS, NUMBERS_JS
from pages.platform.incoming import whole
from pages.state import Component

HEIGHT = 480
"""In pixels, kept free until it is there."""

COLUMNS = 50
"""Images in a row of the sheet that holds all of them."""

_mount_digits = st.components.v2.component(
    "scatter_digits",
    html='<div class="scatter-digits" hidden></div>',
    js=Path(__file__).with_name("digits.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_mount = st.components.v2.component(
    "scatter",
    html='<div class="scatter"></div>',
    css=NUMBERS_CSS + Path(__file__).with_name("scatter.css").read_text(encoding="utf-8"),
    js=NUMBERS_JS + Path(__file__).with_name("scatter.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def scatter(
    places: NDArray[np.floating],
    labels: NDArray[np.intp],
    read: NDArray[np.intp],
    *,
    key: Component,
    digits: Component,
    alt: str,
    colours: Sequence[str],
    point: str,
    chosen: int | None,
    on_pick: Callable[[int], None],
) -> None:
    """Show digits as points; `scatter_digits` is shown, too.

    Parameters
    ----------
    places : ndarray, shape (n, 2)
    labels, read : ndarray of int, shape (n,)
        What the digits are, and what they are read as: what is misread has a ring.
    key, digits : Component
        The map, and what holds the images.
    alt : str
        What the map shows, in words.
    colours : sequence of str, length 10
        Of the digits.
    point : str
        What is said of a point, with {i}, {label} and {read}.
    chosen : int or None
        The point that is marked.
    on_pick : callable
        Gets another point that a person chose, before the page runs.
    """

    def receive() -> None:
        i = whole(key.told("picked").get("image"), 0, len(places) - 1)
        if i is not None:
            on_pick(i)

    centred, spans = _centred(places)
    _mount(
        key=key,
        data={
            "turn": key.told("picked").get("turn", 0),
            "digits": digits,
            "columns": COLUMNS,
            "places": centred,
            "spans": spans,
            "labels": labels.tolist(),
            "read": read.tolist(),
            "colours": list(colours),
            "alt": alt,
            "point": point,
            "chosen": chosen,
        },
        on_picked_change=receive,
        height=HEIGHT,
    )


def scatter_digits(sheet: str, *, key: Component) -> None:
    """Send the images that a map shows, as `sheet_of` makes them."""
    _mount_digits(key=key, data={"sheet": sheet})


def sheet_of(pixels: NDArray[np.uint8]) -> str:
    """Return images of 28 x 28 bytes, (n, 784), as the data URL of one picture of all of them."""
    rows = -(-len(pixels) // COLUMNS)
    sheet = np.zeros((rows * COLUMNS, 28, 28), np.uint8)
    sheet[: len(pixels)] = pixels.reshape(-1, 28, 28)
    picture = sheet.reshape(rows, COLUMNS, 28, 28).transpose(0, 2, 1, 3)
    file = io.BytesIO()
    Image.fromarray(picture.reshape(28 * rows, 28 * COLUMNS)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def _centred(places: NDArray[np.floating]) -> tuple[list[list[float]], list[float]]:
    """Return places around the middle of all, the longer side 1, and how far they reach."""
    low, high = places.min(axis=0), places.max(axis=0)
    longest = float((high - low).max()) or 1.0
    spans = np.maximum((high - low) / longest, 1e-3)  # All in one place is a map, too.
    return ((places - (low + high) / 2) / longest).round(4).tolist(), spans.tolist()
