"""Mini-batch gradient descent: `train` is a generator that updates a network and yields records."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from math import cos, pi
from time import perf_counter
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import DTypeLike, NDArray

from simplenet.augmentation import AUGMENTATIONS, Augmentation, augmented
from simplenet.blas import one_blas_thread
from simplenet.data import Dataset
from simplenet.functions import as_labels, as_pixels
from simplenet.network import Params, SimpleNet, backprop, loss_of

GradientMethod = Literal["backprop", "fast_numerical", "numerical"]
"""How the gradient is computed; all three give the same numbers up to rounding."""

Schedule = Literal["constant", "cosine"]
"""What becomes of the learning rate: it stays, or sinks along half a cosine to nothing."""

SNAPSHOTS, SNAPSHOT_BYTES = (8, 40), 6_000_000
"""How many records of a training carry its parameters, from a large to a small network; and how
much memory they may take together, if they are not fewer than the first."""

LIMITS = {
    "iterations": (1, 1_000_000),
    "batch_size": (1, 10_000),
    "learning_rate": (1e-6, 100),
    "momentum": (0, 0.99),
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
    schedule : {"constant", "cosine"}
        Whether the learning rate stays, or sinks to nothing: at iteration i of n it is
        ``learning_rate * (1 + cos(pi * i / n)) / 2`` (Loshchilov and Hutter, "SGDR", 2017).
    momentum : float
        The share of a step's velocity that the next one keeps, 0 to 0.99: v becomes
        ``momentum * v + gradient``, and the step is ``learning_rate * v`` (Polyak, 1964; in the
        form of Sutskever et al., 2013, that PyTorch has). It makes steps
        ``1 / (1 - momentum)`` times as long.
    augmentation : tuple of {"affine", "elastic", "thickness"}
        How every digit is varied each time it is learned from.
    seed : int
        Of the draw of the mini-batches and of their augmentation, 0 to 2**32 - 1.
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
    schedule: Schedule = "constant"
    momentum: float = 0.0
    augmentation: tuple[Augmentation, ...] = ()
    seed: int = 0
    gradient: GradientMethod = "backprop"

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            check_between(name, getattr(self, name), low, high)
        for name, value, options in (
            ("gradient", self.gradient, get_args(GradientMethod)),
            ("schedule", self.schedule, get_args(Schedule)),
            *(("augmentation", kind, AUGMENTATIONS) for kind in self.augmentation),
        ):
            if value not in options:
                raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")

    def learning_rate_at(self, iteration: int) -> float:
        """Return the learning rate of an iteration; the first one is iteration 1."""
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * (1 + cos(pi * (iteration - 1) / self.iterations)) / 2


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
    params : dict of str to ndarray, or None
        A copy of the network's parameters, in the records that `snapshot_iterations` names.
    vanished : float or None
        Share of the training set whose right class has a probability below 1e-7, so that the
        gradient of the loss has vanished (`SimpleNet.accuracy_and_vanished`), in [0, 1]: where
        `train_accuracy` is. After steps that are far too long, or from weights that are far too
        large, most samples may be there for good.
    """

    iteration: int
    loss: float
    elapsed_s: float
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    params: Params | None = field(default=None, compare=False, repr=False)
    vanished: float | None = None


