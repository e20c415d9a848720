"""What a visitor's browser keeps: the own drawings, the pinned digit, and who the visitor is.

A hidden Streamlit component writes them to the browser's local storage, and reads them from there
when the page is loaded anew, or when another tab of the same browser has changed them.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.language import T
from pages.session import adopt
from pages.state import AWAITED, KEEPING, VISITOR, Component
from simplenet.data.drawings import DrawingSet

VISITOR_ID = re.compile(r"[A-Za-z0-9_-]{22}")

_mount = st.components.v2.component(
    "keepsakes",
    html="<span hidden></span>",
    js=Path(__file__).with_name("keepsakes.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def mine() -> DrawingSet:
    """Return the visitor's own drawings."""
    return KEEPING.get().sets.get("mine", DrawingSet.empty())


def pinned() -> NDArray[np.uint8] | None:
    """Return the visitor's pinned digit, (784,), or None."""
    pin = KEEPING.get().sets.get("pinned", DrawingSet.empty())
    return pin.pixels[0] if len(pin) else None


def keep_mine(drawings: DrawingSet) -> None:
    """Replace the visitor's own drawings by these."""
    KEEPING.get().change(mine=drawings)


def pin(x: NDArray[np.floating] | None) -> None:
    """Pin a digit, (1, 784) in [0, 1], or unpin the one that is."""
    # A set of one, under any label: so it is written down, and checked, like the others.
    KEEPING.get().change(pinned=DrawingSet.empty() if x is None else DrawingSet.empty().added(x, 0))


def keepsakes() -> None:
    """Let the browser keep what there is; call it once on every page."""
    AWAITED.clear()
    _keep(_known())


@st.fragment
def _keep(shown: tuple[object, ...]) -> None:
    """Hear what the browser tells, and show the page anew if it shows anything else.

    Mostly it does not, and a page need not be made twice at its first visit.
    """
    data = {**KEEPING.get().answer(), "visitor": VISITOR.get()}
    _mount(key=Component.KEEPSAKES, data=data, on_told_change=_receive)
    if _known() != shown or (AWAITED.get() and KEEPING.get().heard):
        st.rerun()


def _known() -> tuple[object, ...]:
    """Return what a page may show of what the browser has told."""
    kept = KEEPING.get()
    sets = tuple(kept.sets.items())
    return sets, kept.no_room, kept.course, kept.problem, kept.unread


def _receive() -> None:
    """Take what the browser tells, and say so if it keeps nothing."""
    kept, told = KEEPING.get(), Component.KEEPSAKES.told("told")
    kept.receive(told)
    visitor = told.get("visitor")
    if isinstance(visitor, str) and VISITOR_ID.fullmatch(visitor):
        adopt(visitor)
    if kept.problem and any(map(len, kept.sets.values())):
        st.toast(problem(), icon=":material/error:")


def problem() -> str:
    """Return why the browser keeps nothing, and what to do."""
    return T("mine.storage_full") if KEEPING.get().problem == "full" else T("mine.storage_off")
