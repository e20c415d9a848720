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

from pages.state import (
    BACKPROP_ID,
    LOST,
    MAPPING_ID,
    NUMERICAL_ID,
    RACE_ID,
    RUN_ID,
    SCALING_ID,
    TUNED_ID,
    TUNING_ID,
    JobId,
)
from simplenet.jobs import Job, Jobs, Work
from simplenet.jobs.workers import EARLY_S
from simplenet.runs import TrainingRun, warm_up
from simplenet.runs.comparison import Comparison, GradientComparison
from simplenet.runs.finetuning import FineTuning, Lesson
from simplenet.runs.mapping import Mapping, MapRecord
from simplenet.runs.scaling import Scaling, Timing
from simplenet.training import History

logger = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=Work)

TrainingJob: TypeAlias = Job[TrainingRun, History]
RaceJob: TypeAlias = Job[GradientComparison, list[Comparison]]
ScalingJob: TypeAlias = Job[Scaling, list[Timing]]
MappingJob: TypeAlias = Job[Mapping, list[MapRecord]]
FineTuningJob: TypeAlias = Job[FineTuning, list[Lesson]]

SOON = ("pages.figures.gradients", "simplenet.ink", "simplenet.study.evidence", "distributed")
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


def current(kind: type[Kind], followed: JobId) -> Job[Kind, Any] | None:
    """Return the visitor's job of a kind, and keep its id in the address of the page."""
    job = jobs().get(followed.get())
    if job is None or not isinstance(job.work, kind):
        if followed.is_in_link():
            LOST.get().add(followed.name)  # The page says so.
        followed.clear()
        return None
    LOST.get().discard(followed.name)
    followed.set(job.id)
    return job


def current_run() -> TrainingJob | None:
    """Return the training that the visitor follows."""
    return current(TrainingRun, RUN_ID)


def current_race() -> RaceJob | None:
    """Return the comparison that the visitor follows."""
    return current(GradientComparison, RACE_ID)


def current_scaling() -> ScalingJob | None:
    """Return the measurements that the visitor follows."""
    return current(Scaling, SCALING_ID)


def current_mapping() -> MappingJob | None:
    """Return the map of a hidden layer that the visitor follows."""
    return current(Mapping, MAPPING_ID)


def current_pair() -> tuple[TrainingJob | None, TrainingJob | None]:
    """Return the two trainings that the visitor compares: without backprop, and with it."""
    numerical = current(TrainingRun, NUMERICAL_ID)
    if numerical is None:  # They were started together, and are lost together: that is said once.
        BACKPROP_ID.clear()
        return None, None
    return numerical, current(TrainingRun, BACKPROP_ID)


def current_tuning() -> FineTuningJob | None:
    """Return the fine-tuning that the visitor has not decided about."""
    return current(FineTuning, TUNING_ID)


def current_tuned() -> FineTuningJob | None:
    """Return the fine-tuning that the visitor has kept."""
    return current(FineTuning, TUNED_ID)
