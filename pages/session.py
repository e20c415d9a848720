"""The runs that a visitor follows, and the jobs of the server."""

from __future__ import annotations

import gc
import logging
import os
import threading
from importlib import import_module
from time import sleep
from typing import Any, TypeAlias, TypeVar

import streamlit as st
from threadpoolctl import threadpool_limits

from simplenet.jobs import Job, Jobs, Work
from simplenet.jobs.workers import EARLY_S
from simplenet.runs import TrainingRun, warm_up
from simplenet.runs.comparison import Comparison, GradientComparison
from simplenet.runs.finetuning import FineTuning, Lesson
from simplenet.runs.scaling import Scaling, Timing
from simplenet.training import Record

logger = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=Work)

TrainingJob: TypeAlias = Job[TrainingRun, Record]
RaceJob: TypeAlias = Job[GradientComparison, Comparison]
ScalingJob: TypeAlias = Job[Scaling, Timing]
FineTuningJob: TypeAlias = Job[FineTuning, Lesson]

SOON = ("pages.figures.training", "simplenet.ink", "simplenet.study.evidence", "distributed")
"""What is imported before the first click wants it: all that a first page can do without."""

TIDY_S = 20.0
"""How often all garbage is collected, as opposed to the little that is new."""


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the jobs of this server; the first call starts the workers in the background."""
    # Two threads would only wait for each other, while the trainings have the cores.
    threadpool_limits(limits=1, user_api="blas")
    settling = threading.Timer(EARLY_S, _settle)
    settling.daemon = True
    settling.start()
    return Jobs(os.environ.get("SIMPLENET_SCHEDULER"), warm_up=warm_up)


def _settle() -> None:
    """Make the next pages quick, once the first one is out."""
    try:
        for name in SOON:
            import_module(name)
    except Exception:
        if threading.main_thread().is_alive():  # Otherwise the server is being stopped.
            logger.exception("settling")
    # Streamlit collects garbage after every run of a page, before it sends the last of its answer:
    # 100 ms if it looks through all modules and all records each time. So they are set aside.
    while True:
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        sleep(TIDY_S)


def current(kind: type[Kind], parameter: str) -> Job[Kind, Any] | None:
    """Return the visitor's job of a kind, and keep its id in the address of the page.

    The address counts first: so a reload, a second tab and a shared link find the job again.
    """
    state = st.session_state
    job = jobs().get(st.query_params.get(parameter) or state.get(parameter))
    if job is None or not isinstance(job.work, kind):
        if parameter in st.query_params:
            del st.query_params[parameter]
            state.lost.add(parameter)  # The page says so.
        state.pop(parameter, None)
        return None
    state.lost.discard(parameter)
    follow(job, parameter)
    st.query_params[parameter] = job.id
    return job


def follow(job: Job[Any, Any], parameter: str) -> None:
    """Make a job the visitor's."""
    st.session_state[parameter] = job.id


def current_run() -> TrainingJob | None:
    """Return the training that the visitor follows; its id is `run` in the address."""
    return current(TrainingRun, "run")


def current_race() -> RaceJob | None:
    """Return the comparison that the visitor follows; its id is `race` in the address."""
    return current(GradientComparison, "race")


def current_scaling() -> ScalingJob | None:
    """Return the measurements that the visitor follows; their id is `scaling` in the address."""
    return current(Scaling, "scaling")


def current_pair() -> tuple[TrainingJob | None, TrainingJob | None]:
    """Return the two trainings that the visitor compares: without backprop, and with it.

    Their ids are `numerical` and `backprop` in the address.
    """
    numerical = current(TrainingRun, "numerical")
    if numerical is None:  # They were started together, and are lost together: that is said once.
        st.query_params.pop("backprop", None)
        st.session_state.pop("backprop", None)
        return None, None
    return numerical, current(TrainingRun, "backprop")


def current_tuning() -> FineTuningJob | None:
    """Return the fine-tuning that the visitor has not decided about; `tuning` in the address."""
    return current(FineTuning, "tuning")


def current_tuned() -> FineTuningJob | None:
    """Return the fine-tuning that the visitor has kept; its id is `tuned` in the address."""
    return current(FineTuning, "tuned")
