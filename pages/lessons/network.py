"""The network and the digits that the lessons take their numbers from."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.networks import saved_model
from simplenet.data import loaded
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun

BATCH = 100
"""Digits of a mini-batch, as the article takes them."""


@cache
def article() -> SimpleNet:
    """Return the network that the article's recipe makes; where it is not there, a fresh one."""
    saved = saved_model("article")
    return saved.net if saved else TrainingRun().new_network()


def a_batch() -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Return the first hundred training digits and their labels, one-hot."""
    data = loaded("bundled")
    return data.pixels_train[:BATCH], data.t_train[:BATCH]
