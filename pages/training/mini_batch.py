"""The last mini-batch and what its step changed, in slow motion and single steps."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.components.mosaic import mosaic
from pages.language import T
from pages.language.words import count, scientific
from pages.session import TrainingJob
from pages.state import Component
from simplenet.data import loaded
from simplenet.network import Params, SimpleNet
from simplenet.study.last_step import batch_of, most_changed
from simplenet.training import TrainingConfig

SHOWN = 100
"""Digits of the mini-batch that are shown."""

UNITS = 10
"""Hidden units whose change is shown."""


def last_step(job: TrainingJob) -> None:
    """Show the digits of the last mini-batch, which of them are read wrong, and what it changed."""
    state = job.state
    if state is None or job.work.source != "bundled":
        return
    iteration = state.last.iteration
    if iteration and state.before is None:
        return  # The last slice was one of full speed.
    digits(job.work.training, iteration, SimpleNet.from_params(state.params))
    if iteration:
        changes(state.before, state.params)


def digits(config: TrainingConfig, iteration: int, net: SimpleNet) -> None:
    """Show the digits of the mini-batch of an iteration; at first, of the one that comes."""
    x, labels = drawn(config, max(iteration, 1))
    right = net.predict(x).argmax(axis=1) == labels
    told = {"n": count(len(x)), "right": count(int(right.sum()))}
    words = (
        T("batch.read", iteration=count(iteration), **told)
        if iteration
        else T("batch.first", **told)
    )
    if len(x) > SHOWN:
        words += " " + T("batch.some", shown=SHOWN)
    st.markdown(words)
    mosaic(
        x[:SHOWN].reshape(-1, 28, 28),
        key=Component.BATCH,
        alt=words.replace("*", ""),
        signed=False,
        side=28,
        right=right[:SHOWN].tolist(),
    )


@st.cache_resource(show_spinner=False, max_entries=20)
def drawn(config: TrainingConfig, iteration: int) -> tuple[NDArray[np.floating], NDArray[np.intp]]:
    """Return the mini-batch of an iteration, computed once."""
    return batch_of(config, loaded("bundled"), iteration)


def changes(before: Params, after: Params) -> None:
    """Show what a step changed in the weights of the hidden units that changed most."""
    units, changed = most_changed(before, after, UNITS)
    largest = float(np.abs(changed).max())
    words = T("batch.changed", shown=len(units))
    st.markdown(words)
    mosaic(
        (changed / (largest or 1.0)).T.reshape(-1, 28, 28),
        key=Component.STEP_CHANGES,
        alt=words.replace("*", ""),
        side=64,
        captions=[T("batch.unit", unit=unit + 1) for unit in units.tolist()],
    )
    weight = float(np.abs(after["W1"]).max())
    st.caption(T("batch.scale", change=scientific(largest), weight=f"{weight:.3f}"))
