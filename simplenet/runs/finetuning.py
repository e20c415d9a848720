"""Learning from a person's own drawings: a copy of a network is trained on for a second."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simplenet.data import Dataset, loaded, one_hot_label
from simplenet.data.dataset import read_only
from simplenet.functions import as_labels, as_pixels, checked_pixels
from simplenet.jobs import Slice
from simplenet.network import Params, SimpleNet, forward
from simplenet.training import Record, TrainingConfig, train

POOL = 20_000
"""Digits that the mini-batches are drawn from, the own ones repeated."""

OWN_SHARE = 0.1
"""How many of them are own ones, where MNIST's are rehearsed."""

RECIPE = TrainingConfig(iterations=300, learning_rate=0.5, schedule="cosine")
"""On twenty drawings that the article's network misreads: all of them are read right then, those
that it has not seen better than before, and MNIST a third of a point worse. With a half of own
digits, or with augmentation, it forgets six points."""

MOST_CERTAIN = 12.0
"""By how much a wrong digit's score may lead the right one's when learning begins; see `open_to`.
With 7 a network forgets more; from 16 = log(1e7) on there is next to no slope."""


@dataclass(frozen=True)
class Lesson:
    """What is known after an iteration of fine-tuning.

    Parameters
    ----------
    iteration : int
        Updates made so far.
    own_accuracy, test_accuracy : float or None
        Share of right answers on the drawings and on MNIST's test set, in [0, 1]: before the
        first update and after the last.
    elapsed_s : float
        Seconds spent.
    """

    iteration: int
    own_accuracy: float | None
    test_accuracy: float | None
    elapsed_s: float


@dataclass(frozen=True)
class FineTuningState:
    """A fine-tuning between two iterations."""

    params: Params
    last: Record


@dataclass(frozen=True, eq=False)
class FineTuning:
    """A copy of a network that learns from drawings, as work for a worker.

    Parameters
    ----------
    params : dict of str to ndarray
        The network's parameters; they are left as they are.
    pixels : ndarray of uint8, shape (n, 784)
        The drawings, n at least 1.
    labels : ndarray of int, shape (n,)
        What they are.
    rehearse : bool
        Whether nine of ten digits that it learns from are MNIST's. Without them a network forgets
        what it is not shown any more (McCloskey and Cohen, "Catastrophic Interference", 1989).
    recipe : TrainingConfig
        How it learns.

    Raises
    ------
    ValueError
        If there is no drawing, not a label for each, or a pixel or a label that cannot be.
    """

    params: Params
    pixels: NDArray[np.uint8]
    labels: NDArray[Any]
    rehearse: bool = True
    recipe: TrainingConfig = field(default=RECIPE)

    def __post_init__(self) -> None:
        if not len(self.pixels) or len(self.pixels) != len(self.labels):
            raise ValueError(
                "fine-tuning needs drawings, at least 1, and a label for each; "
                f"got {len(self.pixels)} and {len(self.labels)}"
            )
        checked_pixels(self.pixels)
        as_labels(self.labels, len(self.pixels), 10)

    def no_records(self) -> list[Lesson]:
        """Return an empty list."""
        return []

    def advance(
        self, state: FineTuningState | None, budget_s: float, limit: int | None
    ) -> Slice[FineTuningState, list[Lesson]]:
        """Learn for about `budget_s` seconds, or for `limit` iterations if that comes first."""
        started = perf_counter()
        lessons = []
        if state is None:
            opened = open_to(self.params, self.pixels, self.labels)
            state = FineTuningState(opened, Record(0, 0.0, 0.0))
            lessons.append(self._examined(state))
        net = SimpleNet.from_params(state.params)
        records: list[Record] = []
        for record in train(net, self._lessons(), self.recipe, state.last, evaluating=False):
            records.append(record)
            if len(records) == limit or perf_counter() > started + budget_s:
                break
        last = records[-1]
        state = FineTuningState(net.params, last)
        finished = last.iteration == self.recipe.iterations
        lessons.append(
            self._examined(state)
            if finished
            else Lesson(last.iteration, None, None, last.elapsed_s)
        )
        return Slice(state, lessons, finished)

    def conclude(
        self, state: FineTuningState, budget_s: float
    ) -> Slice[FineTuningState, list[Lesson]]:
        """Examine a fine-tuning that was stopped."""
        return Slice(state, [self._examined(state)], finished=True)

    def _examined(self, state: FineTuningState) -> Lesson:
        """Return what the network can read now."""
        net, mnist = SimpleNet.from_params(state.params), loaded("bundled")
        return Lesson(
            state.last.iteration,
            net.accuracy(self.pixels, self.labels),
            net.accuracy(mnist.pixels_test, mnist.t_test),
            state.last.elapsed_s,
        )

    def _lessons(self) -> Dataset:
        """Return what is learned from: the drawings, and MNIST's digits."""
        mnist = loaded("bundled")
        others = round(POOL * (1 - OWN_SHARE)) if self.rehearse else 0
        own = np.resize(np.arange(len(self.pixels)), POOL - others)
        pixels = np.concatenate([self.pixels[own], mnist.pixels_train[:others]])
        t = np.concatenate([one_hot_label(self.labels)[own], mnist.t_train[:others]])
        return Dataset(read_only(pixels), read_only(t), self.pixels, self.labels, classes=10)


def open_to(params: Params, pixels: NDArray[Any], labels: NDArray[Any]) -> Params:
    """Return parameters that answer as these do, and not too surely to learn the drawings.

    Parameters
    ----------
    params : dict of str to ndarray
        A network's parameters; they are left as they are.
    pixels : ndarray, shape (n, 784)
        Drawings: uint8, or numbers in [0, 1]; n at least 1.
    labels : ndarray of int, shape (n,)
        What they are.

    Returns
    -------
    dict of str to ndarray
        The output layer, W2 and b2, is scaled by one factor in (0, 1], a temperature (Guo et al.,
        "On Calibration of Modern Neural Networks", 2017): it changes how sure each answer is,
        and no answer.

    Notes
    -----
    The loss is -log(y + 1e-7): where the right digit's probability is far below 1e-7, there is
    next to no slope, and a network that is as sure as that of its error cannot learn from it.
    """
    x = as_pixels(checked_pixels(pixels), params["W1"].dtype)
    a1, _ = forward(params, x)
    s2 = np.dot(a1, params["W2"]) + params["b2"]
    lead = float((s2.max(axis=1) - s2[np.arange(len(labels)), labels]).max())
    factor = MOST_CERTAIN / max(lead, MOST_CERTAIN)
    return params | {key: factor * params[key] for key in ("W2", "b2")}
