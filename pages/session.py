"""The runs that a visitor follows, and the jobs of the server."""

from __future__ import annotations

import gc
import logging
import os
import threading
from hmac import compare_digest
from importlib import import_module
from itertools import count
from pathlib import Path
from time import sleep
from typing import Any, TypeAlias, TypeVar

import streamlit as st
from threadpoolctl import threadpool_limits

from pages.state import (
    AWAITED,
    BACKPROP_ID,
    KEEPING,
    LOST,
    MAPPING_ID,
    NUMERICAL_ID,
    RACE_ID,
    RUN_ID,
    SCALING_ID,
    TUNED_ID,
    TUNING_ID,
    UNREADABLE,
    VISITOR,
    JobId,
)
from simplenet.jobs import Job, Jobs, LedgerError, Work
from simplenet.jobs.cluster import cluster_size
from simplenet.jobs.ending import report
from simplenet.jobs.memory import give_back
from simplenet.jobs.workers import EARLY_S
from simplenet.runs import TrainingRun, warm_up
from simplenet.runs.comparison import Comparison, GradientComparison
from simplenet.runs.finetuning import FineTuning, Lesson
from simplenet.runs.mapping import Mapping, MapRecord
from simplenet.runs.moments import Moments
from simplenet.runs.scaling import Scaling, Timing
from simplenet.runs.store import Limits, Store, open_store
from simplenet.runs.store.room import DEFAULT
from simplenet.training import Best, History

logger = logging.getLogger(__name__)

Kind = TypeVar("Kind", bound=Work)

TrainingJob: TypeAlias = Job[TrainingRun, History]
RaceJob: TypeAlias = Job[GradientComparison, list[Comparison]]
ScalingJob: TypeAlias = Job[Scaling, list[Timing]]
MappingJob: TypeAlias = Job[Mapping, list[MapRecord]]
FineTuningJob: TypeAlias = Job[FineTuning, list[Lesson]]

SOON = (
    "pages.figures.gradients",
    "simplenet.ink",
    "simplenet.study.evidence",
    "distributed",
    "sklearn.decomposition",
)
"""What is imported before the first click wants it: all that a first page can do without."""

KEPT = Path(__file__).parents[1] / "kept"
"""Where the runs are kept, unless the environment says otherwise."""

TIDY_S, THOROUGH = 20.0, 3
"""Seconds from one collection of garbage to the next. Most look only at objects that are new; every
third one looks at all of them, which takes a tenth of a second."""


@st.cache_resource(show_spinner=False)
def jobs() -> Jobs:
    """Return the jobs of this server; the first call starts the workers in the background."""
    # Two threads would only wait for each other, while the trainings have the cores.
    threadpool_limits(limits=1, user_api="blas")
    settling = threading.Timer(EARLY_S, _settle)
    settling.daemon = True
    settling.start()
    return Jobs(store(), os.environ.get("SIMPLENET_SCHEDULER"), local_workers(), warm_up)


def local_workers() -> int | None:
    """Return how many local workers the environment asks for; None is one for each core."""
    text = os.environ.get("SIMPLENET_WORKERS")
    try:
        return cluster_size(text) if text else None
    except ValueError as error:
        logger.warning("SIMPLENET_WORKERS is left aside, each core gets a worker: %s", error)
        return None


@st.cache_resource(show_spinner=False)
def store() -> Store:
    """Return what this server keeps its runs in: the database that the environment names."""
    names = ("visitor_bytes", "all_bytes", "visitor_runs", "all_runs")
    limits = {}
    for key in names:
        name = f"SIMPLENET_{key.upper()}"
        if text := os.environ.get(name):
            if not text.isdecimal():
                such = getattr(DEFAULT, key)
                raise LedgerError(f"{name} must be a whole number, such as {such}: {text!r}")
            limits[key] = int(text)
    folder = Path(os.environ.get("SIMPLENET_DATA") or KEPT)
    return open_store(os.environ.get("SIMPLENET_STORE"), folder, Limits(**limits))


@st.cache_resource(show_spinner=False)
def moments() -> Moments:
    """Return the moments of trainings that the visitors of this server look at."""
    return Moments(store())


def take_up() -> None:
    """Go on with what was under way when the last server ended, or another one: nobody has to come.

    A server that has nothing to do leaves the cores to its first visitor.

    Raises
    ------
    LedgerError
        If the database cannot be read now.
    """
    if os.environ.get("SIMPLENET_STORE") or store().is_any_left():
        jobs()


def _settle() -> None:
    """Make the next pages quick, once the first one is out."""
    try:
        for name in SOON:
            import_module(name)
    except Exception:
        report(logger, "settling")
    # Python would look through all modules and all records again and again, for 100 ms each time,
    # while no page is answered. So what has lasted a while is set aside.
    for turn in count():
        if turn % THOROUGH == 0:
            gc.unfreeze()
        gc.collect()
        gc.freeze()
        give_back()
        sleep(TIDY_S)


def adopt(visitor: str) -> None:
    """Be the visitor that the browser has known before, also for what this visit has started."""
    old = VISITOR.get()
    if visitor != old:
        try:
            jobs().adopt(old, visitor)
        except LedgerError as error:
            logger.warning("the runs of a visit cannot be given to their visitor: %s", error)
        else:
            VISITOR.set(visitor)


def browser_told() -> bool:
    """Return whether the browser has told what it knows; if not, the page is shown anew then."""
    if not KEEPING.get().heard:
        AWAITED.set(True)
    return KEEPING.get().heard


def me() -> str:
    """Return who the visitor is, as far as the browser has told it."""
    browser_told()
    return VISITOR.get()


def steers(job: Job[Any, Any]) -> bool:
    """Return whether a job is the visitor's own; those of others can be watched, and no more."""
    return is_me(job.visitor)


def is_me(visitor: str) -> bool:
    """Return whether this is the visitor; how long that takes tells nothing about who it is."""
    return compare_digest(visitor.encode(), me().encode())


def network_of(job: TrainingJob) -> Best:
    """Return the network of a training that has one: the newest, or the one kept at its end."""
    kept: Best = job.state.kept
    return kept if job.ended else Best(job.state.last, job.state.params)


def found(followed: JobId) -> Job[Any, Any] | None:
    """Return the job that the visitor follows, whatever it does; None if there is none."""
    return _job_of(followed.get())


def training_of_id(run_id: str) -> TrainingJob | None:
    """Return the training that has an id; None if it is not kept any more."""
    job = _job_of(run_id)
    return job if job and isinstance(job.work, TrainingRun) else None


def _job_of(job_id: str | None) -> Job[Any, Any] | None:
    try:
        job = jobs().get(job_id)
    except LedgerError as error:
        UNREADABLE.set(str(error))  # The page says so.
        return None
    return job


def current(kind: type[Kind], followed: JobId) -> Job[Kind, Any] | None:
    """Return the job of a kind that the visitor follows, and keep its id in the address."""
    job = found(followed)
    if UNREADABLE.get():
        return None
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
