"""Why the definition is too slow."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.lesson import Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons_learning import slow_picture
from pages.language import T
from pages.language.words import count, duration, time_unit
from pages.lessons.lesson import Choice, Lesson, Shown, Way
from pages.lessons.network import a_batch
from pages.state import LAB_BATCH, LAB_NETWORK, LESSON_SIZE, PANEL, one_of
from simplenet.gradients import numerical_gradient_2d
from simplenet.network import IMAGE_SIZE, SimpleNet
from simplenet.runs import TrainingRun
from simplenet.study.definition import Definition, measure
from simplenet.study.microscope import Piece

ITERATIONS = TrainingRun().training.iterations
SIZES = (10, 20, 50, 100, 200)
CHOICES = {"h": "hours", "d": "days"}
"""What is right, by the unit that the time is told in; in smaller ones it is minutes."""


@st.cache_data(show_spinner=False, ttl=600)
def measured(hidden: int) -> Definition:
    """Return what is measured on this server, for a network of some size: once in ten minutes."""
    net = SimpleNet(IMAGE_SIZE, hidden, 10, rng=np.random.default_rng(0))
    return measure(net, *a_batch())


def truth() -> str:
    """Return whether a training by the definition takes minutes, hours, or how long here."""
    return named(measured(TrainingRun.hidden_size).training_s(ITERATIONS))


def named(seconds: float) -> str:
    """Return the choice that has the unit in which a time is shown."""
    return CHOICES.get(time_unit(seconds), "minutes")


def names() -> dict[str, str]:
    """Return what can be chosen."""
    return {
        "minutes": T("learn_slow.minutes"),
        "hours": T("learn_slow.hours"),
        "days": T("learn_slow.days"),
        "weeks": T("learn_slow.weeks"),
        "months": T("learn_slow.months"),
        "years": T("learn_slow.years"),
    }


def question() -> str:
    """Return what is to be guessed: how long it takes here."""
    found = measured(TrainingRun.hidden_size)
    return T(
        "learn_slow.question",
        n=count(found.parameters),
        time=duration(found.pass_s),
        iterations=count(ITERATIONS),
    )


def because() -> str:
    """Return how long it takes here, and how long it took the author of the article."""
    found = measured(TrainingRun.hidden_size)
    return T(
        "learn_slow.because",
        passes=count(found.passes),
        gradient=duration(found.gradient_s),
        training=duration(found.training_s(ITERATIONS)),
    )


def play(guess: Guess) -> Shown:
    """Show the size of the hidden layer, and return how the times multiply."""
    LESSON_SIZE.open(one_of(SIZES))
    hidden = st.select_slider(
        T("learn_slow.size"), SIZES, LESSON_SIZE.default, key=LESSON_SIZE.name
    )
    LESSON_SIZE.keep(hidden)
    found = measured(hidden)
    training = found.training_s(ITERATIONS)
    quick = found.backprop_s * ITERATIONS
    told = T(
        "learn_slow.told",
        training=duration(training),
        backprop=duration(quick),
        passes=f"{found.backprop_s / found.pass_s:.1f}",
    )
    return Shown(
        slow_picture(found, ITERATIONS, duration, T),
        told,
        {
            "total": T("learn_slow.total", time=duration(training)),
            "weights": T("learn_slow.weights", passes=count(found.passes)),
            "pass": T("learn_slow.pass", time=duration(found.pass_s)),
            "steps": T("learn_slow.steps", n=count(ITERATIONS)),
        },
        told,
        [
            Table(
                {
                    "": ["τ (s)", "2N", "n", "T (s)", f"{T('learn_slow.backprop')} (s)"],
                    T("numbers.value"): [found.pass_s, found.passes, ITERATIONS, training, quick],
                }
            ),
        ],
    )


SLOW = Lesson(
    name="slow",
    title=lambda: T("learn_slow.title"),
    question=question,
    guess=Choice(names),
    truth=truth,
    because=because,
    play=play,
    formula=r"@total{T} = @pass{\tau} \cdot @weights{2N} \cdot @steps{n}",
    symbols=(
        Symbol("total", "orange", "T"),
        Symbol("pass", "blue", "τ"),
        Symbol("weights", "violet", "2N"),
        Symbol("steps", "gray", "n"),
    ),
    code=(Piece(numerical_gradient_2d, ("gradient", "return")),),
    doing=lambda: T("learn_slow.doing"),
    door=lambda: T("learn_slow.door"),
    way=Way("gradients", ((PANEL, "race"), (LAB_NETWORK, "article"), (LAB_BATCH, 100))),
)
