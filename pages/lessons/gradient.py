"""All weights at once: the gradient, and a step against it."""

from __future__ import annotations

from functools import cache

import numpy as np
import streamlit as st

from pages.components.lesson import Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons_learning import gradient_picture
from pages.language import T
from pages.language.words import count, decimal
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.lessons.network import a_batch, article
from pages.state import (
    LAB_NETWORK,
    LESSON_RATE,
    PANEL,
    SCOPE_RATE,
    SCOPE_SOURCE,
    SCOPE_STAGE,
    SCOPE_TEST,
    between,
)
from simplenet.study.directions import Directions, directions, stepped
from simplenet.study.microscope import Piece

LONGEST, STEP = 6.0, 0.1
RATES = np.arange(0, LONGEST + STEP / 2, STEP)
MISREAD = 247
"""Of the test set: a four that the network takes for a two."""


@cache
def steps() -> Directions:
    """Return what steps of all lengths make of the loss of a hundred digits."""
    return directions(article().params, *a_batch(), RATES, np.random.default_rng(0))


def parameters() -> int:
    """Return how many weights and biases the network has."""
    return sum(value.size for value in article().params.values())


def because() -> str:
    """Return why so many slopes are 0."""
    x, _ = a_batch()
    return T("learn_gradient.because", blank=int(np.count_nonzero(x.max(axis=0) == 0)))


def play(guess: Guess) -> Shown:
    """Show the learning rate, and return what a step of it makes of the loss."""
    LESSON_RATE.open(between(STEP, LONGEST))
    rate = st.slider(
        T("learn_gradient.rate"),
        STEP,
        LONGEST,
        LESSON_RATE.default,
        STEP,
        "%.1f",
        key=LESSON_RATE.name,
    )
    LESSON_RATE.keep(rate)
    found, at = steps(), round(rate / STEP)
    unit = int(np.abs(found.gradient["W1"]).sum(axis=0).argmax())
    before, after = float(found.downhill[0]), float(found.downhill[at])
    told = T(
        "learn_gradient.told",
        rate=f"{rate:.1f}",
        before=decimal(before, 3),
        after=decimal(after, 3),
        chance=decimal(float(found.chance[at]), 3),
    )
    return Shown(
        gradient_picture(
            article().params["W1"][:, unit], found.gradient["W1"][:, unit], RATES, found, at, T
        ),
        told,
        {
            "w": T("learn_gradient.w", n=count(parameters())),
            "grad": T("learn_gradient.g"),
            "rate": T("learn_gradient.eta", rate=f"{rate:.1f}"),
            "after": T("learn_gradient.after", loss=decimal(after, 3)),
        },
        told,
        [
            Table({"η": RATES, "L": found.downhill, T("learn_gradient.random"): found.chance}),
            Table(
                {
                    "i": range(784),
                    "w": article().params["W1"][:, unit],
                    "∂L/∂w": found.gradient["W1"][:, unit],
                },
                T("numbers.unit") + f" {unit}",
            ),
        ],
    )


GRADIENT = Lesson(
    name="gradient",
    title=lambda: T("learn_gradient.title"),
    question=lambda: T("learn_gradient.question", n=count(parameters())),
    guess=Slide(0.0, 100.0, 1.0, 50.0, 5.0, "%d%%", lambda share: f"{share:.0f}%"),
    truth=lambda: 100 * steps().still,
    because=because,
    play=play,
    formula=r"@after{W'} = @w{W} - @rate{\eta} \, @grad{\frac{\partial L}{\partial W}}",
    symbols=(
        Symbol("after", "green", "W′"),
        Symbol("w", "gray", "W"),
        Symbol("rate", "violet", "η"),
        Symbol("grad", "orange", "∂L/∂W"),
    ),
    code=(Piece(stepped, ("return",)),),
    doing=lambda: T("learn_gradient.doing"),
    door=lambda: T("learn_gradient.door"),
    way=Way(
        "gradients",
        (
            (PANEL, "microscope"),
            (LAB_NETWORK, "article"),
            (SCOPE_SOURCE, "test"),
            (SCOPE_TEST, MISREAD),
            (SCOPE_RATE, 1.0),
            (SCOPE_STAGE, "after"),
        ),
    ),
)
