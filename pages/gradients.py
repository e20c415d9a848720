"""The Gradients page: six ways to see what a gradient is, and why backpropagation won."""

from __future__ import annotations

import streamlit as st

from pages.language import T
from pages.panels.bugs import bugs
from pages.panels.lens import lens
from pages.panels.microscope import microscope
from pages.panels.race import race
from pages.panels.scaling import scaling
from pages.panels.without_backprop import without_backprop
from pages.platform.choice import choose_one
from pages.platform.first_visit import run_page
from pages.state import NUMERICAL_ID, PANEL, RACE_ID, SCALING_ID, clear_link, one_of

PANELS = {
    "microscope": microscope,
    "lens": lens,
    "race": race,
    "without": without_backprop,
    "scaling": scaling,
    "bugs": bugs,
}
"""In the order of the questions: what is one step, what is a slope, why backpropagation, and how
does one know that it is right."""

JOBS = {"race": RACE_ID, "scaling": SCALING_ID, "without": NUMERICAL_ID}
"""The jobs of the panels that have one."""


def page() -> None:
    """Show the page."""
    st.markdown(T("gradients.intro"))
    PANELS[choose_panel()]()


def choose_panel() -> str:
    """Show the choice of a panel, and return it; the address keeps it, for a link."""
    names = {
        "microscope": T("gradients.microscope"),
        "lens": T("gradients.lens"),
        "race": T("gradients.race"),
        "without": T("gradients.without"),
        "scaling": T("gradients.scaling"),
        "bugs": T("gradients.bugs"),
    }
    PANEL.open(one_of(PANELS))
    if not PANEL.is_set():
        for panel, job in JOBS.items():  # A link that names a job means its panel.
            if job.is_in_link():
                PANEL.set(panel)
    # What another panel shows is no part of this one's link.
    return choose_one(PANEL, T("gradients.panel"), names, labelled=False, on_change=clear_link)


run_page(page)
