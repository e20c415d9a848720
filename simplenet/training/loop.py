"""Mini-batch gradient descent: `train` is a generator that updates a network and yields records."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from simplenet.blas import one_blas_thread
from simplenet.data import Dataset
from simplenet.data.augmentation import augmented
from simplenet.functions import as_labels, as_pixels, cross_entropy_error, whole_number
from simplenet.network import Params, SimpleNet, backprop, forward
from simplenet.training.config import GradientMethod, TrainingConfig
from simplenet.training.evaluation import evaluated
from simplenet.training.layout import Layout
from simplenet.training.record import BATCH_SEEN, Record, snapshot_iterations
from simplenet.training.stopping import Best, best_with, early_end


def train(
    net: SimpleNet,
    data: Dataset,
    config: TrainingConfig,
    after: Record | None = None,
    velocity: Params | None = None,
    evaluating: bool = True,
    best: Best | None = None,
    evaluate_every: int | None = None,
) -> Iterator[Record]:
    """Train a network in place by mini-batch gradient descent.

    Parameters
    ----------
    net : SimpleNet
        Its `params` are changed in place between two records. Reading them while a record is
        at hand is safe; keep a copy to keep them. Changing them is, too: the training goes on
        from what it finds.
    data : Dataset
        Its training set is learned from; both sets are used for the accuracies, and without a
        test set the training set alone.
    config : TrainingConfig
        The recipe.
    after : Record, optional
        The last record of the same training, to go on from there with the parameters as they
        were then. A training in pieces gives the same records as one in a single piece.
    velocity : dict of str to ndarray, optional
        Of the momentum, shaped like `params` and changed in place as they are: zeros at first.
        Only who goes on with a training that has momentum needs to hold it.
    evaluating : bool
        Whether the records that `is_evaluated` names come with accuracies. On a large network
        that takes seconds in one piece: who must be able to stop meanwhile does it in several,
        and ends a training early that is to be, by `early_end`.
    best : Best, optional
        The best evaluation until `after`, as `best_with` returns it. Only who goes on with a
        training that may end early needs to hold it.
    evaluate_every : int, optional
        Iterations from one evaluation to the next, at least 1; by default an epoch. The first and
        the last record are evaluated in any case. `patience` counts evaluations.

    Yields
    ------
    Record
        One before the first update (unless `after` is given) and one after each, until the last
        iteration or an early end. Close the generator to stop; do not ask it for more to pause.
        When it has ended by itself, a training that may end early has left the parameters of its
        best evaluation in the network.

    Raises
    ------
    ValueError
        If the data do not fit the network, or there are none, if the end depends on a test set
        that there is not, if somebody puts an array of another shape into `net.params`, or if
        images that are not
        28 x 28 are to be augmented.

    Notes
    -----
    An iteration is the article's: draw a mini-batch with replacement, compute the gradient of
    its loss, and subtract `learning_rate` times the gradient from each parameter. Momentum, a
    schedule and augmentation are what the article leaves to try.

    Examples
    --------
    >>> data = Dataset([[0.0], [0.2], [0.8], [1.0]], [0, 0, 1, 1])
    >>> net = SimpleNet(1, 5, 2, rng=0)
    >>> *_, last = train(net, data, TrainingConfig(iterations=500, learning_rate=5.0))
    >>> last.iteration, last.train_accuracy
    (500, 1.0)
    """
    if data.pixels_train.shape[1:] != (net.input_size,) or data.t_train.shape[1:] != (
        net.output_size,
    ):
        raise ValueError(
            f"the network takes {net.input_size} inputs and knows {net.output_size} classes, "
            f"the data have {data.pixels_train.shape[1:]} and {data.t_train.shape[1:]}"
        )
    train_size = len(data.pixels_train)
    if not train_size:
        raise ValueError("training needs at least one training sample")
    if config.keeps_best and not len(data.pixels_test):
        raise ValueError("patience and target_accuracy need a test set, and the data have none")
    if evaluate_every is not None and whole_number("evaluate_every", evaluate_every) < 1:
        raise ValueError(f"evaluate_every must be at least 1, got {evaluate_every}")
    if config.augmentation and net.input_size != 784:
        raise ValueError(f"only images of 28 x 28 can be augmented, got {net.input_size} pixels")
    labels = as_labels(data.t_train, train_size, net.output_size)
    done, elapsed_s = (after.iteration, after.elapsed_s) if after else (0, 0.0)

    if config.augmentation:  # A digit that is varied may light any pixel.
        lit, pixels = np.ones(net.input_size, bool), data.pixels_train
    else:
        lit, pixels = data.lit, data.lit_train
    layout = Layout(net, lit, velocity)
    snapshots = snapshot_iterations(
        config.iterations, sum(value.nbytes for value in net.params.values())
    )

    def record(iteration: int, loss: float, batch_accuracy: float | None) -> Record:
        params = {k: v.copy() for k, v in net.params.items()} if iteration in snapshots else None
        time_s = elapsed_s + perf_counter() - started
        found = Record(iteration, loss, time_s, params=params, batch_accuracy=batch_accuracy)
        at_once = evaluating and is_evaluated(iteration, train_size, config, evaluate_every)
        return evaluated(found, net, data) if at_once else found

    def best_by(told: Record) -> Best | None:
        if not config.keeps_best or told.test_accuracy is None:
            return best
        return best_with(best, told, {key: value.copy() for key, value in net.params.items()})

    started = perf_counter()
    batches = mini_batches(pixels, labels, config, done, net.dtype)
    if after is None:
        with one_blas_thread:
            x, t = next(batches)
            _, y = forward(layout.params, x)
        batches = chain([(x, t)], batches)
        told = record(0, cross_entropy_error(y, t), share_right(y, t))
        best = best_by(told)
        yield told
        elapsed_s, started = told.elapsed_s, perf_counter()
    y = np.empty((config.batch_size, net.output_size), net.dtype)
    for iteration in range(done + 1, config.iterations + 1):
        if early_end(config, best):
            break
        seen = y if iteration % BATCH_SEEN == 0 else None
        # Not around the yield: who has the generator may do anything before it goes on.
        with one_blas_thread:
            layout.follow()
            x, t = next(batches)
            loss = compute_gradient(layout.params, x, t, config.gradient, layout.gradient, seen)
            layout.descend(config.learning_rate_at(iteration), config.momentum)
        told = record(iteration, loss, None if seen is None else share_right(seen, t))
        best = best_by(told)
        yield told
        elapsed_s, started = told.elapsed_s, perf_counter()
    if best:
        for key, value in best.params.items():
            net.params[key][...] = value


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
    params: Params,
    x: NDArray[Any],
    t: NDArray[np.intp],
    method: GradientMethod,
    out: Params,
    probabilities: NDArray[Any] | None = None,
) -> float:
    """Return the loss of a mini-batch, and write its gradient, computed by `method`, into `out`.

    Its probabilities, (n, outputs), are written into `probabilities`, if they are wanted.
    """
    if method == "backprop":
        return backprop(params, x, t, out, probabilities)
    net = SimpleNet.from_params(params)
    numerical = (
        net.fast_numerical_gradient if method == "fast_numerical" else net.numerical_gradient
    )
    for key, value in numerical(x, t).items():
        out[key][...] = value
    _, y = forward(params, x)
    if probabilities is not None:
        probabilities[...] = y
    return cross_entropy_error(y, t)


def share_right(y: NDArray[Any], labels: NDArray[np.intp]) -> float:
    """Return the share of samples, in [0, 1], whose most probable class is the right one.

    `y` are their probabilities, (n, classes), and `labels`, (n,), the right classes.
    """
    return float(np.count_nonzero(y.argmax(axis=1) == labels) / len(labels))


def is_evaluated(
    iteration: int, train_size: int, config: TrainingConfig, every: int | None = None
) -> bool:
    """Return whether the network is evaluated after an iteration: at first, every epoch, at last.

    Or, with `every`, after so many iterations instead of an epoch.
    """
    every = every or iterations_per_epoch(train_size, config.batch_size)
    return iteration == config.iterations or iteration % every == 0


def iterations_per_epoch(train_size: int, batch_size: int) -> int:
    """Return how many mini-batches have as many samples as the training set, at least 1."""
    return max(train_size // batch_size, 1)
