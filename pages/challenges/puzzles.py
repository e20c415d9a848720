"""The checks of what is to be found out: a mistake in the code, and one in the labels."""

from __future__ import annotations

import base64
import io

import numpy as np
import streamlit as st
from PIL import Image

from pages.challenges.task import Told
from pages.language import T
from pages.state import (
    BUG_GUESS,
    BUG_HIDDEN,
    BUG_MISSED,
    SWAPPED_GUESS,
    SWAPPED_MISSED,
    SWAPPED_ORDER,
)
from simplenet.data import loaded
from simplenet.study.swapped import network_of

NETWORKS, SWAPPED = "ABCDE", (4, 9)
OF_EACH = 6
"""How many test digits of each of the ten are shown to the networks."""


def mistake_found() -> Told:
    """Check that the hidden mistake of the gradient check was named, at the first answer."""
    hidden, guess = BUG_HIDDEN.get(), BUG_GUESS.get()
    if not hidden or guess is None:
        return Told(False, T("challenge.no_guess"))
    if BUG_MISSED.get():
        return Told(False, T("challenge.not_at_once"))
    return Told(guess == hidden, T("challenge.found") if guess == hidden else T("challenge.other"))


def liar_found() -> Told:
    """Show what five networks read, and check which one was named."""
    order = SWAPPED_ORDER.get()
    st.html(_table(order))
    guess = st.pills(
        T("challenge.which"),
        list(NETWORKS),
        key=SWAPPED_GUESS.name,
        on_change=named,
        persist_state="session",
    )
    if guess == NETWORKS[order]:
        return Told(True, T("challenge.found"))
    if missed := SWAPPED_MISSED.get():
        return Told(False, T("challenge.it_was", name=missed))
    return Told(False, T("challenge.no_guess"))


def named() -> None:
    """Put five others there if the wrong one was named: nobody finds it by naming one by one."""
    guess, order = SWAPPED_GUESS.get(), SWAPPED_ORDER.get()
    if guess in (None, NETWORKS[order]):
        return
    SWAPPED_MISSED.set(NETWORKS[order])
    SWAPPED_GUESS.set(None)
    others = [other for other in range(len(NETWORKS)) if other != order]
    SWAPPED_ORDER.set(int(np.random.default_rng().choice(others)))


@st.cache_data(show_spinner=False, max_entries=len(NETWORKS))
def _table(liar: int) -> str:
    """Return what each network reads of the same digits, as a table; one learned two swapped."""
    data = loaded("bundled")
    labels = data.t_test.argmax(axis=1)
    rows = np.concatenate([np.flatnonzero(labels == digit)[:OF_EACH] for digit in range(10)])
    read = [
        network_of(data, seed, SWAPPED if seed == liar else None)
        .predict(data.pixels_test[rows])
        .argmax(axis=1)
        .reshape(10, OF_EACH)
        for seed in range(len(NETWORKS))
    ]
    heads = "".join(
        f'<th scope="col"><img src="{_url(data.pixels_test[rows[OF_EACH * digit]])}" width="28" '
        f'height="28" alt="{digit}"></th>'
        for digit in range(10)
    )
    lines = "".join(
        f'<tr><th scope="row">{name}</th>'
        + "".join(f"<td>{' '.join(map(str, found))}</td>" for found in digits)
        + "</tr>"
        for name, digits in zip(NETWORKS, read, strict=True)
    )
    return (
        "<style>.read-by { overflow-x: auto; } .read-by td { min-width: 3.2rem; line-height: 1.3; "
        "font-variant-numeric: tabular-nums; } .read-by :is(td, th) { padding: 0.3rem 0.4rem; "
        "text-align: center; }</style>"
        f'<div class="read-by" tabindex="0" role="region" aria-label="{NETWORKS}"><table>'
        f"<thead><tr><td></td>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _url(pixels: np.ndarray) -> str:
    """Return a digit of 784 bytes as a data URL."""
    file = io.BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8).reshape(28, 28)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
