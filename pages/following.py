"""What goes on in the background, on a page: started once, followed, and stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import streamlit as st

from pages.language import T
from pages.session import found, jobs, steers
from pages.state import VISITOR, JobId, Widget
from simplenet.jobs import Job, Pace, Work

REFRESH_S = 0.4
PAUSED_REFRESH_S = 2.0

Phase = Literal["live", "paused", "ended"]
"""What the buttons depend on."""


def phase(*followed: Job[Any, Any] | None) -> Phase:
    """Return what the jobs do that a page follows; none is as one that has ended."""
    live = [job for job in followed if job and not job.ended]
    if not live:
        return "ended"
    return "paused" if all(job.status == "paused" for job in live) else "live"


def start(works: Mapping[JobId, Work], pace: Pace = "full") -> None:
    """Start work for the visitor, unless it goes on already: a second click changes nothing.

    Parameters
    ----------
    works : mapping of JobId to Work
        By what their ids are kept as. Several are one thing for the visitor.
    pace : {"full", "slow", "step"}
    """
    old = [found(followed) for followed in works]
    if any(job and steers(job) and (not job.ended or job.is_new) for job in old):
        return
    for followed, work in works.items():
        followed.set(jobs().start(work, pace, VISITOR.get()).id)


def start_and_stop(
    keys: tuple[Widget, Widget],
    label: str,
    icon: str,
    on_start: Callable[[], None],
    *followed: Job[Any, Any] | None,
    ready: bool = True,
    primary: bool = True,
) -> None:
    """Show the two buttons of jobs: one starts them, where all is ready, and one stops them."""
    live = [job for job in followed if job and not job.ended and steers(job)]
    start_key, stop_key = keys

    def stop() -> None:
        for job in live:
            job.stop()

    with st.container(horizontal=True):
        st.button(
            label,
            type="primary" if primary else "secondary",
            icon=icon,
            key=start_key,
            disabled=bool(live) or not ready,
            on_click=on_start,
        )
        st.button(
            T("train.stop"),
            icon=":material/stop:",
            key=stop_key,
            disabled=all(job.stopping for job in live),
            on_click=stop,
        )


def again_and_again(
    show: Callable[[], None],
    shown: Phase,
    *followed: Job[Any, Any] | None,
    live_s: float = REFRESH_S,
) -> None:
    """Show how far jobs are for as long as they go on.

    Parameters
    ----------
    show : callable
        Shows a part of the page, which runs again and again.
    shown : {"live", "paused", "ended"}
        What the rest of the page shows the jobs do. It is shown anew once they do something else.
    *followed : Job or None
    live_s : float
        How often it is shown while they are live, in seconds.
    """

    def part() -> None:
        for job in followed:
            if job and not job.ended:
                jobs().hold(job)
                job.wait_for_records(timeout_s=live_s)
        show()
        if phase(*followed) != shown:
            st.rerun()

    refresh_s = {"live": live_s, "paused": PAUSED_REFRESH_S, "ended": None}
    st.fragment(part, run_every=refresh_s[shown])()
