"""What goes on in the background, on a page: started once, followed, and stopped."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import streamlit as st

from pages.language import T
from pages.platform.clock import CLOCK, show_by_clock
from pages.session import found, jobs, me, steers
from pages.state import NO_ROOM, JobId, Widget
from simplenet.jobs import Job, NoRoomError, Pace, Work

REFRESH_S = 0.4

PAUSED_S, WAITING_S, RESTING_S = 2.0, 1.0, 8.0
"""How often it is looked whether a job goes on: one that is paused, and one that waits for a core.
Of several parts of a page, only the one that leads looks so often, and wakes the others."""

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

    Where there is no room for all of it, none is started, and the page says why.

    Parameters
    ----------
    works : mapping of JobId to Work
        By what their ids are kept as. Several are one thing for the visitor.
    pace : {"full", "slow", "step"}
    """
    old = [found(followed) for followed in works]
    if any(job and steers(job) and (not job.ended or job.is_new) for job in old):
        return
    started: list[Job[Any, Any]] = []
    try:
        for work in works.values():
            started.append(jobs().start(work, pace, me()))
    except NoRoomError as error:
        NO_ROOM.set((error.of, error.most))
        for job in started:
            job.stop()
        return
    NO_ROOM.clear()
    for followed, job in zip(works, started, strict=True):
        followed.set(job.id)


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
            type="primary" if primary and not live else "secondary",
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
    leads: bool = True,
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
        How often it is shown while they are live, in seconds; less often where many look on.
    leads : bool
        Whether it is the part of the page that waits for the first record of jobs that have begun,
        and looks when those that rest go on.
    """

    def part() -> None:
        for job in followed:
            if job and not job.ended:
                jobs().hold(job)
                if leads:
                    job.look_s = live_s * CLOCK.slower()
                    if _begins(job):
                        job.wait_for_records(timeout_s=live_s)
        show()
        if phase(*followed) != shown:
            st.rerun()

    def every_s() -> float:
        if any(job and (job.status == "running" or job.is_new) for job in followed):
            return live_s
        if not leads:
            return RESTING_S
        return PAUSED_S if shown == "paused" else max(WAITING_S, live_s)

    show_by_clock(part, None if shown == "ended" else every_s)


def _begins(job: Job[Any, Any]) -> bool:
    """Return whether a job has begun, or is new and the next to get a core."""
    return job.status == "running" or (job.is_new and job.place == 1)
