"""The training before, behind the curves of the one that is followed."""

from __future__ import annotations

import streamlit as st

from pages.before import Before
from pages.language import T
from pages.session import TrainingJob
from pages.state import BEFORE, Widget
from pages.training.naming import described, differences
from simplenet.runs import TrainingRun


def put_behind(job: TrainingJob) -> None:
    """Keep the curves of a training that has ended, for the next one."""
    if job.ended and len(job.records) > 1:
        BEFORE.set(Before.of(job.id, job.work, job.records.now()))


def behind(job: TrainingJob | None) -> Before | None:
    """Return the training whose curves are behind, if it is another one than the one followed."""
    before = BEFORE.get()
    if before is None or job is None or before.job_id == job.id:
        return None
    begins = job.work.start
    return None if begins and begins.follows == before.job_id else before  # It is there already.


def short_name(before: Before, run: TrainingRun) -> str:
    """Return the first setting in which a training before differs, for the legend of a chart."""
    different = differences(before.run, run)
    if not different:
        return T("before.same")
    first = dict([next(iter(different.items()))])
    return described(first) + (" …" if len(different) > 1 else "")


def told(before: Before, run: TrainingRun) -> None:
    """Say what the gray curves are, and offer to forget them."""
    different = differences(before.run, run)
    what = described(different) if different else T("before.same")
    with st.container(gap=None):
        st.caption(T("before.gray", what=what))
        st.button(
            T("before.forget"),
            key=Widget.FORGET,
            icon=":material/close:",
            type="tertiary",
            on_click=BEFORE.clear,
        )
