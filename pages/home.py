"""The first page: a network that reads, alive; and the ways on from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from pages.components.canvas import PEN, SIDE, canvas, follow_pen, seen
from pages.components.demonstration import demonstration
from pages.components.network_view import network_view, network_weights
from pages.language import T
from pages.networks import CLEAR, exam, exciting, network, saved_model
from pages.platform.first_visit import run_page
from pages.session import jobs
from pages.state import LEARN_PART, Component, Place, Widget
from simplenet.runs import TrainingRun

if TYPE_CHECKING:
    from simplenet.ink.writing import Writing

WRITTEN = ("three", "hooked seven", "five", "looped two", "hooked nine")
"""How the digits are written that are shown until somebody draws."""

VALLEY = "W2", (20, 4)
"""A weight whose loss curve is a valley, in the network that the article's recipe makes."""

MISREAD = 247, 149
"""Test digits that many networks misread: a 4 like a 2, a 2 like a 9."""

LEARN_WIDTH = 238
"""Of the way into the course, in pixels: as wide as the pictures of the other pages."""

LOOKS = 14
"""How often the network looks while a digit is written."""


def page() -> None:
    """Show the page."""
    jobs()  # The workers start while the visitor looks.
    st.markdown(T("home.intro"))
    stage = st.container(horizontal=True, gap="medium", key=Place.STAGE)
    with stage.container(width=SIDE, key=Place.BESIDE):
        canvas()
    with stage.container():
        st.fragment(reading)()
        if net := network(CLEAR, say=False):
            network_weights(net.params, key=Component.VIEW)
    if st.button(T("home.next"), type="primary", icon=":material/model_training:", key=Widget.NEXT):
        st.switch_page("pages/train.py")
    ways_on()
    st.caption(T("home.credits"))


def reading() -> None:
    """Show what the network makes of the drawing; or of digits that a hand writes until then."""
    net, x = network(CLEAR), seen()
    if net is None:
        return
    network_view(
        net.params,
        x,
        key=Component.VIEW,
        caption="" if x is None else T("home.yours"),
        exciting=exciting(net),
        short=True,
    )
    demonstration(
        [] if x is not None else _writings(),
        net.params,
        key=Component.DEMONSTRATION,
        canvas=Component.CANVAS,
        view=Component.VIEW,
        side=SIDE,
        pen=PEN,
        caption=T("home.written"),
    )
    follow_pen()


@st.cache_resource(show_spinner=False)
def _writings() -> list[Writing]:
    """Return the digits that a hand writes."""
    from simplenet.ink.writing import write

    return [
        write(name, np.random.default_rng(seed), pen=PEN, side=SIDE, looks=LOOKS)
        for seed, name in enumerate(WRITTEN)
    ]


def ways_on() -> None:
    """Show the other pages in small."""
    learn, train, draw, inside, gradients = miniatures()
    with st.container(border=True, horizontal=True, vertical_alignment="center", gap="medium"):
        st.html(learn, width=LEARN_WIDTH)
        with st.container(width="stretch", gap="xsmall"):
            st.page_link(
                "pages/learn.py",
                label=T("home.learn_link"),
                icon=":material/school:",
                query_params={LEARN_PART.parameter: LEARN_PART.default},  # Wherever one was last.
            )
            st.caption(T("home.learn"))
    cards = (
        ("train", train, T("home.train"), T("home.train_link"), "model_training"),
        ("draw", draw, T("home.draw"), T("home.draw_link"), "draw"),
        ("inspect", inside, T("home.inspect"), T("home.inspect_link"), "biotech"),
        ("gradients", gradients, T("home.gradients"), T("home.gradients_link"), "speed"),
    )
    for column, (name, picture, words, link, icon) in zip(st.columns(4), cards, strict=True):
        with column.container(border=True, height="stretch"):
            st.html(picture)
            st.page_link(f"pages/{name}.py", label=link, icon=f":material/{icon}:")
            st.caption(words)


@st.cache_resource(show_spinner=False)
def miniatures() -> tuple[str, str, str, str, str]:
    """Return the pictures of the pages Learn, Train, Draw, Inspect and Gradients."""
    from pages.figures.miniatures import asking, confusing, downhill, learning, reading
    from simplenet.data import loaded
    from simplenet.ink.strangers import stranger
    from simplenet.study.evidence import flip_evidence
    from simplenet.study.lens import Lens

    data, first = loaded("bundled"), TrainingRun().new_network()
    saved = saved_model("article")  # The same network, trained.
    last = saved.net if saved else first
    history = saved.metadata.get("history", []) if saved else []
    digits = np.array([writing.x[-1] for writing in _writings()[:3]])
    answers = last.predict(digits).argmax(axis=1).tolist()
    evidence = np.array([flip_evidence(last, x, k) for x, k in zip(digits, answers, strict=True)])
    lens = Lens(last.params, data.pixels_train[:100], data.t_train[:100], *VALLEY)
    face = stranger("face")
    return (
        asking(face, last.predict(face)),
        learning(first.params, last.params, [point["test_accuracy"] for point in history]),
        reading(digits, evidence / np.abs(evidence).max(axis=1, keepdims=True)),
        confusing(exam(last).confusion, data.pixels_test[list(MISREAD)]),
        downhill(lens.losses(np.linspace(-8, 8, 41))),
    )


run_page(page)
