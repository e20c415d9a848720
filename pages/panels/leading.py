"""What comes after a panel: each ends in the question that the next one answers."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.language import T
from pages.panels.bugs import RIDDLE
from pages.state import (
    BUG,
    CHALLENGE,
    LEARN_PART,
    PANEL,
    SCOPE_STAGE,
    Place,
    Widget,
    clear_link,
)
from simplenet.study.microscope import STAGES

AFTER = {
    "microscope": "lens",
    "lens": "race",
    "race": "without",
    "without": "scaling",
    "scaling": "bugs",
}
"""The panel after each; the last one leads to a riddle, and the riddle to the challenges."""


def lead_on(panel: str, *, primary: bool) -> None:
    """Show the question that a panel leaves open, and the button to where it is answered.

    Parameters
    ----------
    panel : str
    primary : bool
        Whether that is what to do now: not while something of the panel waits to be started.
    """
    solving = panel == "bugs" and BUG.get() == RIDDLE
    question, words = _question("riddle" if solving else panel)
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=Place.LEAD_ON):
        st.markdown(question)
        pressed = st.button(
            words,
            type="primary" if primary else "secondary",
            icon=":material/arrow_forward:",
            key=Widget.RIDDLE_NEXT if solving else Widget.PANEL_NEXT,
            on_click=None if solving else way_on(panel),
        )
    if pressed and solving:
        LEARN_PART.set("challenges")
        CHALLENGE.clear()
        st.switch_page("pages/learn.py")


def way_on(panel: str) -> Callable[[], None]:
    """Return what opens what comes after a panel."""

    def go() -> None:
        clear_link()  # What this panel shows is no part of the next one's link.
        if panel in AFTER:
            PANEL.set(AFTER[panel])
        else:
            BUG.set(RIDDLE)

    return go


def at_last_stage() -> bool:
    """Return whether the microscope shows the last stage of the step."""
    return SCOPE_STAGE.get() == STAGES[-1].name


def _question(ending: str) -> tuple[str, str]:
    """Return the question that a panel ends with, and the words of its button."""
    return {
        "microscope": (T("lead.microscope"), T("lead.to_lens")),
        "lens": (T("lead.lens"), T("lead.to_race")),
        "race": (T("lead.race"), T("lead.to_without")),
        "without": (T("lead.without"), T("lead.to_scaling")),
        "scaling": (T("lead.scaling"), T("lead.to_bugs")),
        "bugs": (T("lead.bugs"), T("bugs.riddle")),
        "riddle": (T("lead.riddle"), T("lead.to_challenges")),
    }[ending]
