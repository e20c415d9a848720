"""The canvas that a digit is drawn on, and the drawing, or the photo, that is being read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit_drawable_canvas import st_canvas

from pages.parts.incoming import picture
from pages.parts.session import T

Strokes = list[dict[str, object]]

SIDE = 280
PEN = 20
TOOLBAR = 30
"""Pixels above the canvas that its own tools need when the mouse is over it."""


@dataclass(frozen=True, eq=False)
class Picture:
    """What is being read.

    Parameters
    ----------
    whole : ndarray of uint8
        The image as it is.
    ink : ndarray of uint8, shape (h, w, 4)
        Its ink on a transparent ground.
    name : str or None
        Of the file that it comes from; None for a drawing.
    """

    whole: NDArray[np.uint8]
    ink: NDArray[np.uint8]
    name: str | None = None


def canvas() -> None:
    """Show the canvas with its buttons."""
    state = st.session_state
    if "canvas" not in state:  # It was not there in the last run: the last drawing comes back.
        redraw(state.setdefault("strokes", []))
    st.space(TOOLBAR)
    result = st_canvas(
        stroke_width=PEN,
        stroke_color="#ffffff",
        background_color="#000000",
        width=SIDE,
        height=SIDE,
        initial_drawing=state.canvas_start,
        return_image_data=True,
        key="canvas",
        on_change=lambda: state.update(canvas_changed=True),
    )
    # Not `result.image_data`: it has Pillow open anything, of any size.
    told = state.pop("canvas_changed", False)
    image = picture(state.canvas.get("drawing", {}).get("data")) if told else None
    if image is not None:
        state.strokes, state.stroke_to_come = result.json_data["objects"], False
        take_drawing(image)
        if left := state.get("left_when_told"):
            redraw(left(state.strokes))
            st.rerun()
    with st.container(horizontal=True):
        st.button(
            T("canvas.undo"),
            icon=":material/undo:",
            on_click=take_back,
            args=[lambda strokes: strokes[:-1]],
            disabled=not state.strokes,
        )
        st.button(
            T("canvas.clear"),
            icon=":material/delete:",
            on_click=take_back,
            args=[lambda strokes: []],
            disabled=not state.strokes,
        )


def take_back(left: Callable[[Strokes], Strokes]) -> None:
    """Have only some of the strokes be left: `left` says of all of them which."""
    state = st.session_state
    if state.get("stroke_to_come"):  # The canvas tells of the last one in a moment: do it then.
        state.left_when_told = left
    else:
        redraw(left(state.strokes))


def redraw(strokes: Strokes) -> None:
    """Have the canvas show these strokes, and no others."""
    state = st.session_state
    # It draws anew when what it is given has changed: a number makes every call a change.
    state.redraws = state.get("redraws", 0) + 1
    state.canvas_start = {"objects": strokes, "turn": state.redraws}
    state.stroke_to_come, state.left_when_told = False, None


def follow_pen(image: NDArray[np.uint8]) -> None:
    """Have what is on the canvas be read while the canvas itself has not yet told of it."""
    st.session_state.stroke_to_come = True
    take_drawing(image)


def take_drawing(image: NDArray[np.uint8]) -> None:
    """Have what is on the canvas, white on black, be read from now on."""
    ink = np.full_like(image, 255)
    ink[..., 3] = image[..., 0]  # However much is drawn over: white is the ink.
    st.session_state.picture = Picture(image, ink)


def stages_of(picture: Picture) -> NDArray[np.float32] | None:
    """Return a picture made small, boxed, and as the network gets it, (3, 784); None if blank."""
    from simplenet.ink import NoInkError, boxed, canvas_to_input, shrunk

    try:
        return np.concatenate(
            [shrunk(picture.whole), boxed(picture.ink), canvas_to_input(picture.ink)]
        )
    except NoInkError:
        return None


def seen() -> NDArray[np.float32] | None:
    """Return what is being read, as the network gets it, (784,), or None."""
    picture = st.session_state.get("picture")
    stages = stages_of(picture) if picture else None
    return None if stages is None else stages[-1]
