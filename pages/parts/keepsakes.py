"""What a visitor's browser keeps: the own drawings and the pinned digit, and nobody else has them.

A hidden Streamlit component writes them to the browser's local storage, and reads them from there
when the page is loaded anew, or when another tab of the same browser has changed them.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from simplenet.drawings import DrawingSet, DrawingSetError

KEY, NAMES = "keepsakes", ("mine", "pinned")

_mount = st.components.v2.component(
    "keepsakes",
    html="<span hidden></span>",
    js=Path(__file__).with_name("keepsakes.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def mine() -> DrawingSet:
    """Return the visitor's own drawings."""
    return st.session_state.get("mine") or DrawingSet.empty()


def pinned() -> NDArray[np.uint8] | None:
    """Return the visitor's pinned digit, (784,), or None."""
    pin = st.session_state.get("pinned")
    return pin.pixels[0] if pin is not None and len(pin) else None


def keep_mine(drawings: DrawingSet) -> None:
    """Have these be the visitor's own drawings from now on."""
    _keep(mine=drawings)


def pin(x: NDArray[np.floating] | None) -> None:
    """Pin a digit, (1, 784) in [0, 1], or unpin the one that is."""
    # A set of one, under any label: so it is written down, and checked, like the others.
    _keep(pinned=DrawingSet.empty() if x is None else DrawingSet.empty().added(x, 0))


def keepsakes() -> None:
    """Have the browser keep what there is; once on every page."""
    state = st.session_state
    # Nothing is written before the visitor changed something: another tab may know better.
    _mount(
        key=KEY,
        data={"turn": state.get("keepsakes_turn", 0), "text": state.get("keepsakes_text", "")},
        on_found_change=_receive,
    )


def _keep(**changed: DrawingSet) -> None:
    """Change what is kept, and have the browser write it down."""
    state = st.session_state
    state.update(changed)
    state.keepsakes_turn = state.get("keepsakes_turn", 0) + 1
    kept = {name: state[name].to_text() for name in NAMES if name in state}
    state.keepsakes_text = json.dumps(kept)


def _receive() -> None:
    """Take what the browser has kept; what cannot be read is as good as not there."""
    state = st.session_state
    found = state[KEY].get("found") or {}
    try:
        kept = json.loads(found["text"])
        sets = {name: DrawingSet.from_text(kept[name]) for name in NAMES if name in kept}
    except (KeyError, TypeError, ValueError, DrawingSetError):
        return
    if not found.get("other_tab"):
        # Just loaded: whoever was quicker than the storage loses nothing.
        if "mine" in sets:
            sets["mine"] = sets["mine"].merged(mine())
        if state.get("pinned") is not None:
            sets.pop("pinned", None)
    state.update(sets)
