"""What a network takes for what: the confusion matrix, and the digits behind each cell."""

from __future__ import annotations

import streamlit as st

from pages.components.confusion import confusion
from pages.components.mosaic import mosaic
from pages.inspecting.look import Look, tested
from pages.inspecting.scope import under_the_microscope
from pages.language import T
from pages.language.words import count
from pages.state import CELL, INSPECT_DIGIT, Cell, Component, Widget
from simplenet.data import loaded
from simplenet.study.exam import Exam, counted, taken_for

SHOWN = 24
"""Digits that are shown of a cell."""


def mistakes(look: Look) -> None:
    """Show the part."""
    answers = tested(look)
    found = counted(answers.labels, answers.read, look.net.output_size)
    wrong = found.size - int(found.confusion.trace())
    st.markdown(
        T(
            "mistakes.intro",
            wrong=count(wrong),
            all=count(found.size),
            accuracy=f"{found.accuracy:.2%}",
        )
    )
    cell = chosen_cell(found)
    left, right = st.columns([11, 9], gap="large")
    with left:
        confusion(found, cell, key=Component.CONFUSION, on_pick=CELL.set)
        st.caption(T("mistakes.help"))
    with right:
        behind(look, found, cell)


def chosen_cell(found: Exam) -> Cell:
    """Return the cell that is looked at: the most frequent mistake, at first."""
    CELL.open(parsed)
    most = found.mistakes(1)
    first = Cell(*most[0][:2]) if most else Cell(0, 0)
    cell = CELL.get() or first
    CELL.keep(cell, first)
    return cell


def parsed(text: str) -> Cell:
    """Return the cell of a link; ValueError if there is none."""
    right, read = (int(part) for part in text.split("."))
    if not (0 <= right <= 9 and 0 <= read <= 9):
        raise ValueError(f"there is no cell {text}")
    return Cell(right, read)


def behind(look: Look, found: Exam, cell: Cell) -> None:
    """Show the digits behind a cell, the worst first; one of them can be chosen."""
    y, labels = tested(look)
    rows = taken_for(y, labels, *cell)[:SHOWN]
    n = int(found.confusion[cell])
    values = {"n": count(n), "right": cell.right, "read": cell.read}
    if cell.right == cell.read:
        words = T("mistakes.right", **values)
    elif n:
        words = T("mistakes.wrong", **values)
    else:
        words = T("mistakes.never", **values)
    st.markdown(words)
    if not n:
        return
    chosen = rows.tolist().index(INSPECT_DIGIT.get()) if INSPECT_DIGIT.get() in rows else None
    mosaic(
        loaded("bundled").pixels_test[rows].reshape(-1, 28, 28) / 255,
        key=Component.BEHIND,
        alt=T("mistakes.alt", shown=len(rows), **values),
        signed=False,
        side=56,
        captions=[f"{y[row, cell.read]:.0%}" for row in rows],
        image=chosen,
        on_pick=lambda image, _: INSPECT_DIGIT.set(int(rows[image])),
    )
    if n > len(rows):
        st.caption(T("mistakes.some", shown=len(rows), all=count(n)))
    if chosen is None:
        st.caption(T("mistakes.choose"))
    else:
        under_the_microscope(look, Widget.MISTAKE_SCOPE)
