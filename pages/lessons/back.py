"""Carrying the error back: backpropagation, at one hidden unit."""

from __future__ import annotations

from functools import cache

import streamlit as st

from pages.components.lesson import Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons_learning import back_picture
from pages.language import T
from pages.language.words import decimal
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.lessons.network import article, test_digit
from pages.state import BUG, LAB_NETWORK, LESSON_BACK, PANEL, between
from simplenet.network import backprop
from simplenet.study.microscope import Dissection, Piece, dissect
from simplenet.training import TrainingConfig

DIGIT, LABEL = 18, 3
"""Of the test set: a three that looks a little like an eight."""


@cache
def step() -> Dissection:
    """Return one step of learning from the digit."""
    return dissect(article().params, test_digit(DIGIT), LABEL, TrainingConfig.learning_rate)


def question() -> str:
    """Return what is to be guessed: the error of the right output."""
    found = step()
    return T("learn_back.question", label=LABEL, p=f"{found.y[LABEL]:.2f}")


def play(guess: Guess) -> Shown:
    """Show the choice of a hidden unit, and return how the errors come together in it."""
    found = step()
    LESSON_BACK.open(between(0, found.a1.size - 1))
    unit = st.slider(
        T("learn_back.unit"), 0, found.a1.size - 1, LESSON_BACK.default, key=LESSON_BACK.name
    )
    LESSON_BACK.keep(unit)
    weights, a = found.before["W2"][unit], float(found.a1[unit])
    told = T(
        "learn_back.told",
        unit=unit,
        carried=decimal(float(found.carried[unit]), 3),
        slope=decimal(a * (1 - a), 3),
        error=decimal(float(found.delta1[unit]), 4),
    )
    return Shown(
        back_picture(
            found.delta2, weights, float(found.carried[unit]), a, float(found.delta1[unit]), T
        ),
        told,
        {
            "error": T("learn_back.delta1", error=decimal(float(found.delta1[unit]), 4)),
            "slope": T("learn_back.slope", a=decimal(a, 3), slope=decimal(a * (1 - a), 3)),
            "out": T("learn_back.delta2"),
            "w": T("learn_back.w"),
        },
        told,
        [
            Table(
                {"k": range(10), "δ₂": found.delta2, "w": weights, "δ₂ · w": found.delta2 * weights}
            ),
            Table(
                {
                    "": ["Σ δ₂ · w", "a", "a (1 − a)", "δ₁"],
                    T("numbers.value"): [found.carried[unit], a, a * (1 - a), found.delta1[unit]],
                }
            ),
        ],
    )


BACK = Lesson(
    name="back",
    title=lambda: T("learn_back.title"),
    question=question,
    guess=Slide(-1.0, 1.0, 0.01, 0.0, 0.02, "%.2f", lambda error: decimal(error, 2)),
    truth=lambda: float(step().delta2[LABEL]),
    because=lambda: T("learn_back.because", p=f"{step().y[LABEL]:.2f}"),
    play=play,
    formula=r"\begin{gathered} @error{\delta_1}"
    r" = @slope{a (1 - a)} \sum_k @out{\delta_{2,k}} \, @w{w_k} \\"
    r" @out{\delta_{2,k}} = y_k - t_k \end{gathered}",
    symbols=(
        Symbol("out", "violet", "δ₂"),
        Symbol("w", "orange", "w"),
        Symbol("slope", "green", "a (1 − a)"),
        Symbol("error", "blue", "δ₁"),
    ),
    code=(Piece(backprop, ("delta2", "delta1")),),
    doing=lambda: T("learn_back.doing"),
    door=lambda: T("learn_back.door"),
    way=Way("gradients", ((PANEL, "bugs"), (LAB_NETWORK, "article"), (BUG, "slope"))),
    aside=lambda: T("learn_back.aside"),
)
