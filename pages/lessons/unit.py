"""One unit weighs the pixels, and squeezes the sum."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.lesson import Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons import unit_picture
from pages.language import T
from pages.language.words import decimal
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.lessons.network import article, first_of_each, test_digit
from pages.state import (
    INSPECT_NETWORK,
    INSPECT_PART,
    INSPECT_UNIT,
    LESSON_DIGIT,
    LESSON_UNIT,
    between,
)
from simplenet.functions import as_pixels, sigmoid
from simplenet.network import forward
from simplenet.study.microscope import Piece
from simplenet.study.units import contributions, signals

SUM, TWICE = 2.0, 4.0
"""Of the question."""


def play(guess: Guess) -> Shown:
    """Show the choice of a unit and a digit, and return what the unit makes of it."""
    net = article()
    LESSON_UNIT.open(between(0, net.hidden_size - 1))
    LESSON_DIGIT.open(between(0, 9))
    left, right = st.columns(2)
    with left:
        unit = st.slider(
            T("learn_unit.unit"), 0, net.hidden_size - 1, LESSON_UNIT.default, key=LESSON_UNIT.name
        )
    with right:
        digit = st.slider(T("learn_unit.digit"), 0, 9, LESSON_DIGIT.default, key=LESSON_DIGIT.name)
    LESSON_UNIT.keep(unit)
    LESSON_DIGIT.keep(digit)
    x = test_digit(first_of_each()[digit])
    found, products = signals(net.params, x), contributions(net.params, x, unit)
    s, a = float(found.s1[unit]), float(found.a1[unit])
    bias = float(net.params["b1"][unit])
    for_, against = float(products[products > 0].sum()), float(products[products < 0].sum())
    told = T(
        "learn_unit.told",
        unit=unit,
        digit=digit,
        for_=decimal(for_, 1),
        against=decimal(against, 1),
        a=f"{a:.2f}",
    )
    return Shown(
        unit_picture(
            x,
            net.params["W1"][:, unit],
            products,
            (s, a),
            (TWICE, guess) if isinstance(guess, float) else None,
            T,
        ),
        told,
        {
            "x": T("learn_unit.x"),
            "w": T("learn_unit.w"),
            "sum": T("learn_unit.s", bias=decimal(bias, 2), s=decimal(s, 2)),
            "a": T("learn_unit.a", a=f"{a:.3f}"),
        },
        told,
        [
            Table({"": ["Σ x · w", "b", "s", "a"], T("numbers.value"): [s - bias, bias, s, a]}),
            Table(
                {
                    "i": range(x.size),
                    "x": as_pixels(x),
                    "w": net.params["W1"][:, unit],
                    "x · w": products,
                }
            ),
        ],
    )


UNIT = Lesson(
    name="unit",
    title=lambda: T("learn_unit.title"),
    question=lambda: T("learn_unit.question", sum=f"{SUM:g}", out=f"{sigmoid(SUM):.2f}"),
    guess=Slide(0.0, 2.0, 0.01, 0.5, 0.02, "%.2f", lambda a: f"{a:.2f}"),
    truth=lambda: float(sigmoid(np.array(TWICE))),
    because=lambda: T("learn_unit.because"),
    play=play,
    formula=r"\begin{gathered} @sum{s} = \sum_i @x{x_i} @w{w_i} + b \\"
    r" @a{a} = \frac{1}{1 + e^{-@sum{s}}} \end{gathered}",
    symbols=(
        Symbol("x", "violet", "x"),
        Symbol("w", "orange", "w"),
        Symbol("sum", "blue", "s"),
        Symbol("a", "green", "a"),
    ),
    code=(Piece(forward, ("a1",)), Piece(sigmoid, ("y", "return"))),
    doing=lambda: T("learn_unit.doing"),
    door=lambda: T("learn_unit.door"),
    way=Way("inspect", ((INSPECT_NETWORK, "article"), (INSPECT_PART, "units"), (INSPECT_UNIT, 13))),
    aside=lambda: T("learn_unit.aside"),
)
