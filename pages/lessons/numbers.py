"""A digit is 784 numbers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.components.lesson import Cells, Symbol
from pages.components.numbers import grid
from pages.course import Guess
from pages.figures.lessons import pixels_picture
from pages.language import T
from pages.lessons.lesson import Lesson, Shown, Slide, Way
from pages.state import LESSON_COLUMN, LESSON_ROW, between
from simplenet.data import loaded
from simplenet.functions import as_pixels
from simplenet.study.microscope import Piece

DIGIT = 0
"""Of the test set: a seven."""

CELLS = Cells(0, 0, 252, 252, 28, 28)


def truth() -> float:
    """Return how many of the numbers of the digit are 0."""
    return float(np.count_nonzero(loaded("bundled").pixels_test[DIGIT] == 0))


def play(guess: Guess) -> Shown:
    """Show where one looks, and return the digit with the numbers there."""
    for field in (LESSON_ROW, LESSON_COLUMN):
        field.open(between(0, 27))
    left, right = st.columns(2)
    with left:
        row = st.slider(T("learn_numbers.row"), 0, 27, LESSON_ROW.default, key=LESSON_ROW.name)
    with right:
        column = st.slider(
            T("learn_numbers.column"), 0, 27, LESSON_COLUMN.default, key=LESSON_COLUMN.name
        )
    LESSON_ROW.keep(row)
    LESSON_COLUMN.keep(column)
    pixels = loaded("bundled").pixels_test[DIGIT]
    byte, place = int(pixels[28 * row + column]), 28 * row + column
    value = float(as_pixels(pixels)[place])
    told = T("learn_numbers.told", row=row, column=column, place=place, x=f"{value:.2f}")
    return Shown(
        pixels_picture(pixels.reshape(28, 28), row, column),
        told,
        {
            "x": T("learn_numbers.x", x=f"{value:.3f}"),
            "row": T("learn_numbers.r", row=row),
            "column": T("learn_numbers.c", column=column),
            "byte": T("learn_numbers.p", byte=byte),
        },
        told,
        [grid(pixels.reshape(28, 28))],
        CELLS,
        pick,
    )


def pick(row: int, column: int) -> None:
    """Look at the pixel that was clicked."""
    LESSON_ROW.set(row)
    LESSON_COLUMN.set(column)


NUMBERS = Lesson(
    name="numbers",
    title=lambda: T("learn_numbers.title"),
    question=lambda: T("learn_numbers.question"),
    guess=Slide(0.0, 784.0, 1.0, 392.0, 40.0, "%d", lambda n: f"{n:.0f}"),
    truth=truth,
    because=lambda: T("learn_numbers.because"),
    play=play,
    formula=r"@x{x_{28 \cdot @row{r} + @column{c}}} = \frac{@byte{p}}{255}",
    symbols=(
        Symbol("x", "orange", "x"),
        Symbol("row", "blue", "r"),
        Symbol("column", "green", "c"),
        Symbol("byte", "violet", "p"),
    ),
    code=(Piece(as_pixels, ("out",)),),
    doing=lambda: T("learn_numbers.doing"),
    door=lambda: T("learn_numbers.door"),
    way=Way("draw"),
)
