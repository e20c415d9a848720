"""The confusion matrix as a picture to choose from: for mouse, touch and keys."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import streamlit as st

from pages.components.numbers import NUMBERS_CSS, NUMBERS_JS
from pages.language import T
from pages.platform.incoming import whole
from pages.state import Cell, Component
from simplenet.study.exam import Exam

HEIGHT = 454
"""In pixels, kept free until it is there."""

_mount = st.components.v2.component(
    "confusion",
    html='<div class="confusion"></div>',
    css=NUMBERS_CSS + Path(__file__).with_name("confusion.css").read_text(encoding="utf-8"),
    js=NUMBERS_JS + Path(__file__).with_name("confusion.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def confusion(
    found: Exam, chosen: Cell, *, key: Component, on_pick: Callable[[Cell], None]
) -> None:
    """Show what is taken for what, with recall and precision at its edges.

    Parameters
    ----------
    found : Exam
    chosen : Cell
        The cell that is marked.
    key : Component
    on_pick : callable
        Gets another cell that a person chose, before the page runs.
    """
    last = len(found.confusion) - 1

    def receive() -> None:
        told = key.told("picked")
        right, read = (whole(told.get(name), 0, last) for name in ("row", "column"))
        if right is not None and read is not None:
            on_pick(Cell(right, read))

    _mount(
        key=key,
        data={
            "turn": key.told("picked").get("turn", 0),
            "counts": found.confusion.tolist(),
            "recall": _shares(found.per_digit),
            "precision": _shares(found.precision),
            "chosen": list(chosen),
            "words": {
                "alt": T("confusion.alt", right=chosen.right, read=chosen.read),
                "rows": T("confusion.rows"),
                "columns": T("confusion.columns"),
                "recall": T("confusion.recall"),
                "precision": T("confusion.precision"),
                "cell": T("confusion.cell", right="{right}", read="{read}", n="{n}"),
            },
        },
        on_picked_change=receive,
        height=HEIGHT,
    )


def _shares(values: np.ndarray) -> list[float | None]:
    """Return shares as the browser takes them: None where there is none."""
    return [None if np.isnan(value) else round(float(value), 4) for value in values]
