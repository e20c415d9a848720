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


def some_test_digits() -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Return the first thousand test digits and their labels, one-hot."""
    data = loaded("bundled")
    return data.pixels_test[:1000], data.t_test[:1000]


def test_digit(row: int) -> NDArray[np.uint8]:
    """Return a digit of the test set, (784,)."""
    return np.asarray(loaded("bundled").pixels_test[row])


@cache
def first_of_each() -> tuple[int, ...]:
    """Return the rows of the first 0, the first 1, and so on, of the test set."""
    labels = loaded("bundled").t_test.argmax(axis=1)
    return tuple(int(np.argmax(labels == digit)) for digit in range(10))
