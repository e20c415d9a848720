"""Training further: a new run that goes on from one that has ended."""

from __future__ import annotations

import numpy as np
import streamlit as st

from pages.before import Before
from pages.following import start
from pages.language import T
from pages.language.words import count
from pages.session import TrainingJob, training_of_id
from pages.state import PACE, RUN_ID, Widget, more_field
from pages.training.recipe import set_recipe
from simplenet.runs import LIMITS, going_on


def further(job: TrainingJob, leads: bool = False, elsewhere: bool = False) -> None:
    """Offer to train a network further that has ended, at first by as many iterations again.

    Parameters
    ----------
    job : Job
    leads : bool
        Whether it may be what comes next on the page.
    elsewhere : bool
        Whether this is another page than Train, which a click leads to.
    """
    done = job.state.last.iteration
    most = int(LIMITS["iterations"][1]) - done
    if most < 1:
        return
    more = more_field(job.id)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            T("further.more"),
            1,
            most,
            min(max(done - job.work.begins_at, 1), most),
            key=more.name,
            help=T("further.help"),
            width=162,
        )
        clicked = st.button(
            T("further.go_on"),
            type="primary" if leads else "secondary",
            key=Widget.FURTHER,
            icon=":material/fast_forward:",
            on_click=go_on,  # Before the page is shown: whatever is clicked next, it has begun.
            args=(job,),
            disabled=more.get() is None,
        )
    if clicked and elsewhere:
        st.switch_page("pages/train.py")


def go_on(job: TrainingJob) -> None:
    """Start the run that goes on from another, and follow it, with its recipe in the fields."""
    run = going_on(job.work, job.id, job.state, more_field(job.id).get() or 1)
    RUN_ID.set(job.id)  # Not what else goes on: this is one more.
    start({RUN_ID: run}, PACE.get())
    if RUN_ID.get() != job.id:
        set_recipe(run)


def where_from(job: TrainingJob) -> None:
    """Say from which training another one goes on, if it does, and link to it."""
    begins = job.work.start
    if begins is None:
        return
    if training_of_id(begins.follows) is None:
        st.caption(T("further.lost", iteration=count(begins.from_iteration)))
        return
    st.page_link(
        "pages/train.py",
        label=T("further.from"),
        icon=":material/history:",
        query_params={RUN_ID.name: begins.follows},
    )


def earlier(job: TrainingJob | None) -> Before | None:
    """Return the curves of all trainings that one goes on from, as one; None if none is kept."""
    parts: list[Before] = []
    begins = job.work.start if job else None
    while begins and (old := training_of_id(begins.follows)):
        parts.insert(0, _thinned(old.id, old))
        begins = old.work.start
    if not parts:
        return None
    names = ("evaluated", "test_accuracy", "at", "loss")
    whole = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
    return Before(parts[-1].job_id, parts[-1].run, **whole)


@st.cache_resource(show_spinner=False, max_entries=50)
def _thinned(job_id: str, _job: TrainingJob) -> Before:
    """Return the curves of a training that has ended, made once."""
    return Before.of(job_id, _job.work, _job.records.now())
