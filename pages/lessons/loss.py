"""How wrong is it: the cross-entropy error."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.lesson import Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons import loss_picture
from pages.language import T
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.lessons.network import some_test_digits
from pages.state import (
    LAB_NETWORK,
    LESSON_SHARE,
    PANEL,
    SCOPE_SOURCE,
    SCOPE_STAGE,
    SCOPE_TEST,
    between,
)
from simplenet.functions import cross_entropy_error
from simplenet.runs import TrainingRun
from simplenet.study.microscope import Piece

ANSWER = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0])
"""The article's example: ten probabilities for a digit that is a two."""

RIGHT = 2
MISREAD = 247
"""Of the test set: a four that the network takes for a two."""


def answer_with(p: float) -> NDArray[np.float64]:
    """Return the article's answer with another probability of the right digit."""
    others = np.delete(ANSWER, RIGHT)
    return np.insert(others * (1 - p) / others.sum(), RIGHT, p)


def curve() -> Table:
    """Return the loss over the probability of the right digit, as a table."""
    shares = np.linspace(0.01, 1, 100)
    losses = [cross_entropy_error(answer_with(p), RIGHT) for p in shares]
    return Table({f"y{RIGHT}": shares, "E": losses})


def because() -> str:
    """Return why the loss of a network that knows nothing is what it is, and what is measured."""
    fresh = TrainingRun().new_network()
    return T("learn_loss.because", fresh=f"{fresh.loss(*some_test_digits()):.3f}")


def play(guess: Guess) -> Shown:
    """Show the probability of the right digit, and return the loss over it."""
    LESSON_SHARE.open(between(1, 100))
    share = st.slider(
        T("learn_loss.share"), 1, 100, LESSON_SHARE.default, 1, "%d%%", key=LESSON_SHARE.name
    )
    LESSON_SHARE.keep(share)
    y = answer_with(share / 100)
    loss = cross_entropy_error(y, RIGHT)
    half = cross_entropy_error(answer_with(share / 200), RIGHT)
    told = T("learn_loss.told", p=f"{share}%", loss=f"{loss:.2f}", more=f"{half - loss:.2f}")
    return Shown(
        loss_picture(y, RIGHT, loss, guess if isinstance(guess, float) else None, T),
        told,
        {
            "loss": T("learn_loss.e", loss=f"{loss:.3f}"),
            "t": T("learn_loss.t", right=RIGHT),
            "y": T("learn_loss.y", p=f"{share}%"),
        },
        told,
        [
            Table({"k": range(10), "t": np.eye(10, dtype=int)[RIGHT], "y": y}),
            Table({"": [f"y{RIGHT}", "E"], T("numbers.value"): [share / 100, loss]}),
            curve(),
        ],
    )


LOSS = Lesson(
    name="loss",
    title=lambda: T("learn_loss.title"),
    question=lambda: T("learn_loss.question"),
    guess=Slide(0.0, 10.0, 0.1, 5.0, 0.25, "%.1f", lambda loss: f"{loss:.1f}"),
    truth=lambda: cross_entropy_error(np.full(10, 0.1), RIGHT),
    because=because,
    play=play,
    formula=r"@loss{E} = - \sum_k @t{t_k} \log @y{y_k}",
    symbols=(
        Symbol("loss", "orange", "E"),
        Symbol("t", "green", "t"),
        Symbol("y", "blue", "y"),
    ),
    code=(Piece(cross_entropy_error, ("labels", "right")), Piece(cross_entropy_error, ("return",))),
    doing=lambda: T("learn_loss.doing"),
    door=lambda: T("learn_loss.door"),
    way=Way(
        "gradients",
        (
            (PANEL, "microscope"),
            (LAB_NETWORK, "article"),
            (SCOPE_SOURCE, "test"),
            (SCOPE_TEST, MISREAD),
            (SCOPE_STAGE, "loss"),
        ),
    ),
    aside=lambda: T("learn_loss.aside"),
)
