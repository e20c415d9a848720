"""What a network makes of a digit, in figures: a Streamlit component."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.numbers import NUMBERS_CSS, NUMBERS_JS
from pages.components.pixels import PIXELS_JS, as_bytes
from pages.state import Component

_HERE = Path(__file__).parent

_mount = st.components.v2.component(
    "answer",
    html='<div class="answer"></div>',
    css=NUMBERS_CSS + (_HERE / "answer.css").read_text(encoding="utf-8"),
    js=NUMBERS_JS + PIXELS_JS + (_HERE / "answer.js").read_text(encoding="utf-8"),
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
    """
    _mount(
        key=key,
        data={
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
    )
