"""The page My runs: the runs of this browser, a sweep, or some of anybody's runs compared."""

from __future__ import annotations

import streamlit as st

from pages.kept.bringing import bring
from pages.kept.changing import unwritten
from pages.kept.chosen import actions, another, deleted
from pages.kept.comparing import compared
from pages.kept.sweep import sweep_shown
from pages.kept.sweep_form import sweep_form
from pages.kept.sweeps import several, sweeps
from pages.kept.table import example, table
from pages.language import T
from pages.language.text import quoted
from pages.language.words import megabytes
from pages.platform.clock import show_by_clock
from pages.platform.first_visit import run_page
from pages.platform.place import place
from pages.publishing import own_networks
from pages.session import me, store
from pages.state import COMPARE, NEW, SWEEP, RunIds, sweep_id
from simplenet.runs.store import Summary

REFRESH_S = 2.0
"""How often the list is looked at while something goes on."""


def page() -> None:
    """Show the page."""
    if store().problem:
        words = T("runs.not_kept", why=quoted(store().problem))
        st.warning(words, icon=":material/database_off:")
    with place():
        unwritten()
    COMPARE.open(RunIds.of)
    ids = COMPARE.get()
    COMPARE.keep(ids)
    SWEEP.open(sweep_id)
    sweep = SWEEP.get()
    SWEEP.keep(sweep)
    if ids:
        compared(ids)
        return
    if sweep:
        sweep_form() if sweep == NEW else sweep_shown(sweep)
        return
    above, below = place(), place()
    with below:
        bring()  # First: what it brings is in the list.
    with above:
        listed()


def listed() -> None:
    """Show the visitor's runs, and what can be done with them."""
    runs = store().runs_of(me())
    with place():
        deleted()
    if not runs:
        with st.container(border=True):
            st.markdown(T("runs.none"))
            with st.container(horizontal=True):
                another()
                several()
        example()
        with place():
            own_networks()
        return
    st.markdown(T("runs.intro"))
    with place():
        sweeps(runs)
    single = [run for run in runs if not run.sweep]
    with place():
        if single:
            chosen = table(single)
            with place():
                actions(chosen)
        else:
            another()
    takes = sum(run.size for run in runs)
    st.caption(
        T(
            "runs.room",
            n=len(runs),
            takes=megabytes(takes),
            most=megabytes(store().limits.visitor_bytes),
        )
    )
    with place():
        own_networks()
    if any(run.ended is None and not run.held for run in runs):
        show_by_clock(lambda: refresh(runs), lambda: REFRESH_S)


def refresh(shown: list[Summary]) -> None:
    """Show the page anew once the visitor's runs are others than those shown, or further."""
    if store().runs_of(me()) != shown:
        st.rerun()


run_page(page)
