"""The page My runs: the runs of this browser, or some of anybody's compared."""

from __future__ import annotations

import streamlit as st

from pages.kept.bringing import bring
from pages.kept.chosen import actions, another, deleted
from pages.kept.comparing import compared
from pages.kept.table import table
from pages.language import T
from pages.language.text import quoted
from pages.platform.first_visit import run_page
from pages.platform.place import place
from pages.session import store
from pages.state import COMPARE, VISITOR, RunIds

MEGA = 1_000_000


def page() -> None:
    """Show the page."""
    if store().problem:
        words = T("runs.not_kept", why=quoted(store().problem))
        st.warning(words, icon=":material/database_off:")
    COMPARE.open(RunIds.of)
    ids = COMPARE.get()
    COMPARE.keep(ids)
    if ids:
        compared(ids)
        return
    above, below = place(), place()
    with below:
        bring()  # First: what it brings is in the list.
    with above:
        listed()


def listed() -> None:
    """Show the visitor's runs, and what can be done with them."""
    runs = store().runs_of(VISITOR.get())
    with place():
        deleted()
    if not runs:
        with st.container(border=True):
            st.markdown(T("runs.none"))
            another()
        return
    st.markdown(T("runs.intro"))
    chosen = table(runs)
    with place():
        actions(chosen)
    takes = sum(run.size for run in runs)
    st.caption(
        T(
            "runs.room",
            n=len(runs),
            takes=f"{takes / MEGA:.0f}",
            most=f"{store().limits.visitor_bytes / MEGA:.0f}",
        )
    )


run_page(page)
