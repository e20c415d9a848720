"""What the panels of the Gradients page have in common: a network and a mini-batch."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.language import T
from pages.language.words import count
from pages.moments import chosen_snapshot, last_moment, newest_until, snapshots_of
from pages.networks import FRESH, RUN, choose_network, metadata, network
from pages.platform.place import place
from pages.session import current_run
from pages.state import LAB_BATCH, LAB_NETWORK, LAB_SEED, between, lab_moment_time
from simplenet.data import loaded, mini_batch
from simplenet.functions import as_pixels
from simplenet.network import Params, SimpleNet
from simplenet.training import LIMITS

BATCHES, SEEDS = (1, 1000), (int(LIMITS["seed"][0]), int(LIMITS["seed"][1]))


@dataclass(frozen=True, eq=False)
class Setting:
    """A network and a mini-batch.

    Parameters
    ----------
    net : SimpleNet
    pixels : ndarray of uint8, shape (n, 784)
    t : ndarray, shape (n, 10)
        One-hot.
    seed : int
        What the mini-batch, and a network that has learned nothing, were drawn with.
    iteration : int
        Updates that the network has had; 0 where that is not known.
    """

    net: SimpleNet
    pixels: NDArray[np.uint8]
    t: NDArray[Any]
    seed: int
    iteration: int = 0

    @property
    def x(self) -> NDArray[np.float64]:
        """The digits, (n, 784), in [0, 1]."""
        return np.asarray(as_pixels(self.pixels, np.float64))

    @property
    def labels(self) -> NDArray[np.intp]:
        """What the digits are, (n,)."""
        return np.asarray(self.t.argmax(axis=1))

    @property
    def params(self) -> Params:
        """The network's parameters in double precision."""
        return self.net.astype(np.float64).params

    @property
    def id(self) -> str:
        """The same for equal settings, and for no others."""
        content = hashlib.sha256(self.pixels.tobytes())
        for value in (*self.net.params.values(), self.t):
            content.update(value.tobytes())
        return content.hexdigest()


def setting_fields(*, batch: bool = True) -> bool:
    """Show the choice of the network and of the mini-batch; return whether it can be."""
    wrong = []
    numbers = [(LAB_SEED, T("gradients.seed"), T("gradients.seed_help"), 1, SEEDS)]
    if batch:
        label, words = T("gradients.batch_size"), T("gradients.batch_help")
        numbers.insert(0, (LAB_BATCH, label, words, 10, BATCHES))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=420):
            LAB_NETWORK.open(str)
            LAB_NETWORK.keep(choose_network(LAB_NETWORK, fresh=True), FRESH)
        for field, label, words, step, (low, high) in numbers:
            field.open(between(low, high))
            number = st.number_input(
                label,
                value=field.default,
                step=step,
                key=field.name,
                help=words,
                persist_state="session",
                width=162,
            )
            if number is None or not low <= number <= high:
                wrong.append(T("app.out_of_range", name=label, low=low, high=count(high)))
            else:
                field.keep(number)
    with place():
        if LAB_NETWORK.get() == RUN:
            choose_moment()
    with place():
        if wrong:
            st.error(" ".join(wrong), icon=":material/error:")
    return not wrong


def choose_moment() -> None:
    """Show the slider over the visitor's training."""
    job = current_run()
    snapshots = snapshots_of(job) if job else []
    if job and len(snapshots) > 1:
        iterations = [iteration for iteration, _ in snapshots]
        words = T("gradients.moment_help", n=len(iterations))
        end = job.work.training.iterations
        with st.container(width=420):
            chosen_snapshot(iterations, end, job.ended, lab_moment_time, help=words)


def network_at_its_moment(seed: int) -> tuple[SimpleNet, int] | None:
    """Return the chosen network and how many updates it has had; None where it cannot be had."""
    choice = LAB_NETWORK.get() or FRESH
    job = current_run() if choice == RUN else None
    if job and (snapshots := snapshots_of(job)):
        iterations = [iteration for iteration, _ in snapshots]
        last = last_moment(iterations, job.work.training.iterations, job.ended)
        at = newest_until(iterations, lab_moment_time(last).get())
        return SimpleNet.from_params(snapshots[at][1]), iterations[at]
    net = network(choice, seed)
    done = metadata(choice).get("iteration")
    return (net, done if isinstance(done, int) else 0) if net else None


def chosen_setting(batch_size: int | None) -> Setting | None:
    """Return what was chosen; where the network cannot be had, None, and say so."""
    seed = LAB_SEED.get()
    if seed is None or batch_size is None:
        return None
    found = network_at_its_moment(seed)
    if found is None:
        return None
    net, iteration = found
    data, rng = loaded("bundled"), np.random.default_rng(seed)
    batch = mini_batch(data.pixels_train, data.t_train, batch_size, rng)
    return Setting(net, *batch, seed, iteration)


def setting() -> Setting | None:
    """Show the fields, and return what they hold, or None if that cannot be."""
    return chosen_setting(LAB_BATCH.get()) if setting_fields() else None
