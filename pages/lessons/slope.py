"""Downhill: a derivative is a slope, and two points nearby show it."""

from __future__ import annotations

from functools import cache

import numpy as np
import streamlit as st

from pages.components.lesson import Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons_learning import slope_picture
from pages.language import T
from pages.language.words import decimal
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.lessons.network import a_batch, article
from pages.state import LAB_NETWORK, LENS_STEP, LESSON_STEP, PANEL, one_of
from simplenet.gradients import central_difference
from simplenet.study.lens import Lens
from simplenet.study.microscope import Piece

WEIGHT, MOVED = (20, 4), 4.0
"""A weight between a hidden unit and an output, and how far it is moved from where the training
has left it: so it stands on a slope."""

STEPS = (5.0, 4.0, 3.0, 2.0, 1.0, 0.5, 0.2, 0.1)


@cache
def lens() -> Lens:
    """Return the weight, and the loss of a hundred digits along it."""
    params = {key: value.astype(np.float64) for key, value in article().params.items()}
    params["W2"][WEIGHT] += MOVED
    return Lens(params, *a_batch(), "W2", WEIGHT)


def near(h: float) -> tuple[float, float, float]:
    """Return the loss a step below the weight, at it, and a step above."""
    below, here, above = lens().losses([-h, 0.0, h])
    return float(below), float(here), float(above)


def question() -> str:
    """Return what is to be guessed: the slope, from two losses."""
    _, here, above = near(1.0)
    return T("learn_slope.question", here=f"{here:.3f}", above=f"{above:.3f}")


def play(guess: Guess) -> Shown:
    """Show the step, and return the loss curve with the secant and the tangent."""
    LESSON_STEP.open(one_of(STEPS))
    h = st.select_slider(
        T("learn_slope.step"),
        STEPS,
        LESSON_STEP.default,
        key=LESSON_STEP.name,
        format_func="{:g}".format,
    )
    LESSON_STEP.keep(h)
    below, here, above = near(h)
    slope, secant = lens().derivative(), (above - below) / (2 * h)
    moves = np.linspace(-8, 5, 66)
    told = T(
        "learn_slope.told",
        h=f"{h:g}",
        secant=decimal(secant, 4),
        slope=f"{slope:.4f}",
        apart=f"{abs(secant - slope) / abs(slope):.1%}",
    )
    svg = slope_picture(
        moves,
        lens().losses(moves),
        h,
        (below, here, above),
        slope,
        guess if isinstance(guess, float) else None,
        T,
    )
    return Shown(
        svg,
        f"{T('learn_slope.alt')} {told}",
        {
            "slope": T("learn_slope.slope", slope=f"{slope:.4f}"),
            "above": T("learn_slope.above", loss=f"{above:.4f}"),
            "below": T("learn_slope.below", loss=f"{below:.4f}"),
            "h": T("learn_slope.h", h=f"{2 * h:g}"),
        },
        told,
        [
            Table(
                {
                    "": ["L(w − h)", "L(w)", "L(w + h)", "ΔL / 2h", "∂L/∂w"],
                    T("numbers.value"): [below, here, above, secant, slope],
                }
            ),
            Table({"Δw": moves, "L": lens().losses(moves)}),
        ],
    )


SLOPE = Lesson(
    name="slope",
    title=lambda: T("learn_slope.title"),
    question=question,
    guess=Slide(-0.06, 0.06, 0.001, 0.0, 0.002, "%.3f", lambda slope: decimal(slope, 3)),
    truth=lambda: lens().derivative(),
    because=lambda: T("learn_slope.because"),
    play=play,
    formula=r"@slope{\frac{\partial L}{\partial w}} \approx"
    r" \frac{@above{L(w + h)} - @below{L(w - h)}}{@h{2h}}",
    symbols=(
        Symbol("slope", "green", "∂L/∂w"),
        Symbol("above", "orange", "L(w + h)"),
        Symbol("below", "blue", "L(w − h)"),
        Symbol("h", "violet", "2h"),
    ),
    code=(Piece(central_difference, ("above", "return")),),
    doing=lambda: T("learn_slope.doing"),
    door=lambda: T("learn_slope.door"),
    way=Way("gradients", ((PANEL, "lens"), (LAB_NETWORK, "article"), (LENS_STEP, 1e-12))),
)
