"""The image that a network finds most like a digit."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.film import film
from pages.figures.training import TEN_COLOURS
from pages.inspecting.look import Look
from pages.language import T
from pages.platform.choice import choose_one
from pages.state import DREAM_DIGIT, DREAM_START, Component, between
from simplenet.data import loaded
from simplenet.network import SimpleNet
from simplenet.study.dreaming import Dream, dream


def dreamt(look: Look) -> None:
    """Show the part."""
    names = {"gray": T("dream.gray"), "noise": T("dream.noise"), "mean": T("dream.mean")}
    DREAM_DIGIT.open(between(0, 9))
    st.markdown(T("dream.intro", digit=DREAM_DIGIT.get()))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        digit = st.segmented_control(
            T("dream.digit"),
            range(10),
            default=DREAM_DIGIT.default,
            required=True,
            key=DREAM_DIGIT.name,
            help=T("dream.digit_help"),
            persist_state="session",
            width="content",
            wrap=True,
        )
        start = choose_one(DREAM_START, T("dream.start"), names, help=T("dream.start_help"))
    DREAM_DIGIT.keep(digit)
    found = dreamed(look.identity, digit, start, look.net)
    last = len(found.x) - 1
    p = f"{found.y[-1, digit]:.1%}"
    film(
        found.x,
        found.y,
        look.net.params,
        key=Component.FILM,
        view=Component.VIEW,
        name=T("dream.step"),
        captions=[T("dream.at", step=step, all=last) for step in range(last + 1)],
        colours=TEN_COLOURS,
        alt=T("dream.alt", digit=digit, first=f"{found.y[0, digit]:.1%}", p=p, steps=last),
    )
    st.markdown(told(found, digit, start))


def told(found: Dream, digit: int, start: str) -> str:
    """Return what came of a dream, and why it looks as it does."""
    first, last = (f"{y[digit]:.1%}" for y in found.y[[0, -1]])
    if int(found.y[-1].argmax()) != digit:
        return T("dream.stuck", digit=digit, p=last)
    if start == "mean":
        words = T("dream.from_mean", digit=digit, first=first, p=last)
    else:
        words = T("dream.reached", digit=digit, p=last)
    return f"{words} {T('dream.why', digit=digit)}"


def first_image(start: str, digit: int) -> np.ndarray:
    """Return the image that a dream begins with, (784,), in [0, 1]."""
    if start == "gray":
        return np.full(784, 0.5)
    if start == "noise":
        return np.random.default_rng(0).random(784)
    data = loaded("bundled")
    return np.asarray(data.pixels_train[data.t_train[:, digit] > 0].mean(axis=0) / 255)


@st.cache_resource(show_spinner=False, max_entries=40)
def dreamed(identity: str, digit: int, start: str, _net: SimpleNet) -> Dream:
    """Return the way to the image that a network finds most like a digit."""
    return dream(_net.params, first_image(start, digit), digit)
