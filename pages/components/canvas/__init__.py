"""The canvas that a digit is drawn on, and the drawing, or the photo, that is being read."""

from __future__ import annotations

import numpy as np
import streamlit as st
import streamlit_drawable_canvas
from numpy.typing import NDArray
from streamlit.components.v2.get_bidi_component_manager import get_bidi_component_manager
from streamlit_drawable_canvas import st_canvas

from pages.components.pen import pen
from pages.language import T
from pages.platform import incoming
from pages.sketch import NOTHING, Drawing, Picture
from pages.state import PHOTO, SKETCH, Component, Place

SIDE = 280
PEN = 20

# The canvas comes with tools of its own, which lie unseen over its upper right corner: a stroke
# that begins there would be theirs, and they draw nothing, move strokes and speak English only.
# The style comes with the canvas, so that they are never seen; and so does what its two layers, for
# what is drawn and for the pen, need to lie on each other: the canvas's own style may come later.
_NAME = "streamlit-drawable-canvas.streamlit_drawable_canvas"
get_bidi_component_manager().unregister(_NAME)  # Else the log warns of a second one of the name.
streamlit_drawable_canvas.out = st.components.v2.component(
    _NAME,
    html="<style>.dc-toolbar { display: none !important; } .dc-container { position: relative; }"
    " .dc-canvas, .dc-background-canvas { position: absolute; top: 0; left: 0; }</style>"
    '<div class="canvas-root"></div>',
    css="index-*.css",
    js="index-*.js",
    isolate_styles=False,
)


def canvas() -> None:
    """Show the canvas with its buttons."""
    sketch = SKETCH.get()
    if not Component.CANVAS.was_there():  # The last drawing comes back.
        keep_frame()
        redraw()
        if PHOTO.get() is None:
            read_drawing()
    with st.container(height=SIDE, border=False, key=Place.SHEET):
        st_canvas(
            stroke_width=PEN,
            stroke_color="#ffffff",
            background_color="#000000",
            width=SIDE,
            height=SIDE,
            initial_drawing=sketch.start,
            return_image_data=True,
            key=Component.CANVAS,
            on_change=hear,
        )
    if hear():  # The server was restarted: the browser still knows.
        redraw()
        st.rerun()
    with st.container(horizontal=True, gap="xsmall", key=Place.CANVAS_TOOLS):
        st.button(
            T("canvas.undo"),
            icon=":material/undo:",
            on_click=undo,
            disabled=len(sketch.drawings) == 1,
        )
        st.button(
            T("canvas.redo"), icon=":material/redo:", on_click=redo, disabled=not sketch.undone
        )
        st.button(
            T("canvas.clear"),
            icon=":material/delete:",
            on_click=clear,
            disabled=not sketch.last.strokes,
        )


def hear() -> bool:
    """Take what the canvas tells of its strokes; return whether that was new."""
    sketch, told = SKETCH.get(), Component.CANVAS.told("drawing")
    if not told or told["data"] is None:
        return False
    drawing = Drawing(told["raw"]["objects"], told["data"])
    if drawing == sketch.heard:
        return False
    drop_frame()
    if len(drawing.strokes) > len(sketch.last.strokes):
        sketch.undone = []
    earlier = [other for other in sketch.drawings if len(other.strokes) < len(drawing.strokes)]
    sketch.heard, sketch.drawings = drawing, [*earlier, drawing]
    read_drawing()
    return True


def undo() -> None:
    """Take the last stroke off the canvas."""
    hear()
    drop_frame()
    sketch = SKETCH.get()
    if len(sketch.drawings) > 1:
        sketch.undone.append(sketch.drawings.pop())
        redraw()
        read_drawing()


def redo() -> None:
    """Put the stroke back that was taken off last."""
    hear()
    drop_frame()
    sketch = SKETCH.get()
    if sketch.undone:
        sketch.drawings.append(sketch.undone.pop())
        redraw()
        read_drawing()


def clear() -> None:
    """Empty the canvas."""
    hear()
    drop_frame()
    sketch = SKETCH.get()
    sketch.drawings, sketch.undone = [NOTHING], []
    redraw()
    read_drawing()


def redraw() -> None:
    """Show the last of the drawings on the canvas, and no other."""
    sketch = SKETCH.get()
    # It draws anew when what it is given has changed: a number makes every call a change.
    sketch.redraws += 1
    sketch.start = {"objects": sketch.last.strokes, "turn": sketch.redraws}


def read_drawing() -> None:
    """Read the last of the drawings from now on."""
    sketch = SKETCH.get()
    sketch.picture = drawn(sketch.last.image)


def follow_pen() -> None:
    """Read what the pen draws while it moves; call it where the answer is shown."""
    pen(
        key=Component.PEN,
        canvas=Component.CANVAS,
        name=T("canvas.name"),
        redraws=SKETCH.get().redraws,
        on_frame=read_frame,
    )


def read_frame(image: object) -> None:
    """Read what the pen has drawn so far, before the canvas itself tells of the stroke."""
    sketch = SKETCH.get()
    if isinstance(image, str) and image != sketch.dropped and (picture := drawn(image)):
        sketch.picture, sketch.pen = picture, image


def drop_frame() -> None:
    """Forget what the pen has drawn so far: the canvas knows better."""
    sketch = SKETCH.get()
    # It may have come together with what the canvas tells, and be taken only after that.
    sketch.pen, sketch.dropped = None, Component.PEN.told("frame").get("image")


def keep_frame() -> None:
    """Make what the canvas could not tell of, as it was left too soon, one more stroke of it."""
    sketch = SKETCH.get()
    frame, sketch.pen = sketch.pen, None
    picture = drawn(frame)
    if frame is None or picture is None or not picture.ink[..., 3].any():
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
    sketch.drawings.append(Drawing([*sketch.last.strokes, image], frame))
    sketch.undone = []


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
    picture = SKETCH.get().picture
    stages = stages_of(picture) if picture else None
    return None if stages is None else stages[-1]
