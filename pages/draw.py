"""The Draw page: draw a digit, see what the network sees, and what it makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit_drawable_canvas import st_canvas

from app import run_page
from pages.parts.answer import Tile, answer
from pages.parts.card import card
from pages.parts.keepsakes import pin, pinned
from pages.parts.mine import add, my_set
from pages.parts.networks import RUN, choose_network, network
from pages.parts.session import T, jobs
from simplenet.network import SimpleNet

SIDE = 280
PEN = 20
TOOLBAR = 30
"""Pixels above the canvas that its own tools need when the mouse is over it."""

REFRESH_S = 1.0
FORMATS = ("png", "jpg", "jpeg", "webp", "heic", "heif")
MOST_MB = 20


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


def page() -> None:
    """Show the page."""
    st.markdown(T("draw.intro"))
    left, right = st.columns([1, 2], gap="large")
    with left:
        canvas()
        photo()
    with right:
        choice = choose_network(key="draw_network")
        live = choice == RUN and still_training()
        st.fragment(reading, run_every=REFRESH_S if live else None)(choice, live)
        teach()
    my_set(choice)
    if choice:
        card(choice)


def still_training() -> bool:
    """Return whether the visitor's training goes on."""
    run = jobs().get(st.session_state.get("run"))
    return run is not None and not run.ended


def canvas() -> None:
    """Show the canvas with its buttons."""
    state = st.session_state
    if state.arrived:  # From another page: the last drawing comes back.
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
    if state.pop("canvas_changed", False) and result.image_data is not None:
        state.strokes, state.stroke_to_come = result.json_data["objects"], False
        take_drawing(result.image_data)
    with st.container(horizontal=True):
        st.button(
            T("draw.undo"),
            icon=":material/undo:",
            on_click=undo,
            disabled=not state.strokes,
        )
        st.button(
            T("draw.clear"),
            icon=":material/delete:",
            on_click=lambda: redraw([]),
            disabled=not state.strokes,
        )


def undo() -> None:
    """Take the last stroke back, also when the canvas has not yet told of it."""
    strokes = st.session_state.strokes
    redraw(strokes if st.session_state.get("stroke_to_come") else strokes[:-1])


def redraw(strokes: list[dict[str, object]]) -> None:
    """Have the canvas show these strokes, and no others."""
    # It draws anew when what it is given has changed: a number makes every call a change.
    turn = st.session_state.get("redraws", 0) + 1
    st.session_state.redraws, st.session_state.stroke_to_come = turn, False
    st.session_state.canvas_start = {"objects": strokes, "turn": turn}


def follow_pen(image: NDArray[np.uint8]) -> None:
    """Have what is on the canvas be read while the canvas itself has not yet told of it."""
    st.session_state.stroke_to_come = True
    take_drawing(image)


def take_drawing(image: NDArray[np.uint8]) -> None:
    """Have what is on the canvas, white on black, be read from now on."""
    ink = np.full_like(image, 255)
    ink[..., 3] = image[..., 0]  # However much is drawn over: white is the ink.
    st.session_state.picture = Picture(image, ink)


def photo() -> None:
    """Show the button that takes a photo of a digit, and the photo while it is read."""
    with st.popover(T("draw.photo"), icon=":material/photo_camera:", width=SIDE):
        st.caption(T("draw.photo_help", mb=MOST_MB))
        file = st.file_uploader(
            T("draw.photo"),
            type=FORMATS,
            max_upload_size=MOST_MB,
            label_visibility="collapsed",
            key="photo",
        )
    state = st.session_state
    if file is None:
        if state.get("picture") and state.picture.name:
            state.picture = None
        state.pop("photo_id", None)
        return
    if state.get("photo_id") != file.file_id:
        # Half a second of imports that only a photo needs.
        from simplenet.ink import NoInkError
        from simplenet.photo import PhotoError, read_photo

        state.photo_id, state.photo_error = file.file_id, None
        try:
            whole, ink = read_photo(file.getvalue(), file.name)
        except NoInkError:
            state.photo_error = T("draw.photo_blank", name=file.name)
        except PhotoError as error:
            state.photo_error = refusal(error.reason, file.name)
        else:
            state.picture = Picture(whole, ink, file.name)
    if state.photo_error:
        st.error(state.photo_error, icon=":material/broken_image:")
    elif state.picture and state.picture.name:
        st.image(state.picture.whole, width=SIDE, caption=T("draw.photo_read", name=file.name))


def refusal(reason: str, name: str) -> str:
    """Return why a file cannot be read as a photo, and what would be right."""
    return {
        "not_an_image": T("draw.not_an_image", name=name),
        "damaged": T("draw.damaged", name=name),
        "too_large": T("draw.too_large", name=name),
    }[reason]


def reading(choice: str | None, live: bool) -> None:
    """Show what the network sees, and the ten probabilities; again and again while it trains."""
    if live and not still_training():
        st.rerun()  # The network has another name now, and will not change any more.
    net = network(choice) if choice else None
    if net is None:
        return
    picture = st.session_state.get("picture")
    stages = stages_of(picture) if picture else None
    if stages is None:
        blank = np.zeros(784)
        titles = T("draw.raw"), T("draw.boxed"), T("draw.centred"), T("draw.evidence")
        tiles = [Tile(title, "–", blank, title == titles[3]) for title in titles]
        probabilities, words = None, T("draw.empty")
    else:
        probabilities, tiles, words = answered(net, stages)
    answer(
        probabilities,
        tiles,
        key="answer",
        title=T("draw.prediction"),
        words=words,
        follow="canvas",
        on_frame=follow_pen,
    )


def answered(
    net: SimpleNet, stages: NDArray[np.float32]
) -> tuple[NDArray[np.floating], list[Tile], str]:
    """Return the probabilities, the small pictures, and the answer in words."""
    # Imported when there is something to show, like all that an empty canvas need not wait for.
    from simplenet.evidence import flip_evidence

    all_y = net.predict(stages)  # (3, 10)
    titles = T("draw.raw"), T("draw.boxed"), T("draw.centred")
    tiles = [
        Tile(title, T("draw.reads", digit=y.argmax(), p=f"{y.max():.0%}"), x)
        for title, x, y in zip(titles, stages, all_y, strict=True)
    ]
    first, second = np.argsort(-all_y[-1])[:2]
    evidence = flip_evidence(net, stages[-1], first)
    evidence /= max(np.abs(evidence).max(), 1e-9)
    tiles.append(Tile(T("draw.evidence"), T("draw.for_against", digit=first), evidence, True))
    words = T(
        "draw.text",
        first=first,
        p=f"{all_y[-1][first]:.1%}",
        second=second,
        q=f"{all_y[-1][second]:.1%}",
    )
    return all_y[-1], tiles, words


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


def teach() -> None:
    """Show the buttons with which a drawing gets its right label, and is pinned."""
    st.caption(T("draw.teach"))
    nothing = seen() is None
    with st.container(horizontal=True, gap="small"):
        for digit in range(10):
            st.button(
                str(digit),
                key=f"teach{digit}",
                on_click=lambda digit=digit: add(seen(), digit),
                disabled=nothing,
            )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            T("draw.pin"),
            icon=":material/keep:",
            on_click=lambda: pin(seen()),
            disabled=nothing,
            help=T("draw.pin_help"),
            key="pin",
        )
        if pinned() is not None:
            st.page_link("pages/train.py", label=T("draw.to_train"), icon=":material/show_chart:")


run_page(page)
