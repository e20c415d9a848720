"""A hand that writes digits on the canvas until somebody takes the pen: a Streamlit component."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from pages.components.network_view import forward_data
from pages.state import Component
from simplenet.network import Params

if TYPE_CHECKING:  # It imports what a page that demonstrates nothing can do without.
    from simplenet.ink.writing import Writing

_mount = st.components.v2.component(
    "demonstration",
    html='<div class="demonstration" hidden></div>',
    js=Path(__file__).with_name("demonstration.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def demonstration(
    digits: Sequence[Writing],
    params: Params,
    *,
    key: Component,
    canvas: Component,
    view: Component,
    side: int,
    pen: int,
    caption: str,
) -> None:
    """Write digits, one after another, and have a network read them while they are written.

    Parameters
    ----------
    digits : sequence of Writing
        Without any nothing is written.
    params : dict of str to ndarray
        The parameters of the network.
    key : Component
    canvas, view : Component
        What is written on, and the network view that shows what is read.
    side, pen : int
        Of the canvas and of the pen, in pixels.
    caption : str
        What stands below the image in the network view.
    """
    _mount(
        key=key,
        data={
            "canvas": canvas,
            "view": view,
            "side": side,
            "pen": pen,
            "digits": [
                {
                    "points": digit.points.round(4).tolist(),
                    "starts": digit.starts.tolist(),
                    "moments": digit.moments.tolist(),
                    "frames": [forward_data(params, x) | {"caption": caption} for x in digit.x],
                }
                for digit in digits
            ],
        },
    )
