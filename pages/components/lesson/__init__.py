"""The picture of a lesson, and the symbols of its formula, each tied to its part of the picture.

Streamlit components: a drawing whose parts have names, and a list of symbols that names them,
too. Whatever is pointed at, focused or tapped, in the picture, the formula or the list, lights up
in all three. The formula itself is `st.latex`, in which each symbol has a colour of its own as a
mark; the list finds it there. A hidden one brings the keyboard to where a lesson goes on.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from pages.components.numbers import NUMBERS_CSS, NUMBERS_JS, Table
from pages.language.text import plain
from pages.platform.incoming import whole
from pages.state import Component, Place

_HERE = Path(__file__).parent

SYMBOL = re.compile(r"@([a-z]+)\{")
"""Where the symbol of a part begins in a formula."""

Colour = Literal["orange", "blue", "green", "violet", "gray"]
"""The colours that a part may have; `lesson.css` says which they are on either ground."""


@dataclass(frozen=True)
class Symbol:
    """A symbol of a formula.

    Parameters
    ----------
    part : str
        Its name, and that of its part of the picture.
    colour : Colour
    plain : str
        How it is written without a formula, for those who listen.
    """

    part: str
    colour: Colour
    plain: str


@dataclass(frozen=True)
class Cells:
    """A part of a picture of which a cell can be chosen by a click.

    Parameters
    ----------
    left, top, width, height : float
        In the units of the drawing.
    rows, columns : int
    """

    left: float
    top: float
    width: float
    height: float
    rows: int
    columns: int


_mount_picture = st.components.v2.component(
    "lesson_picture",
    html='<div class="lesson-picture" role="img"></div>',
    css=NUMBERS_CSS + (_HERE / "lesson.css").read_text(encoding="utf-8"),
    js=NUMBERS_JS + (_HERE / "picture.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)
_mount_symbols = st.components.v2.component(
    "lesson_symbols",
    html='<ul class="lesson-symbols"></ul>',
    js=(_HERE / "symbols.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)

_mount_begin = st.components.v2.component(
    "lesson_begin",
    html="<span hidden></span>",
    js=(_HERE / "begin.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def begin(lesson: str, *, answered: bool) -> None:
    """Bring the keyboard, and whoever listens, to where a lesson goes on.

    Parameters
    ----------
    lesson : str
        Its name: where it is another one than before, its head is what comes next.
    answered : bool
        Whether the answer is there: where it was not, it is what comes next.
    """
    _mount_begin(
        key=Component.LESSON_BEGIN,
        data={"lesson": lesson, "step": "answer" if answered else "ask"},
    )


def picture(
    svg: str,
    alt: str,
    numbers: Sequence[Table],
    cells: Cells | None = None,
    on_pick: Callable[[int, int], None] | None = None,
) -> None:
    """Show the picture of a lesson, or update it where it is shown already.

    Parameters
    ----------
    svg : str
        The drawing; what has the attribute ``data-part`` is tied to a symbol.
    alt : str
        What it shows, in words.
    numbers : sequence of Table
        What it shows, in numbers.
    cells : Cells, optional
        What can be chosen in it.
    on_pick : callable, optional
        Gets the row and the column of the cell that a person chose, before the page runs.
    """
    key = Component.LESSON_PICTURE

    def receive() -> None:
        found = key.told("picked")
        if cells and on_pick:
            row = whole(found.get("row"), 0, cells.rows - 1)
            column = whole(found.get("column"), 0, cells.columns - 1)
            if row is not None and column is not None:
                on_pick(row, column)

    _mount_picture(
        key=key,
        data={
            "svg": svg,
            "alt": plain(alt),
            "numbers": [table.data() for table in numbers],
            "cells": None if cells is None else vars(cells),
            "turn": key.told("picked").get("turn", 0),
        },
        on_picked_change=receive,
    )


def formula(latex: str, symbols: Sequence[Symbol], words: Mapping[str, str]) -> None:
    """Show a formula, and a list that says what its symbols are.

    Parameters
    ----------
    latex : str
        In which ``@part{...}`` is the symbol of that part.
    symbols : sequence of Symbol
    words : mapping of str to str
        What each symbol is now, by its part.
    """
    with st.container(key=Place.LESSON_FORMULA):
        st.latex(marked(latex, symbols))
    _mount_symbols(
        key=Component.LESSON_SYMBOLS,
        data={
            "formula": Place.LESSON_FORMULA,
            "symbols": [
                {**vars(symbol), "mark": mark(i), "words": words[symbol.part]}
                for i, symbol in enumerate(symbols)
            ],
        },
    )


def marked(latex: str, symbols: Sequence[Symbol]) -> str:
    """Return a formula as KaTeX takes it, each symbol in the colour that marks it.

    In double braces: so KaTeX makes one piece of it, and not one of each letter.
    """
    marks = {symbol.part: mark(i) for i, symbol in enumerate(symbols)}
    written, open_braces, ends = "", 0, []
    at = 0
    while at < len(latex):
        if found := SYMBOL.match(latex, at):
            written += rf"\textcolor{{{marks[found[1]]}}}{{{{"
            ends.append(open_braces)
            open_braces += 1
            at = found.end()
            continue
        letter = latex[at]
        open_braces += (letter == "{") - (letter == "}")
        written += letter
        if letter == "}" and ends and ends[-1] == open_braces:
            written += "}"
            ends.pop()
        at += 1
    return written


def mark(i: int) -> str:
    """Return the colour that marks the symbol of a number: nobody sees it."""
    return f"#{i + 1:06x}"
