"""The Train page: set the recipe, click Train, watch the curves, keep the network."""

from __future__ import annotations

import streamlit as st

from pages.language import T
from pages.platform.first_visit import run_page
from pages.platform.place import place
from pages.session import current_run, follow, jobs
from pages.training.keeping import keep
from pages.training.pinned import pinned_digit
from pages.training.progress import curves, done, metrics, show_error, status_text, vanished
from pages.training.recipe import entered, name_choices, recipe, set_recipe
from simplenet.jobs import Job
from simplenet.runs import TrainingRun
from simplenet.training import TrainingConfig

REFRESH_S = 0.4
PAUSED_REFRESH_S = 2.0

PACES = ("full", "slow", "step")


def page() -> None:
    """Show the page."""
    st.markdown(T("train.intro"))
    job = current_run()
    if "pace" not in st.session_state:  # A new visitor, perhaps by the address of a run.
        st.session_state.pace = job.pace if job else "full"
        set_recipe(job.work if job else TrainingRun())
    shown = buttons_for(job)
    run = recipe()
    controls(run, job, shown)
    refresh_s = {"live": REFRESH_S, "paused": PAUSED_REFRESH_S, "ended": None}[shown]
    st.fragment(progress, run_every=refresh_s)(job, run, shown)
    if job and job.ended and job.state:
        keep(job)


def controls(run: TrainingRun | None, job: Job | None, shown: str) -> None:
    """Show the buttons that steer a training."""
    live = shown != "ended"
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            T("train.train"),
            type="primary",
            icon=":material/play_arrow:",
            disabled=live or run is None,
            on_click=start,
            key="train",
        )
        if shown == "paused" and job.pace != "step":
            st.button(T("train.resume"), icon=":material/resume:", on_click=job.resume, key="hold")
        elif live and job.pace == "step":
            st.button(T("train.step"), icon=":material/step:", on_click=job.step, key="step")
        else:
            st.button(
                T("train.pause"),
                icon=":material/pause:",
                disabled=not live,
                on_click=job.pause if job else None,
                key="hold",
            )
        st.button(
            T("train.stop"),
            icon=":material/stop:",
            disabled=not live or job.stopping,
            on_click=job.stop if job else None,
            key="stop",
        )
        st.segmented_control(
            T("train.pace"),
            PACES,
            default=PACES[0],
            required=True,
            format_func={
                "full": T("train.pace_full"),
                "slow": T("train.pace_slow"),
                "step": T("train.pace_step"),
            }.__getitem__,
            key="pace",
            label_visibility="collapsed",
            on_change=set_pace,
            args=(job,),
            persist_state="session",
        )


def start() -> None:
    """Start a training, unless the visitor has one: a second click changes nothing."""
    name_choices()
    job, run = jobs().get(st.session_state.get("run")), entered()
    if run and (job is None or (job.ended and not job.is_new)):
        follow(jobs().start(run, pace=st.session_state.pace), "run")
        st.query_params["run"] = st.session_state.run


def set_pace(job: Job | None) -> None:
    """Have a training go on at the pace that was chosen."""
    if job:
        job.pace = st.session_state.pace


def progress(job: Job | None, run: TrainingRun | None, shown: str) -> None:
    """Show how far a training is; this part of the page runs again and again."""
    if job is None:
        st.progress(0.0, text=T("train.ready"))
        metrics([])
        curves([], "", run.training.iterations if run else TrainingConfig().iterations)
        pinned_digit(None)
        return
    if not job.ended:
        job.wait_for_records(timeout_s=REFRESH_S)
    records = list(job.records)
    st.progress(done(records) / job.work.training.iterations, text=status_text(job, records))
    with place():
        if job.error:
            show_error(job.error)
    metrics(records)
    with place():
        vanished(records)
    curves(records, job.id, job.work.training.iterations)
    pinned_digit(job)
    if buttons_for(job) != shown:
        st.rerun()  # The buttons are outside of the part that runs again and again.


def buttons_for(job: Job | None) -> str:
    """Return what the buttons depend on."""
    if job is None or job.ended:
        return "ended"
    return "paused" if job.status == "paused" else "live"


run_page(page)
