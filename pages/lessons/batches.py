"""Mini-batches and epochs: learning from a hundred digits at a time."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.lesson import Symbol
from pages.components.numbers import Table
from pages.course import Guess
from pages.figures.lessons_learning import batches_picture
from pages.language import T
from pages.language.words import count
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.state import LESSON_BATCH, LESSON_ITERATIONS, PRESET, one_of
from simplenet.data import loaded, mini_batch
from simplenet.study.coverage import draws, expected_share
from simplenet.study.microscope import Piece

ALL, EPOCH, BATCH = 60_000, 600, 100
"""Digits of the training set; iterations of an epoch; digits of a mini-batch."""

MOST, STEP = 3000, 50
BATCHES = (1, 10, 100, 200)
SHOWN = 14
"""Digits of the last mini-batch that are shown."""


@lru_cache(maxsize=64)
def drawn(batch: int, iterations: int) -> NDArray[np.intp]:
    """Return how often each digit was drawn; the same for everybody."""
    return draws(ALL, batch, iterations, np.random.default_rng(0))


def share(batch: int, iterations: int) -> float:
    """Return the share of the digits that was drawn at least once."""
    return float(np.count_nonzero(drawn(batch, iterations)) / ALL)


def newest(batch: int, iterations: int) -> NDArray[np.uint8]:
    """Return some digits of a mini-batch, (n, 784); another one after other iterations."""
    data, rng = loaded("bundled"), np.random.default_rng([batch, iterations])
    x, _ = mini_batch(data.pixels_train, data.t_train, min(batch, SHOWN), rng)
    return np.asarray(x)


def play(guess: Guess) -> Shown:
    """Show the size of a mini-batch and the iterations, and return what has been seen by then."""
    LESSON_BATCH.open(one_of(BATCHES))
    LESSON_ITERATIONS.open(one_of(range(0, MOST + 1, STEP)))
    left, right = st.columns(2)
    with left:
        iterations = st.slider(
            T("learn_batches.iterations"),
            0,
            MOST,
            LESSON_ITERATIONS.default,
            STEP,
            key=LESSON_ITERATIONS.name,
        )
    with right:
        batch = st.select_slider(
            T("learn_batches.batch"), BATCHES, LESSON_BATCH.default, key=LESSON_BATCH.name
        )
    LESSON_BATCH.keep(batch)
    LESSON_ITERATIONS.keep(iterations)
    counts, seen = drawn(batch, iterations), share(batch, iterations)
    told = T(
        "learn_batches.told",
        draws=count(batch * iterations),
        epochs=f"{batch * iterations / ALL:.1f}",
        seen=f"{seen:.1%}",
        most=int(counts.max()),
    )
    along = np.linspace(0, MOST, 61)
    expected = [expected_share(ALL, int(batch * k)) for k in along]
    return Shown(
        batches_picture(
            counts,
            newest(batch, iterations),
            along,
            np.array(expected),
            (iterations, seen),
            (EPOCH, guess / 100) if isinstance(guess, float) and batch == BATCH else None,
            T,
        ),
        told,
        {
            "seen": T("learn_batches.seen", seen=f"{seen:.1%}"),
            "all": T("learn_batches.all", n=count(ALL)),
            "steps": T("learn_batches.steps", n=count(iterations)),
            "batch": T("learn_batches.size", n=batch),
        },
        told,
        [
            Table(
                {
                    T("numbers.drawn"): range(counts.max() + 1),
                    T("numbers.digits"): np.bincount(counts),
                }
            ),
            Table({"k": along, "S": expected}),
        ],
    )


BATCHES_LESSON = Lesson(
    name="batches",
    title=lambda: T("learn_batches.title"),
    question=lambda: T("learn_batches.question"),
    guess=Slide(0.0, 100.0, 1.0, 50.0, 4.0, "%d%%", lambda share: f"{share:.0f}%"),
    truth=lambda: 100 * share(BATCH, EPOCH),
    because=lambda: T("learn_batches.because"),
    play=play,
    formula=r"@seen{S} = 1 - \left( 1 - \frac{1}{@all{N}} \right)^{@steps{k} \cdot @batch{n}}",
    symbols=(
        Symbol("seen", "green", "S"),
        Symbol("all", "gray", "N"),
        Symbol("steps", "orange", "k"),
        Symbol("batch", "violet", "n"),
    ),
    code=(Piece(mini_batch, ("rows", "return")),),
    doing=lambda: T("learn_batches.doing"),
    door=lambda: T("learn_batches.door"),
    way=Way("train", ((PRESET, "single"),)),
)
