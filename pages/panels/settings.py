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
from pages.networks import FRESH, choose_network, network
from pages.panels.link import between, from_link, to_link
from pages.platform.place import place
from simplenet.data import loaded, mini_batch
from simplenet.functions import as_pixels
from simplenet.network import Params, SimpleNet
from simplenet.training import LIMITS

BATCH, SEED = (1, 1000), (int(LIMITS["seed"][0]), int(LIMITS["seed"][1]))


@dataclass(frozen=True, eq=False)
class Setting:
    """A network and a mini-batch.

    Parameters
    ----------
    net : SimpleNet
    pixels : ndarray of uint8, shape (n, 784)
    t : ndarray, shape (n, 10)
        One-hot.
    """

    net: SimpleNet
    pixels: NDArray[np.uint8]
    t: NDArray[Any]

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
    numbers = [("seed", T("gradients.seed"), T("gradients.seed_help"), 0, 1, SEED)]
    if batch:
        batch_field = "batch", T("gradients.batch_size"), T("gradients.batch_help"), 100, 10, BATCH
        numbers.insert(0, batch_field)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container(width=280):
            from_link("network", "lab_network", str)
            to_link("network", choose_network(key="lab_network", fresh=True), FRESH)
        for name, label, words, value, step, (low, high) in numbers:
            key = f"lab_{name}"
            from_link(name, key, between(low, high))
            number = st.number_input(
                label,
                value=value,
                step=step,
                key=key,
                help=words,
                persist_state="session",
                width=162,
            )
            if number is None or not low <= number <= high:
                wrong.append(T("app.out_of_range", name=label, low=low, high=count(high)))
            else:
                to_link(name, number, value)
    with place():
        if wrong:
            st.error(" ".join(wrong), icon=":material/error:")
    return not wrong


def chosen_setting(batch_size: int) -> Setting | None:
    """Return what was chosen; where the network cannot be had, None, and say so."""
    state = st.session_state
    net = network(state.get("lab_network", FRESH), state.lab_seed)
    if net is None:
        return None
    data, rng = loaded("bundled"), np.random.default_rng(state.lab_seed)
    return Setting(net, *mini_batch(data.pixels_train, data.t_train, batch_size, rng))


def setting() -> Setting | None:
    """Show the fields, and return what they hold, or None if that cannot be."""
    return chosen_setting(st.session_state.lab_batch) if setting_fields() else None
