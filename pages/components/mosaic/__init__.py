"""Images to choose from, or to choose a pixel of: a Streamlit component for mouse, touch, keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.numbers import NUMBERS_CSS, NUMBERS_JS
from pages.components.pixels import PIXELS_JS, as_bytes
from pages.platform.incoming import whole
from pages.state import Component

_mount = st.components.v2.component(
    "mosaic",
    html='<div class="mosaic"></div>',
    css=NUMBERS_CSS + Path(__file__).with_name("mosaic.css").read_text(encoding="utf-8"),
    js=NUMBERS_JS + PIXELS_JS + Path(__file__).with_name("mosaic.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def mosaic(
    images: NDArray[np.floating],
    *,
    key: Component,
    alt: str,
    signed: bool = True,
    side: int = 48,
    height: int | Literal["content"] = "content",
    captions: Sequence[str] = (),
    beside: bool = False,
    right: Sequence[bool] = (),
    image: int | None = None,
    pixel: tuple[int, int] | None = None,
    on_pick: Callable[[int, tuple[int, int]], None] | None = None,
) -> None:
    """Show images side by side.

    Parameters
    ----------
    images : ndarray, shape (m, height, width)
        Ink in [0, 1]; or, where `signed`, from -1 to 1.
    key : Component
    alt : str
        What they show, in words.
    signed : bool
        Whether they have two colours.
    side : int
        Width of an image in pixels of the screen; where there is less room it is smaller.
    height : int or "content"
        Of all of them in pixels, where that is known: it is kept free until they are there.
    captions : sequence of str, length m, optional
        What stands below each.
    beside : bool
        Whether it stands beside each, where there is room.
    right : sequence of bool, length m, optional
        Whether each is read right: its frame is green, or else red.
    image : int, optional
        The chosen image, which is marked.
    pixel : tuple of int, optional
        The chosen pixel, row and column, of the only image; then pixels are what is chosen.
    on_pick : callable, optional
        Gets the number of the image and the pixel, when a person chose; before the page runs.
    """

    def receive() -> None:
        found = key.told("picked")
        ends = zip(("image", "row", "column"), images.shape, strict=True)
        image, row, column = (whole(found.get(name), 0, end - 1) for name, end in ends)
        if on_pick and image is not None and row is not None and column is not None:
            on_pick(image, (row, column))

    _mount(
        key=key,
        data={
            "turn": key.told("picked").get("turn", 0),
            "images": [as_bytes(one, signed) for one in images],
            "alt": alt,
            "side": side,
            "captions": list(captions),
            "beside": beside,
            "right": list(right),
            "image": image,
            "pixel": pixel,
            "choose": None if on_pick is None else "image" if pixel is None else "pixel",
        },
        on_picked_change=receive,
        height=height,
    )
