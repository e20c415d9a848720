"""The sweeps of a visitor: their list, and the ways to a new one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from pages.language import T
from pages.state import COMPARE, NEW, SWEEP, Widget, sweep_key
from pages.training.naming import in_words
from simplenet.runs.store import Summary
from simplenet.runs.sweep import Axes, Point, axes_of, points, ranking

LISTED = 5
"""Sweeps that are seen; older ones are folded."""


def sweeps(runs: Sequence[Summary]) -> None:
    """Show the sweeps among a visitor's runs, the newest first, and the way to a new one."""
    found: dict[str, list[Summary]] = {}
    for run in runs:
        if run.sweep:
            found.setdefault(run.sweep, []).append(run)
    if found:
        st.markdown(T("sweep.sweeps"))
    with st.container(gap="xsmall"):
        for sweep, its in list(found.items())[:LISTED]:
            way_to(sweep, its)
    several()
    if len(found) > LISTED:
        with st.expander(T("sweep.older")):
            for sweep, its in list(found.items())[LISTED:]:
                way_to(sweep, its)


def way_to(sweep: str, runs: Sequence[Summary]) -> None:
    """Show the button that opens a sweep, with what came of it."""
    axes, found = outcome(runs)
    done, best = sum(run.ended is not None for run in runs), ranking(found)
    values = {"names": names_of(axes), "done": done, "all": len(runs)}
    st.button(
        T("sweep.button_best", mean=f"{best[0].mean:.2%}", **values)
        if best
        else T("sweep.button", **values),
        icon=":material/grid_on:",
        type="tertiary",
        key=sweep_key(sweep),
        on_click=SWEEP.set,
        args=(sweep,),
    )


def outcome(runs: Sequence[Summary]) -> tuple[Axes, list[Point]]:
    """Return what varies between the runs of a sweep, and the points of its grid."""
    axes = axes_of(run.settings for run in runs)
    scores = [run.result.test_accuracy if run.ended == "finished" else None for run in runs]
    return axes, points(axes, zip((run.settings for run in runs), scores, strict=True))


def names_of(axes: Axes) -> str:
    """Return what varies, in words."""
    return " × ".join(label(name, values[0])[0] for name, values in axes.items())


def label(name: str, value: object) -> tuple[str, str]:
    """Return what a setting and its value are called."""
    return in_words({name: value})[0]


def several() -> None:
    """Lead on to a new sweep."""
    st.button(
        T("sweep.menu"),
        icon=":material/grid_on:",
        key=Widget.SWEEP_NEW,
        on_click=new_sweep,
    )


def new_sweep() -> None:
    """Show the fields of a new sweep, wherever the page My runs was."""
    COMPARE.clear()
    COMPARE.keep(None)
    SWEEP.set(NEW)


def back() -> None:
    """Show the button that leads back to the list."""
    st.button(T("sweep.back"), icon=":material/arrow_back:", key=Widget.SWEEP_BACK, on_click=leave)


def leave() -> None:
    """Go back to the list."""
    SWEEP.clear()
    SWEEP.keep(None)


def sweep_link() -> None:
    """Lead from the Train page to a new sweep of its recipe."""
    if st.button(T("sweep.menu"), icon=":material/grid_on:", key=Widget.SWEEP_LINK):
        new_sweep()
        st.switch_page("pages/runs.py")
