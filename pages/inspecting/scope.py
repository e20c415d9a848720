"""The way from a test digit to the microscope."""

from __future__ import annotations

import streamlit as st

from pages.inspecting.look import Look, tested
from pages.language import T
from pages.moments import last_moment, snapshots_of
from pages.networks import RUN
from pages.session import current_run
from pages.state import (
    INSPECT_DIGIT,
    LAB_NETWORK,
    PANEL,
    SCOPE_SOURCE,
    SCOPE_STAGE,
    SCOPE_TEST,
    Widget,
    lab_moment_time,
)


def under_the_microscope(look: Look, key: Widget) -> None:
    """Say how the chosen digit is read, and lead to one step of learning from it."""
    y, labels = tested(look)
    row = INSPECT_DIGIT.get()
    read = int(y[row].argmax())
    st.markdown(
        T("inspect.digit", row=row, label=int(labels[row]), read=read, p=f"{y[row, read]:.1%}")
    )
    if st.button(
        T("inspect.scope"),
        icon=":material/biotech:",
        key=key,
        help=T("inspect.scope_help"),
    ):
        PANEL.set("microscope")
        LAB_NETWORK.set(look.choice)
        take_the_moment(look)
        SCOPE_SOURCE.set("test")
        SCOPE_TEST.set(row)
        SCOPE_STAGE.clear()
        st.switch_page("pages/gradients.py")


def take_the_moment(look: Look) -> None:
    """Choose the moment that is looked at for the Gradients page, too."""
    job = current_run()
    if look.choice == RUN and job:
        iterations = [iteration for iteration, _ in snapshots_of(job)]
        last = last_moment(iterations, job.work.training.iterations, job.ended)
        lab_moment_time(last).set(last if look.newest else look.iteration)