def iterations_per_epoch(train_size: int, batch_size: int) -> int:
    """Return how many mini-batches have as many samples as the training set, at least 1."""
    return max(train_size // batch_size, 1)


def snapshot_iterations(iterations: int, params_bytes: int) -> frozenset[int]:
    """Return the iterations whose records carry the parameters: closer together at the beginning.

    Parameters
    ----------
    iterations : int
        Of the whole training.
    params_bytes : int
        Memory that the parameters take: the more, the fewer snapshots.
    """
    fewest, most = SNAPSHOTS
    n = min(max(SNAPSHOT_BYTES // params_bytes, fewest), most)
    early = np.geomspace(1, iterations, n // 3).round()
    even = np.linspace(0, iterations, n - n // 3).round()
    return frozenset(np.concatenate([early, even]).astype(int).tolist())


def train(
    net: SimpleNet,
    data: Dataset,
    config: TrainingConfig,
    after: Record | None = None,
    velocity: Params | None = None,
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
    velocity : dict of str to ndarray, optional
        Of the momentum, shaped like `params` and changed in place as they are: zeros at first.
        Only who goes on with a training that has momentum needs to hold it.

    Yields
    ------
    Record
        One before the first update (unless `after` is given) and one after each. Close the
        generator to stop; do not ask it for more to pause.

    Raises
    ------
    ValueError
        If the data do not fit the network, or there are none, or if images that are not
        28 x 28 are to be augmented.

    Notes
    -----
    An iteration is the article's: draw a mini-batch with replacement, compute the gradient of
    its loss, and subtract `learning_rate` times the gradient from each parameter. Momentum, a
    schedule and augmentation are what the article leaves to try.
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
    if config.augmentation and net.input_size != 784:
        raise ValueError(f"only images of 28 x 28 can be augmented, got {net.input_size} pixels")
    labels = as_labels(data.t_train, train_size, net.output_size)
    epoch = iterations_per_epoch(train_size, config.batch_size)
    done, elapsed_s = (after.iteration, after.elapsed_s) if after else (0, 0.0)

    if config.augmentation:  # A digit that is varied may light any pixel.
        lit, pixels = np.ones(net.input_size, bool), data.pixels_train
    else:
        lit, pixels = data.lit, data.lit_train
    layout = Layout(net, lit, velocity)
    snapshots = snapshot_iterations(
        config.iterations, sum(value.nbytes for value in net.params.values())
    )

    def record(iteration: int, loss: float, found: tuple[float, float, float] | None) -> Record:
        params = {k: v.copy() for k, v in net.params.items()} if iteration in snapshots else None
        train_accuracy, test_accuracy, vanished = found or (None, None, None)
        return Record(iteration, loss, elapsed_s, train_accuracy, test_accuracy, params, vanished)

    started = perf_counter()
    batches = mini_batches(pixels, labels, config, done, net.dtype)
    if after is None:
        with one_blas_thread:
            x, t = next(batches)
            loss = loss_of(layout.params, x, t)
            first = evaluate(net, data)
        batches = chain([(x, t)], batches)
        elapsed_s += perf_counter() - started
        yield record(0, loss, first)
        started = perf_counter()
    for iteration in range(done + 1, config.iterations + 1):
        # Not around the yield: who has the generator may do anything before it goes on.
        with one_blas_thread:
            x, t = next(batches)
            loss = compute_gradient(layout.params, x, t, config.gradient, layout.gradient)
            layout.descend(config.learning_rate_at(iteration), config.momentum)
            found = evaluate(net, data) if iteration % epoch == 0 else None
        elapsed_s += perf_counter() - started
        yield record(iteration, loss, found)
        started = perf_counter()


class Layout:
    """The parameters of a training and their gradient, laid out in memory for speed.

    All parameters lie side by side in one vector, and so do their gradient and their velocity: an
    update is a few operations, and no iteration makes an array of the size of W1, for which the
    system may take as long as NumPy takes to fill it. The pixels that are blank in every training
    image have no gradient: their weights are the last rows of W1 here, and are left out.

    Attributes
    ----------
    params, gradient : dict of str to ndarray
        What `backprop` takes; W1 has the rows of the lit pixels only.
    """

    def __init__(
        self, net: SimpleNet, lit: NDArray[np.bool_], velocity: Params | None = None
    ) -> None:
        self._order = np.argsort(~lit, kind="stable")  # The lit pixels first.
        self._back = np.argsort(self._order)
        self._shapes = {key: value.shape for key, value in net.params.items()}
        self._vector = self._laid_out(net.params)
        self._step = np.zeros_like(self._vector)
        self._velocity = self._laid_out(velocity) if velocity else np.zeros_like(self._vector)
        # Who looks from outside: their arrays, and the ones here that they are copies of.
        self._outside = [(self._split(self._vector), net.params)]
        if velocity:
            self._outside.append((self._split(self._velocity), velocity))
        self.params, self.gradient = self._split(self._vector), self._split(self._step)
        for arrays in (self.params, self.gradient):
            arrays["W1"] = arrays["W1"][: lit.sum()]

    def descend(self, learning_rate: float, momentum: float) -> None:
        """Subtract `learning_rate` times the velocity from the parameters, and tell the network."""
        if momentum:
            self._velocity *= momentum
            self._velocity += self._step
            np.multiply(self._velocity, learning_rate, out=self._step)
        else:
            self._step *= learning_rate
        self._vector -= self._step
        for arrays, outside in self._outside:
            arrays["W1"].take(self._back, axis=0, out=outside["W1"], mode="clip")
            for key in ("b1", "W2", "b2"):
                outside[key][...] = arrays[key]

    def _laid_out(self, params: Params) -> NDArray[Any]:
        """Return the parameters as one vector."""
        ordered = params | {"W1": params["W1"][self._order]}
        return np.concatenate([ordered[key].ravel() for key in self._shapes])

    def _split(self, vector: NDArray[Any]) -> Params:
        """Return the arrays that look into a vector."""
        sizes = [int(np.prod(shape)) for shape in self._shapes.values()]
        parts = np.split(vector, np.cumsum(sizes)[:-1])
        return {
            key: part.reshape(shape)
            for part, (key, shape) in zip(parts, self._shapes.items(), strict=True)
        }


def mini_batches(
    pixels: NDArray[Any],
    labels: NDArray[np.intp],
    config: TrainingConfig,
    done: int,
    dtype: DTypeLike,
) -> Iterator[tuple[NDArray[Any], NDArray[np.intp]]]:
    """Yield the mini-batches of the iterations after `done`; each overwrites the one before.

    The draws of an epoch come from a generator of their own, so that a training can go on from
    any iteration without those of the epochs before; so does the augmentation of each iteration.
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
        batch = as_pixels(raw, dtype, out=x)
        if config.augmentation:
            draws = np.random.default_rng([config.seed, iteration, 2])
            batch = augmented(batch, config.augmentation, draws)
        yield batch, drawn[at]


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
    return loss_of(params, x, t)


def evaluate(net: SimpleNet, data: Dataset) -> tuple[float, float, float]:
    """Return the accuracy on the training set and on the test set, and the share that vanished.

    All three in [0, 1]; the last one is that of the training set, see `Record`.
    """
    train_accuracy, vanished = net.accuracy_and_vanished(data.pixels_train, data.t_train)
    return train_accuracy, net.accuracy(data.pixels_test, data.t_test), vanished
