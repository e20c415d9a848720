"""The end of a training: what came of it, what it misreads, and what to do next."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.mosaic import mosaic
from pages.language import T
from pages.language.words import count
from pages.networks import RUN
from pages.session import TrainingJob, network_of
from pages.state import DRAW_NETWORK, INSPECT_NETWORK, Component, Widget
from pages.training.further import further
from pages.training.naming import epoch, recipe_name
from pages.training.next_try import next_try
from simplenet.data import loaded
from simplenet.network import SimpleNet

SHOWN = 5
"""Misread digits that are shown."""

SURE = 0.5
"""From what probability on a network is called sure of a digit: all others together have less."""


def next_step(leads: bool) -> None:
    """Ask for a drawing for the network that is trained: what comes next, if that `leads`.

    It stands beside the buttons that steer a training, where it is seen without scrolling.
    """
    if leads:
        st.markdown(T("end.next"), width="content")
    if st.button(
        T("end.draw"),
        type="primary" if leads else "secondary",
        icon=":material/draw:",
        key=Widget.DRAW_ONE,
    ):
        DRAW_NETWORK.set(RUN)
        st.switch_page("pages/draw.py")


def ending(job: TrainingJob, well: bool) -> None:
    """Show what else came of a training, and what can be done with the network.

    Parameters
    ----------
    job : Job
    well : bool
        Whether nothing went wrong: then what it misreads is shown elsewhere.
    """
    kept = network_of(job)
    y, labels = tested(job.id, kept.record.iteration, job)
    with st.container(border=True):
        st.caption(T("recipe.of", recipe=recipe_name(job.work)))
        right = count(int((y.argmax(axis=1) == labels).sum()))
        st.markdown(T("end.tested", right=right, tested=count(len(labels))))
        if job.work.training.keeps_best:
            st.caption(T("end.kept", epoch=epoch(kept.record.iteration, job.work)))
        if not well:
            misread(job)
        if st.button(T("end.inspect"), icon=":material/biotech:", key=Widget.LOOK_INSIDE):
            INSPECT_NETWORK.set(RUN)
            st.switch_page("pages/inspect.py")
        next_try(job)
        further(job)


def misread(job: TrainingJob) -> None:
    """Show the digits that a trained network is surest of and wrong about, if there are any."""
    show_mistakes(*tested(job.id, network_of(job).record.iteration, job))


def show_mistakes(y: NDArray[np.floating], labels: NDArray[np.intp]) -> None:
    """Show the digits that a network is surest of and wrong about, if there are any.

    Where it is sure of some, those alone.

    Parameters
    ----------
    y : ndarray, shape (n, 10)
        Probabilities.
    labels : ndarray of int, shape (n,)
        What the digits are.
    """
    rows = surest_mistakes(y, labels)
    if not len(rows):
        return
    sure = y[rows].max(axis=1) > SURE
    rows = rows[sure] if sure.any() else rows
    words = T("end.misread") if sure.any() else T("end.misread_unsure")
    st.caption(words)
    mosaic(
        loaded("bundled").pixels_test[rows].reshape(-1, 28, 28) / 255,
        key=Component.MISREAD,
        alt=words,
        signed=False,
        side=44,
        beside=True,
        captions=[
            T("end.taken", label=int(labels[row]), digit=int(y[row].argmax())) for row in rows
        ],
    )


@st.cache_resource(show_spinner=False, max_entries=20)
def tested(
    job_id: str, iteration: int, _job: TrainingJob
) -> tuple[NDArray[np.floating], NDArray[np.intp]]:
    """Return what a trained network makes of MNIST's test digits, (10000, 10), and their labels.

    Computed once for a job that has ended at an iteration.
    """
    data = loaded("bundled")
    y = SimpleNet.from_params(network_of(_job).params).predict(data.pixels_test)
    return y, data.t_test.argmax(axis=1)


def surest_mistakes(y: NDArray[np.floating], labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """Return the digits that a network is surest of and wrong about, at most one of each class.

    Parameters
    ----------
    y : ndarray, shape (n, 10)
        Probabilities.
    labels : ndarray of int, shape (n,)
        What the digits are.

    Returns
    -------
    ndarray of int
        At most `SHOWN` rows, the surest first.
    """
    wrong = np.flatnonzero(y.argmax(axis=1) != labels)
    order = wrong[np.argsort(-y[wrong].max(axis=1), kind="stable")]
    _, first = np.unique(labels[order], return_index=True)
    return order[np.sort(first)][:SHOWN]
