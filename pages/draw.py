"""The Draw page: draw a digit, see what the network sees, and what it makes of it."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit_drawable_canvas import st_canvas

from app import run_page
from pages.parts.live_chart import live_chart
from pages.parts.networks import RUN, choose_network, network
from pages.parts.session import T, jobs

SIDE = 280
PEN = 20
TOOLBAR = 30
"""Pixels above the canvas that its own tools need when the mouse is over it."""

REFRESH_S = 1.0


def page() -> None:
    """Show the page."""
    st.markdown(T("draw.intro"))
    left, right = st.columns([1, 2], gap="large")
    with left:
        image = canvas()
    with right:
        choice = choose_network(key="draw_network")
        live = choice == RUN and still_training()
        st.fragment(answer, run_every=REFRESH_S if live else None)(choice, image, live)


def still_training() -> bool:
    """Return whether the visitor's training goes on."""
    run = jobs().get(st.session_state.get("run"))
    return run is not None and not run.ended


def canvas() -> np.ndarray | None:
    """Show the canvas with its two buttons, and return its pixels, (SIDE, SIDE, 4), if any."""
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
    )
    if result.image_data is not None:
        state.strokes, state.drawn = result.json_data["objects"], result.image_data
    with st.container(horizontal=True):
        st.button(
            T("draw.undo"),
            icon=":material/undo:",
            on_click=lambda: redraw(state.strokes[:-1]),
            disabled=not state.strokes,
        )
        st.button(
            T("draw.clear"),
            icon=":material/delete:",
            on_click=lambda: redraw([]),
            disabled=not state.strokes,
        )
    return state.drawn if state.strokes else None


def redraw(strokes: list[dict[str, object]]) -> None:
    """Have the canvas show these strokes, and no others."""
    # It draws anew when what it is given has changed: a number makes every call a change.
    turn = st.session_state.get("redraws", 0) + 1
    st.session_state.redraws = turn
    st.session_state.canvas_start = {"objects": strokes, "turn": turn}


def answer(choice: str | None, image: np.ndarray | None, live: bool) -> None:
    """Show what the network sees, and the ten probabilities; again and again while it trains."""
    if live and not still_training():
        st.rerun()  # The network has another name now, and will not change any more.
    net = network(choice) if choice else None
    if net is None:
        return
    x = seen_by_network(image) if image is not None else None
    seen, bars = st.columns([1, 2])
    with seen:
        st.caption(T("draw.seen"))
        st.image(picture(x), width=196)
        if x is None:
            st.metric(T("draw.prediction"), "–", border=True)
            st.info(T("draw.empty"), icon=":material/draw:")
            return
        y = net.predict(x)[0]
        order = np.argsort(-y)
        st.metric(
            T("draw.prediction"),
            str(order[0]),
            f"{y[order[0]]:.1%}",
            delta_arrow="off",
            delta_color="off",
            border=True,
        )
    with bars:
        # Plotly is loaded when there is something to draw with it.
        from pages.parts.charts import probability_figure

        words = T(
            "draw.text",
            first=order[0],
            p=f"{y[order[0]]:.1%}",
            second=order[1],
            q=f"{y[order[1]]:.1%}",
        )
        all_words = ", ".join(f"{digit}: {p:.1%}" for digit, p in enumerate(y))
        live_chart(probability_figure(y, T), key="probabilities", alt=f"{words} {all_words}")
        st.markdown(words)


def seen_by_network(image: np.ndarray) -> np.ndarray | None:
    """Return the network's input for a drawing, or None where there is no ink."""
    # A quarter of a second of imports that an empty canvas need not wait for.
    from simplenet.ink import NoInkError, canvas_to_input

    try:
        return canvas_to_input(image)
    except NoInkError:
        return None


def picture(x: np.ndarray | None) -> np.ndarray:
    """Return the network's input as an image of (196, 196) with hard pixels."""
    pixels = np.zeros((28, 28)) if x is None else x.reshape(28, 28)
    return np.kron((pixels * 255).astype(np.uint8), np.ones((7, 7), np.uint8))


run_page(page)
