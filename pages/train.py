"""The Train page: set the recipe, click Train, watch the curves, keep the network."""

from __future__ import annotations

import streamlit as st

from pages.following import Phase, again_and_again, phase, start
from pages.language import T
from pages.platform.first_visit import run_page
from pages.platform.place import place
from pages.session import TrainingJob, current_run
from pages.state import PACE, RUN_ID, Widget
from pages.training.keeping import keep
from pages.training.pinned import pinned_digit
from pages.training.progress import curves, done, metrics, show_error, status_text, vanished
from pages.training.recipe import entered, name_choices, recipe, set_recipe
from simplenet.jobs import Pace
from simplenet.runs import TrainingRun
from simplenet.training import History

PACES: tuple[Pace, ...] = ("full", "slow", "step")


def page() -> None:
    """Show the page."""
    st.markdown(T("train.intro"))
    job = current_run()
    if not PACE.is_set():  # A new visitor, perhaps by the address of a run.
        PACE.set(job.pace if job else PACE.default)
        set_recipe(job.work if job else TrainingRun())
    shown = phase(job)
    run = recipe()
    controls(run, job, shown)
    again_and_again(lambda: progress(job, run), shown, job)
    if job and job.ended and job.state:
        keep(job)


def controls(run: TrainingRun | None, job: TrainingJob | None, shown: Phase) -> None:
    """Show the buttons that steer a training."""
    live = job if shown != "ended" else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            T("train.train"),
            type="primary",
            icon=":material/play_arrow:",
            disabled=live is not None or run is None,
            on_click=train,
            key=Widget.TRAIN,
        )
        if live and shown == "paused" and live.pace != "step":
            st.button(
                T("train.resume"),
                icon=":material/resume:",
                on_click=live.resume,
                key=Widget.HOLD,
            )
        elif live and live.pace == "step":
            st.button(T("train.step"), icon=":material/step:", on_click=live.step, key=Widget.STEP)
        else:
            st.button(
                T("train.pause"),
                icon=":material/pause:",
                disabled=live is None,
                on_click=live.pause if live else None,
                key=Widget.HOLD,
            )
        st.button(
            T("train.stop"),
            icon=":material/stop:",
            disabled=live is None or live.stopping,
            on_click=live.stop if live else None,
            key=Widget.STOP,
        )
        st.segmented_control(
            T("train.pace"),
            PACES,
            default=PACE.default,
            required=True,
            format_func={
                "full": T("train.pace_full"),
                "slow": T("train.pace_slow"),
                "step": T("train.pace_step"),
            }.__getitem__,
            key=PACE.name,
            label_visibility="collapsed",
            on_change=set_pace,
            args=(job,),
            persist_state="session",
        )


def train() -> None:
    """Start a training of the recipe."""
    name_choices()
    if run := entered():
        start({RUN_ID: run}, PACE.get())


def set_pace(job: TrainingJob | None) -> None:
    """Set the pace of a training to what was chosen."""
    if job:
        job.pace = PACE.get()


def progress(job: TrainingJob | None, run: TrainingRun | None) -> None:
    """Show how far a training is."""
    history = job.records.now() if job else History()
    shown = job.work if job else run or TrainingRun()
    iterations = shown.training.iterations
    words = status_text(job, history) if job else T("train.ready")
    st.progress(done(history) / iterations, text=words)
    with place():
        if job and job.error:
            show_error(job.error)
    metrics(history)
    with place():
        vanished(history)
    curves(history, job.id if job else "", iterations)
    pinned_digit(job)


run_page(page)
