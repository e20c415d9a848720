"""Mini-batch gradient descent: `train` is a generator that updates a network and yields records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import DTypeLike, NDArray
from threadpoolctl import threadpool_limits

from simplenet.data import Dataset
from simplenet.functions import as_labels, as_pixels, cross_entropy_error
from simplenet.network import Params, SimpleNet, backprop, forward

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
    if data.pixels_train.shape[1:] != (net.input_size,) or data.t_train.shape[1:] != (
        net.output_size,
    ):
        raise ValueError(
            f"the network takes {net.input_size} inputs and knows {net.output_size} classes, "
            f"the data have {data.pixels_train.shape[1:]} and {data.t_train.shape[1:]}"
        )
    train_size = len(data.pixels_train)
    if not train_size or not len(data.pixels_test):
        raise ValueError("training needs at least one training and one test sample")
    labels = as_labels(data.t_train, train_size, net.output_size)
    epoch = iterations_per_epoch(train_size, config.batch_size)
    done, elapsed_s = (after.iteration, after.elapsed_s) if after else (0, 0.0)

    layout = _Layout(net, data.lit)

    # On matrices as small as these several BLAS threads get into each other's way: with another
    # process on the cores, 15 to 80 times as slow was measured.
    with threadpool_limits(limits=1, user_api="blas"):
        started = perf_counter()
        batches = mini_batches(data.lit_train, labels, config, done, net.dtype)
        for iteration, (x, t) in enumerate(batches, done + 1):
            if after is None and iteration == 1:
                loss = cross_entropy_error(forward(layout.params, x)[1], t)
                accuracies = evaluate(net, data)
                elapsed_s += perf_counter() - started
                yield Record(0, loss, elapsed_s, *accuracies)
                started = perf_counter()

            loss = compute_gradient(layout.params, x, t, config.gradient, layout.gradient)
            layout.descend(config.learning_rate)

            at_epoch = iteration % epoch == 0
            train_accuracy, test_accuracy = evaluate(net, data) if at_epoch else (None, None)
            elapsed_s += perf_counter() - started
            yield Record(iteration, loss, elapsed_s, train_accuracy, test_accuracy)
            started = perf_counter()


class _Layout:
    """The parameters of a training and their gradient, laid out in memory for speed.

    All parameters lie side by side in one vector, and so does their gradient: an update is one
    operation, and no iteration makes an array of the size of W1, for which the system may take
    as long as NumPy takes to fill it. The pixels that are blank in every training image have no
    gradient: their weights are the last rows of W1 here, and are left out.

    Attributes
    ----------
    params, gradient : dict of str to ndarray
        What `backprop` takes; W1 has the rows of the lit pixels only.
    """

    def __init__(self, net: SimpleNet, lit: NDArray[np.bool_]) -> None:
        order = np.argsort(~lit, kind="stable")  # The lit pixels first.
        self._back = np.argsort(order)
        self._net = net
        params = net.params | {"W1": net.params["W1"][order]}
        self._vector = np.concatenate([value.ravel() for value in params.values()])
        self._step = np.zeros_like(self._vector)
        self._arrays = self._split(self._vector)
        w1 = np.s_[: lit.sum()]
        self.params = self._arrays | {"W1": self._arrays["W1"][w1]}
        gradient = self._split(self._step)
        self.gradient = gradient | {"W1": gradient["W1"][w1]}

    def _split(self, vector: NDArray[Any]) -> Params:
        """Return the arrays that look into a vector."""
        shapes = {key: value.shape for key, value in self._net.params.items()}
        ends = np.cumsum([value.size for value in self._net.params.values()])
        parts = np.split(vector, ends[:-1])
        return {
            key: part.reshape(shape)
            for part, (key, shape) in zip(parts, shapes.items(), strict=True)
        }

    def descend(self, learning_rate: float) -> None:
        """Subtract `learning_rate` times the gradient from the parameters, and tell the network."""
        self._step *= learning_rate
        self._vector -= self._step
        params = self._net.params
        self._arrays["W1"].take(self._back, axis=0, out=params["W1"], mode="clip")
        for key in ("b1", "W2", "b2"):
            params[key][...] = self._arrays[key]


def mini_batches(
    pixels: NDArray[Any],
    labels: NDArray[np.intp],
    config: TrainingConfig,
    done: int,
    dtype: DTypeLike,
) -> Iterator[tuple[NDArray[Any], NDArray[np.intp]]]:
    """Yield the mini-batches of the iterations after `done`; each overwrites the one before.

    The draws of an epoch come from a generator of their own, so that a training can go on from
    any iteration without those of the epochs before.
    """
    epoch = iterations_per_epoch(len(pixels), config.batch_size)
    shape = config.batch_size, pixels.shape[1]
    raw, x = np.empty(shape, pixels.dtype), np.empty(shape, dtype)
    rows = np.empty((0, 0), np.intp)
    for iteration in range(done, config.iterations):
        if not len(rows) or iteration % epoch == 0:
            rng = np.random.default_rng([config.seed, iteration // epoch])
            rows = rng.integers(len(pixels), size=(epoch, config.batch_size))
            drawn = labels[rows]
        at = iteration % epoch
        pixels.take(rows[at], axis=0, out=raw, mode="clip")  # With "raise", NumPy takes a detour.
        yield as_pixels(raw, dtype, out=x), drawn[at]


def compute_gradient(
    params: Params, x: NDArray[Any], t: NDArray[np.intp], method: GradientMethod, out: Params
) -> float:
    """Return the loss of a mini-batch, and write its gradient, computed by `method`, into `out`."""
    if method == "backprop":
        return backprop(params, x, t, out)
    net = SimpleNet.from_params(params)
    numerical = (
        net.fast_numerical_gradient if method == "fast_numerical" else net.numerical_gradient
    )
    for key, value in numerical(x, t).items():
        out[key][...] = value
    return net.loss(x, t)


def evaluate(net: SimpleNet, data: Dataset) -> tuple[float, float]:
    """Return the accuracy on the training set and on the test set, each in [0, 1]."""
    return (
        net.accuracy(data.pixels_train, data.t_train),
        net.accuracy(data.pixels_test, data.t_test),
    )
