"""What follows the pen on a canvas: a hidden Streamlit component.

The canvas tells Python of a stroke some 200 ms after the pen was lifted. This component looks at
the same canvas while the pen moves, and sends what is there, one picture at a time: the next one
when the answer to the last has come.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from pages.state import Component

_mount = st.components.v2.component(
    "pen",
    html='<div class="pen" hidden></div>',
    js=Path(__file__).with_name("pen.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def pen(
    *,
    key: Component,
    canvas: Component,
    name: str,
    redraws: int,
    on_frame: Callable[[object], None],
) -> None:
    """Follow the pen; call it in the part of the page that answers.

    Parameters
    ----------
    key : Component
    canvas : Component
        What is drawn on. A click on one of its buttons, in a container whose key ends in
        "_tools", holds the pen until `redraws` is another number.
    name : str
        What those who cannot see the canvas are told that it is.
    redraws : int
        How often the canvas was given a drawing.
    on_frame : callable
        Gets each picture of the canvas, a data URL for `incoming.picture`, before the page runs
        for it.
    """
    _mount(
        key=key,
        data={
            "turn": key.told("frame").get("turn", 0),
            "canvas": canvas,
            "name": name,
            "redraws": redraws,
        },
        on_frame_change=lambda: on_frame(key.told("frame").get("image")),
    )
