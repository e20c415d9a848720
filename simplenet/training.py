"""Mini-batch gradient descent: `train` is a generator that updates a network and yields records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Literal, get_args

import numpy as np
from threadpoolctl import threadpool_limits

from simplenet.data import Dataset
from simplenet.functions import as_labels
from simplenet.network import Params, SimpleNet

GradientMethod = Literal["backprop", "fast_numerical", "numerical"]
"""How the gradient is computed; all three give the same numbers up to rounding."""


LIMITS = {
    "iterations": (1, 1_000_000),
    "batch_size": (1, 10_000),
    "learning_rate": (1e-6, 100),
    "seed": (0, 2**32 - 1),
}
"""The smallest and the largest value of each number of a `TrainingConfig`."""


def check_between(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError, in a sentence, unless low <= value <= high."""
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low:g} and {high:g}, got {value}")


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe of a training; the defaults are the article's.

    Parameters
    ----------
    iterations : int
        Updates of the parameters, 1 to 1,000,000.
    batch_size : int
        Samples in a mini-batch, 1 to 10,000, drawn with replacement.
    learning_rate : float
        Length of a step along the gradient, 1e-6 to 100.
    seed : int
        Of the draw of the mini-batches, 0 to 2**32 - 1.
    gradient : {"backprop", "fast_numerical", "numerical"}
        How the gradient is computed. "numerical" is the definition itself, and takes half a
        minute and more for a single iteration.

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    iterations: int = 10_000
    batch_size: int = 100
    learning_rate: float = 0.1
    seed: int = 0
    gradient: GradientMethod = "backprop"

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            check_between(name, getattr(self, name), low, high)
        if self.gradient not in get_args(GradientMethod):
            raise ValueError(
                f"gradient must be one of {', '.join(get_args(GradientMethod))}, "
                f"got {self.gradient!r}"
            )


@dataclass(frozen=True, slots=True)
class Record:
    """What is known after an iteration.

    Parameters
    ----------
    iteration : int
        Updates made so far; 0 is the record before the first one.
    loss : float
        Cross-entropy error of the iteration's mini-batch before its update; at iteration 0, of
        the mini-batch that comes first.
    elapsed_s : float
        Seconds spent in the training, evaluations included, pauses not.
    train_accuracy, test_accuracy : float or None
        Share of right answers on the whole of either set, in [0, 1], where it was evaluated:
        before the first update and after every epoch.
    """

    iteration: int
    loss: float
    elapsed_s: float
    train_accuracy: float | None = None
    test_accuracy: float | None = None


def iterations_per_epoch(train_size: int, batch_size: int) -> int:
    """Return how many mini-batches have as many samples as the training set, at least 1."""
    return max(train_size // batch_size, 1)


def train(
    net: SimpleNet, data: Dataset, config: TrainingConfig, after: Record | None = None
) -> Iterator[Record]:
    """Train a network in place by mini-batch gradient descent.

    Parameters
    ----------
    net : SimpleNet
        Its `params` are changed in place between two records. Reading them while a record is
        at hand is safe; keep a copy to keep them.
    data : Dataset
        Its training set is learned from; both sets are used for the accuracies.
    config : TrainingConfig
        The recipe.
    after : Record, optional
        The last record of the same training, to go on from there with the parameters as they
        were then. A training in pieces gives the same records as one in a single piece.

    Yields
    ------
    Record
        One before the first update (unless `after` is given) and one after each. Close the
        generator to stop; do not ask it for more to pause.

    Raises
    ------
    ValueError
        If the data do not fit the network, or there are none.

    Notes
    -----
    An iteration is the article's: draw a mini-batch with replacement, compute the gradient of
    its loss, and subtract `learning_rate` times the gradient from each parameter.
    """
    if data.x_train.shape[1:] != (net.input_size,) or data.t_train.shape[1:] != (net.output_size,):
        raise ValueError(
            f"the network takes {net.input_size} inputs and knows {net.output_size} classes, "
            f"the data have {data.x_train.shape[1:]} and {data.t_train.shape[1:]}"
        )
    train_size = len(data.x_train)
    if not train_size or not len(data.x_test):
        raise ValueError("training needs at least one training and one test sample")
    labels = as_labels(data.t_train, train_size, net.output_size)
    epoch = iterations_per_epoch(train_size, config.batch_size)
    rng = np.random.default_rng(config.seed)

    done, elapsed_s = (after.iteration, after.elapsed_s) if after else (0, 0.0)
    # The mini-batches of the iterations that are done are drawn again, to be where they ended.
    rng.integers(train_size, size=(done, config.batch_size))

    # On matrices as small as these several BLAS threads get into each other's way: with another
    # process on the cores, 15 to 80 times as slow was measured.
    with threadpool_limits(limits=1, user_api="blas"):
        started = perf_counter()
        for iteration in range(done + 1, config.iterations + 1):
            rows = rng.integers(train_size, size=config.batch_size)
            x, t = data.x_train[rows], labels[rows]

            if after is None and iteration == 1:
                accuracies = evaluate(net, data)
                elapsed_s += perf_counter() - started
                yield Record(0, net.loss(x, t), elapsed_s, *accuracies)
                started = perf_counter()

            loss, gradient = loss_and_gradient(net, x, t, config.gradient)
            for key in net.params:
                net.params[key] -= config.learning_rate * gradient[key]

            at_epoch = iteration % epoch == 0
            train_accuracy, test_accuracy = evaluate(net, data) if at_epoch else (None, None)
            elapsed_s += perf_counter() - started
            yield Record(iteration, loss, elapsed_s, train_accuracy, test_accuracy)
            started = perf_counter()


def loss_and_gradient(
    net: SimpleNet, x: np.ndarray, t: np.ndarray, method: GradientMethod
) -> tuple[float, Params]:
    """Return the loss of a mini-batch and its gradient, computed by `method`."""
    if method == "backprop":
        return net.loss_and_gradient(x, t)
    if method == "fast_numerical":
        return net.loss(x, t), net.fast_numerical_gradient(x, t)
    return net.loss(x, t), net.numerical_gradient(x, t)


def evaluate(net: SimpleNet, data: Dataset) -> tuple[float, float]:
    """Return the accuracy on the training set and on the test set, each in [0, 1]."""
    return net.accuracy(data.x_train, data.t_train), net.accuracy(data.x_test, data.t_test)
