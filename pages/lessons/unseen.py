"""Seen and unseen digits: generalisation, and learning by heart."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.lesson import Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons import unseen_picture, unseen_sheet
from pages.language import T
from pages.language.words import count
from pages.lessons.lesson import Lesson, Shown, Sketch, Way
from pages.state import LESSON_FEW, PRESET, one_of
from simplenet.data import loaded
from simplenet.study.few import LOOKS, TESTED, Learned, learned
from simplenet.study.microscope import Piece
from simplenet.training.loop import share_right

DIGITS = (30, 100, 300, 1000, 3000, 10_000)
ASKED = 300
"""How many digits the question is about."""

ASKED_AFTER = np.array([5, 20, 70, 220, 550, 1000])
"""The iterations after which the accuracy is asked for."""


@st.cache_resource(show_spinner=False)
def training(digits: int) -> Learned:
    """Return how a network did that has learned from so many digits; once for a server."""
    return learned(loaded("bundled"), digits, np.random.default_rng(0))


def truth() -> tuple[float, ...]:
    """Return the accuracies on unseen digits, where they are asked for."""
    found = training(ASKED)
    rows = np.searchsorted(found.iterations, ASKED_AFTER)
    return tuple(found.unseen[rows].tolist())


def sheet() -> tuple[str, tuple[float, float, float, float]]:
    """Return the accuracies on seen digits, beside which those on unseen ones are drawn."""
    with st.spinner(T("learn_unseen.learning")):
        found = training(ASKED)
    svg, plane = unseen_sheet(found, T)
    return svg, (plane.left, plane.top, plane.width, plane.height)


def play(guess: Guess) -> Shown:
    """Show the number of digits, and return how a network learns from so many."""
    LESSON_FEW.open(one_of(DIGITS))
    digits = st.select_slider(
        T("learn_unseen.digits"),
        DIGITS,
        LESSON_FEW.default,
        format_func=count,
        key=LESSON_FEW.name,
    )
    LESSON_FEW.keep(digits)
    with st.spinner(T("learn_unseen.learning")):
        found = training(digits)
    seen, unseen = float(found.seen[-1]), float(found.unseen[-1])
    told = T(
        "learn_unseen.told",
        digits=count(digits),
        seen=f"{seen:.1%}",
        unseen=f"{unseen:.1%}",
        gap=f"{100 * found.gap:.1f}",
    )
    drawn = (ASKED_AFTER, guess) if isinstance(guess, tuple) and digits == ASKED else None
    return Shown(
        unseen_picture(found, drawn, T),
        told,
        {
            "gap": T("learn_unseen.gap", gap=f"{100 * found.gap:.1f}"),
            "seen": T("learn_unseen.seen", p=f"{seen:.1%}"),
            "unseen": T("learn_unseen.unseen", p=f"{unseen:.1%}"),
        },
        told,
        [Table({"k": found.iterations, "A₁": found.seen, "A₂": found.unseen})],
    )


UNSEEN = Lesson(
    name="unseen",
    title=lambda: T("learn_unseen.title"),
    question=lambda: T("learn_unseen.question", digits=ASKED, others=count(TESTED)),
    guess=Sketch(
        x=tuple(np.log10(ASKED_AFTER + 1) / np.log10(LOOKS[-1] + 1)),
        first=(0.1,) * len(ASKED_AFTER),
        near=0.05,
        sheet=sheet,
        labels=lambda: [T("learn_unseen.point", n=count(int(n))) for n in ASKED_AFTER],
        say=lambda curve: T("learn_unseen.ends", p=f"{curve[-1]:.0%}"),
    ),
    truth=truth,
    because=lambda: T("learn_unseen.because"),
    play=play,
    formula=r"\begin{gathered} @gap{\Delta} = @seen{A_1} - @unseen{A_2} \\"
    r" A = \frac{1}{n} \sum_i \, [\arg\max_k y_{ik} = t_i] \end{gathered}",
    symbols=(
        Symbol("gap", "violet", "Δ"),
        Symbol("seen", "blue", "A₁"),
        Symbol("unseen", "orange", "A₂"),
    ),
    code=(Piece(share_right, ("return",)),),
    doing=lambda: T("learn_unseen.doing"),
    door=lambda: T("learn_unseen.door"),
    way=Way("train", ((PRESET, "strong"),)),
)
