"""Brings a part of a page into sight once it is chosen: a Streamlit component."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from pages.state import Component

_mount = st.components.v2.component(
    "in_sight",
    html='<div class="in-sight" aria-hidden="true"></div>',
    css=".in-sight { height: 1px; }",
    js=Path(__file__).with_name("in_sight.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def in_sight(part: str, start: str, *, first: bool, whole: bool) -> None:
    """Mark the end of a part of a page: what is above it is seen once it was chosen.

    Parameters
    ----------
    part : str
        Which part is shown. Nothing moves while it stays the same.
    start : str
        The key of what the part starts with.
    first : bool
        Whether it is brought into sight also where the page has just come.
    whole : bool
        Whether it is to be seen down to this mark; or only what it starts with.
    """
    _mount(
        key=Component.IN_SIGHT,
        data={"part": part, "start": start, "first": first, "whole": whole},
    )
