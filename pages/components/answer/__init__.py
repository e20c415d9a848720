"""What a network makes of a digit: a Streamlit component that can follow the pen on a canvas.

The canvas tells Python of a stroke some 200 ms after the pen was lifted. This component looks at
the same canvas while the pen moves, and sends what is there, one picture at a time: the next one
when the answer to the last has come.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.pixels import PIXELS_JS, as_bytes
from pages.state import Component

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "answer",
    html='<div class="answer"></div>',
    css=(_HERE / "answer.css").read_text(encoding="utf-8"),
    js=PIXELS_JS + (_HERE / "answer.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Tile:
    """One of the small pictures.

    Parameters
    ----------
    title, words : str
        What stands above and below it.
    pixels : ndarray, shape (784,)
        Ink in [0, 1]; or, where `signed`, from -1 (against) to 1 (for).
    signed : bool
        Whether it has two colours.
    """

    title: str
    words: str
    pixels: NDArray[np.floating]
    signed: bool = False


def answer(
    probabilities: NDArray[np.floating] | None,
    tiles: Sequence[Tile],
    *,
    key: Component,
    title: str,
    words: str,
    doubt: str = "",
    follow: Component | None = None,
    follow_name: str = "",
    redraws: int = 0,
    on_frame: Callable[[object], None] | None = None,
) -> None:
    """Show ten probabilities as bars, and the pictures that go with them.

    Parameters
    ----------
    probabilities : ndarray, shape (10,), or None
        None where there is nothing to read; then `words` say what to do.
    tiles : sequence of Tile
    key : Component
    title, words : str
        What stands above the largest of them, and below it.
    doubt : str, optional
        Why the answer should not be trusted.
    follow : Component, optional
        The canvas to follow. A click on one of its buttons, in a container whose key ends
        in "_tools", holds the pen until `redraws` is another number.
    follow_name : str
        What those who cannot see the canvas are told that it is.
    redraws : int
        How often the canvas was given a drawing.
    on_frame : callable, optional
        Gets each picture of the canvas, a data URL for `incoming.picture`, before the page runs
        for it.
    """

    def receive() -> None:
        if on_frame:
            on_frame(key.told("frame").get("image"))

    _mount(
        key=key,
        data={
            "turn": key.told("frame").get("turn", 0),
            "follow": follow,
            "follow_name": follow_name,
            "redraws": redraws,
            "title": title,
            "words": words,
            "doubt": doubt,
            "bars": [] if probabilities is None else [round(float(p), 5) for p in probabilities],
            "tiles": [
                {"title": tile.title, "words": tile.words}
                | as_bytes(tile.pixels.reshape(28, 28), tile.signed)
                for tile in tiles
            ],
        },
        on_frame_change=receive,
    )
