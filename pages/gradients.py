"""The Gradients page: six ways to see what a gradient is, and why backpropagation won."""

from __future__ import annotations

from typing import Any

import streamlit as st

from pages.language import T
from pages.panels.bugs import bugs
from pages.panels.leading import at_last_stage, lead_on
from pages.panels.lens import lens
from pages.panels.microscope import microscope
from pages.panels.race import race
from pages.panels.scaling import scaling
from pages.panels.without_backprop import without_backprop
from pages.platform.choice import choose_one
from pages.platform.first_visit import run_page
from pages.session import current_pair, current_race, current_scaling
from pages.state import NUMERICAL_ID, PANEL, RACE_ID, SCALING_ID, clear_link, one_of
from simplenet.jobs import Job

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

LEADING = ("lens", "bugs")
"""The panels where nothing waits to be started: the way on is what to do next."""

JOBS = {"race": RACE_ID, "scaling": SCALING_ID, "without": NUMERICAL_ID}
"""The jobs of the panels that have one."""


def page() -> None:
    """Show the page."""
    st.markdown(T("gradients.intro"))
    panel = choose_panel()
    PANELS[panel]()
    lead_on(panel, primary=panel in LEADING or ended(panel))


def ended(panel: str) -> bool:
    """Return whether a panel has shown what it can: its work is done, or its last stage is seen."""
    if panel == "microscope":
        return at_last_stage()
    if panel == "race":
        return all_ended(current_race())
    return all_ended(current_scaling()) if panel == "scaling" else all_ended(*current_pair())


def all_ended(*jobs: Job[Any, Any] | None) -> bool:
    """Return whether all of these were started and have ended."""
    return all(job is not None and job.ended for job in jobs)


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
