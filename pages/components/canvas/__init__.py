"""The canvas that a digit is drawn on, and the drawing, or the photo, that is being read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
import streamlit_drawable_canvas
from numpy.typing import NDArray
from streamlit_drawable_canvas import st_canvas

from pages.language import T
from pages.platform import incoming

Strokes = list[dict[str, object]]

SIDE = 280
PEN = 20
FOLLOWER = "answer"
"""Key of the component that follows the pen, and tells of a stroke before the canvas does."""

# The canvas comes with tools of its own, which lie unseen over its upper right corner: a stroke
# that begins there would be theirs, and they draw nothing, move strokes and speak English only.
# The style comes with the canvas, so that they are never seen.
streamlit_drawable_canvas.out = st.components.v2.component(
    "streamlit-drawable-canvas.streamlit_drawable_canvas",
    html='<style>.dc-toolbar { display: none !important; }</style><div class="canvas-root"></div>',
    css="index-*.css",
    js="index-*.js",
    isolate_styles=False,
)


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


@dataclass(frozen=True)
class Drawing:
    """What is on the canvas after a stroke.

    Parameters
    ----------
    strokes : list of dict
        As Fabric.js writes them down.
    image : str
        The canvas as the browser shows it, a data URL; empty where nothing is drawn.
    """

    strokes: Strokes
    image: str


NOTHING = Drawing([], "")


def canvas() -> None:
    """Show the canvas with its buttons."""
    state = st.session_state
    state.setdefault("drawings", [NOTHING])  # One more for each stroke; the last one is there.
    state.setdefault("undone", [])
    if "canvas" not in state:  # It was not there in the last run: the last drawing comes back.
        keep_frame()
        redraw()
        if not state.get("photo_id"):
            read_drawing()
    st_canvas(
        stroke_width=PEN,
        stroke_color="#ffffff",
        background_color="#000000",
        width=SIDE,
        height=SIDE,
        initial_drawing=state.canvas_start,
        return_image_data=True,
        key="canvas",
        on_change=hear,
    )
    if hear():  # The server was restarted: the browser still knows.
        redraw()
        st.rerun()
    with st.container(horizontal=True, gap="xsmall", key="canvas_tools"):
        st.button(
            T("canvas.undo"),
            icon=":material/undo:",
            on_click=undo,
            disabled=len(state.drawings) == 1,
        )
        st.button(
            T("canvas.redo"), icon=":material/redo:", on_click=redo, disabled=not state.undone
        )
        st.button(
            T("canvas.clear"),
            icon=":material/delete:",
            on_click=clear,
            disabled=not state.drawings[-1].strokes,
        )


def hear() -> bool:
    """Take what the canvas tells of its strokes; return whether that was new."""
    state = st.session_state
    told = state.canvas.get("drawing")
    if not told or told["data"] is None:
        return False
    drawing = Drawing(told["raw"]["objects"], told["data"])
    if drawing == state.get("heard"):
        return False
    drop_frame()
    if len(drawing.strokes) > len(state.drawings[-1].strokes):
        state.undone = []
    earlier = [other for other in state.drawings if len(other.strokes) < len(drawing.strokes)]
    state.heard, state.drawings = drawing, [*earlier, drawing]
    read_drawing()
    return True


def undo() -> None:
    """Take the last stroke off the canvas."""
    hear()
    drop_frame()
    state = st.session_state
    if len(state.drawings) > 1:
        state.undone.append(state.drawings.pop())
        redraw()
        read_drawing()


def redo() -> None:
    """Put the stroke back that was taken off last."""
    hear()
    drop_frame()
    state = st.session_state
    if state.undone:
        state.drawings.append(state.undone.pop())
        redraw()
        read_drawing()


def clear() -> None:
    """Empty the canvas."""
    hear()
    drop_frame()
    st.session_state.drawings, st.session_state.undone = [NOTHING], []
    redraw()
    read_drawing()


def redraw() -> None:
    """Show the last of the drawings on the canvas, and no other."""
    state = st.session_state
    # It draws anew when what it is given has changed: a number makes every call a change.
    state.redraws = state.get("redraws", 0) + 1
    state.canvas_start = {"objects": state.drawings[-1].strokes, "turn": state.redraws}


def read_drawing() -> None:
    """Read the last of the drawings from now on."""
    st.session_state.picture = drawn(st.session_state.drawings[-1].image)


def follow_pen(image: object) -> None:
    """Read what the pen has drawn so far, before the canvas itself tells of the stroke."""
    state = st.session_state
    if image != state.get("dropped_frame") and (picture := drawn(image)):
        state.picture, state.pen_frame = picture, image


def drop_frame() -> None:
    """Forget what the pen has drawn so far: the canvas knows better."""
    state = st.session_state
    frame = (state.get(FOLLOWER) or {}).get("frame") or {}
    # It may have come together with what the canvas tells, and be taken only after that.
    state.pen_frame, state.dropped_frame = None, frame.get("image")


def keep_frame() -> None:
    """Make what the canvas could not tell of, as it was left too soon, one more stroke of it."""
    state = st.session_state
    frame, state.pen_frame = state.get("pen_frame"), None
    picture = drawn(frame)
    if not isinstance(frame, str) or picture is None or not picture.ink[..., 3].any():
        return
    height, width = picture.whole.shape[:2]
    image = {
        "type": "Image",
        "src": frame,
        "originX": "left",
        "originY": "top",
        "left": 0,
        "top": 0,
        "scaleX": SIDE / width,
        "scaleY": SIDE / height,
    }
    state.drawings.append(Drawing([*state.drawings[-1].strokes, image], frame))
    state.undone = []


def drawn(url: object) -> Picture | None:
    """Return an image of the canvas, white on black, as what is to be read."""
    image = incoming.picture(url)
    if image is None:
        return None
    ink = np.full_like(image, 255)
    ink[..., 3] = image[..., 0]  # However much is drawn over: white is the ink.
    return Picture(image, ink)


def stages_of(picture: Picture) -> NDArray[np.float32] | None:
    """Return a picture made small, boxed, and as the network gets it, (3, 784); None if blank."""
    from simplenet.ink import NoInkError, canvas_to_input
    from simplenet.ink.canvas import boxed, shrunk

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
