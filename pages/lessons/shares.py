"""Ten outputs become probabilities."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.lesson import Cells, Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons import ROW, TOP, shares_picture
from pages.figures.svg import WIDTH
from pages.language import T
from pages.language.words import decimal
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.lessons.network import article, test_digit
from pages.state import DRAW_NETWORK, LESSON_CHOSEN, LESSON_SCORE, between
from simplenet.functions import softmax
from simplenet.study.microscope import Piece
from simplenet.study.units import signals

DIGIT = 18
"""Of the test set: a three that looks a little like an eight."""

LOW, HIGH = -10.0, 12.0
CELLS = Cells(0, TOP, WIDTH, 10 * ROW, 10, 1)


def scores() -> NDArray[np.float64]:
    """Return the ten scores that the network gives the digit, to one place."""
    return np.round(signals(article().params, test_digit(DIGIT)).s2.astype(float), 1)


def play(guess: Guess) -> Shown:
    """Show the choice of an output and its score, and return all scores and probabilities."""
    s = scores()
    LESSON_CHOSEN.open(between(0, 9))
    LESSON_SCORE.open(between(LOW, HIGH))
    left, right = st.columns(2)
    with left:
        k = st.slider(
            T("learn_shares.output"),
            0,
            9,
            LESSON_CHOSEN.default,
            key=LESSON_CHOSEN.name,
            on_change=LESSON_SCORE.clear,
        )
    with right:
        s[k] = st.slider(
            T("learn_shares.score"), LOW, HIGH, float(s[k]), 0.1, "%.1f", key=LESSON_SCORE.name
        )
    LESSON_CHOSEN.keep(k)
    LESSON_SCORE.keep(float(s[k]), float(scores()[k]))
    y = softmax(s)
    told = T(
        "learn_shares.told", k=k, p=f"{y[k]:.1%}", first=int(y.argmax()), most=f"{y.max():.1%}"
    )
    return Shown(
        shares_picture(s, y, k, T),
        f"{told} " + ", ".join(f"{digit}: {p:.1%}" for digit, p in enumerate(y)),
        {
            "up": T("learn_shares.up", s=decimal(float(s[k]), 1), up=f"{np.exp(s[k]):,.2f}"),
            "all": T("learn_shares.all", all=f"{np.exp(s).sum():,.2f}"),
            "y": T("learn_shares.y", p=f"{y[k]:.1%}"),
        },
        told,
        [Table({"k": range(10), "s": s, "e^s": np.exp(s), "y": y})],
        CELLS,
        pick,
    )


def pick(row: int, _: int) -> None:
    """Change the score of the output that was clicked."""
    LESSON_CHOSEN.set(row)
    LESSON_SCORE.clear()


SHARES = Lesson(
    name="shares",
    title=lambda: T("learn_shares.title"),
    question=lambda: T("learn_shares.question"),
    guess=Slide(0.0, 100.0, 1.0, 10.0, 5.0, "%d%%", lambda p: f"{p:.0f}%"),
    truth=lambda: 100 * float(softmax(np.array([2.0] + 9 * [0.0]))[0]),
    because=lambda: T("learn_shares.because", e=f"{np.exp(2):.2f}", all=f"{np.exp(2) + 9:.2f}"),
    play=play,
    formula=r"@y{y_k} = \frac{@up{e^{s_k}}}{@all{\sum_j e^{s_j}}}",
    symbols=(
        Symbol("y", "green", "y"),
        Symbol("up", "orange", "e^s"),
        Symbol("all", "blue", "Σ e^s"),
    ),
    code=(Piece(softmax, ("y", "return")),),
    doing=lambda: T("learn_shares.doing"),
    door=lambda: T("learn_shares.door"),
    way=Way("draw", ((DRAW_NETWORK, "article"),)),
    aside=lambda: T("learn_shares.aside"),
)
