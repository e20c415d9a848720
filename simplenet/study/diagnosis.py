"""What is wrong with a training: told from what it did, while it runs and afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.blas import one_blas_thread
from simplenet.functions import (
    EPSILON,
    as_labels,
    as_pixels,
    checked_pixels,
    cross_entropy_error,
    sigmoid,
    softmax,
)
from simplenet.network import IMAGE_SIZE, Params, SimpleNet
from simplenet.training import History, TrainingConfig

Sign = Literal[
    "units_alike",
    "units_saturated",
    "batch_too_small",
    "steps_too_large",
    "steps_too_small",
    "overfitting",
]
"""What can be wrong. Dead units and vanished gradients are no signs of their own: they follow from
first weights or steps that are too large, and are among the evidence for those."""

SAMPLE = 500
"""Training digits that a diagnosis looks at; the same ones each time."""

MEASURED, DRAWS = 200, 32
"""Digits of the sample whose loss a step is judged by, and mini-batches that are tried on it."""

EARLIEST = 100
"""Iterations before which only units that are all alike are told of."""

WINDOW = 200
"""The most mini-batches that a mean loss is taken over; a tenth of the training, if that is less,
and at least 20."""

SATURATION = 0.01
"""How close to 0 or 1 an activation is saturated: its slope a (1 - a) is at most 1 % then, of the
25 % that it has in the middle."""

# Where a good training ends and a bad one begins. Measured on 134 recipes, at up to 20 moments of
# each. Of two numbers, the first is how far the good ones came, and the second is where the clearly
# bad ones began.
ALIKE = 0.98
"""Likeness of units that are copies: 0.07 and 1.00."""

STILL_ALIKE = 0.35
"""Likeness that is left of copies, long after they began to part: 0.07 and 0.47."""

FIRST_LOSS, SATURATED, UNLEARNED = 5.0, 0.5, 0.25
"""The first loss, which is 2.3 where nothing is known: 2.4 and 9.5; the share of saturated
activations that comes with it: 0.31 and 0.59. And the loss above which it matters still."""

STUCK = 0.1
"""Share of units that are stuck: 0 and 0.2."""

DRIVEN_SATURATED, DRIVEN_ALIKE = 0.6, 0.2
"""Of units that large steps drove to the same place, and that are not stuck: the share of saturated
activations, 0.31 and 0.68; and their likeness, 0.07 and 0.26."""

RISE, SLACK = 1.5, 0.1
"""How many times as large as at its lowest the loss is, but for some slack: 0.96 and 4.8."""

SCATTER, WORSE = 1.4, 0.2
"""Scatter of the loss: 1.05 and 2.1; share of the steps that make it larger, given that: none of
the good ones comes so far, and 0.34."""

UNFINISHED, PLATEAU, SLOW, LINEAR = 0.4, 500, 1000, 25.0
"""The loss above which much is left to learn, and the iterations in which every training may be
slow. Then the iterations that are left at the pace of now: 540 and 1,800; and what a step 100 times
as long would gain, where they are as many: none of the good ones comes so far, and 62 times."""

GAP, FOLLOWED, MEMORISED, EVALUATIONS = 0.015, 0.5, 0.995, 6
"""Gap of the accuracies, on all of MNIST: 0.011 and 0.018; how many times as much as the training
set's that of the test set grew: 0.61 and 0.42. The accuracy of a training set that is known by
heart, where nothing grows any more. And the evaluations that it takes to say so."""

GOOD_RATE, GOOD_BATCH, GOOD_STD, GOOD_MOMENTUM = 0.5, 100, 0.01, 0.9
"""What is offered instead: the length of a step with momentum; the article's mini-batches and first
weights; and the most momentum, above which a training swings for long."""


@dataclass(frozen=True)
class Finding:
    """Something that is wrong with a training.

    Parameters
    ----------
    sign : Sign
        What it is.
    evidence : mapping of str to float
        What was measured, the most telling first. `diagnose` lists the names.
    fix : mapping of str to object
        What would be better: values of fields of the recipe, that is of a `TrainingConfig`, or
        `hidden_size` or `weight_init_std`.
    """

    sign: Sign
    evidence: Mapping[str, float]
    fix: Mapping[str, Any]


def diagnose(
    config: TrainingConfig, history: History, net: SimpleNet, x: ArrayLike, t: ArrayLike
) -> list[Finding]:
    """Return what is wrong with a training, the gravest first; nothing if it goes well.

    It can be asked at any moment of a training, and costs some milliseconds for 50 units.

    Parameters
    ----------
    config : TrainingConfig
        The recipe, for the length of a step and the size of a mini-batch.
    history : History
        What the training has told so far, from its beginning.
    net : SimpleNet
        The network after the last of these iterations, or a little later.
    x : array_like, shape (n, inputs)
        Training digits, pixels in [0, 1] or bytes; the first `SAMPLE` of the training set, say.
    t : array_like
        Their labels: integers, shape (n,), or one-hot.

    Returns
    -------
    list of Finding
        The evidence of each sign, by name; losses are those of cross-entropy, shares in [0, 1],
        points are hundredths of accuracy:

        - "units_alike": `likeness` and, where the first weights are known, `likeness_first`.
        - "units_saturated", by the first weights: `loss_first`, `saturated_share` of the
          activations, `vanished_share` of the digits (`SimpleNet.accuracy_and_vanished`).
        - "batch_too_small": `worse_share` of the steps by such mini-batches, which make the loss
          of all digits larger; `scatter` of the loss: its standard deviation by its mean.
        - "steps_too_large": `loss`, `loss_lowest`, `stuck_share` of the units, `saturated_share`,
          `likeness`, `vanished_share`.
        - "steps_too_small": `loss`, `slope_per_1000` iterations, `iterations_left` until the loss
          would be 0 at the pace of now, and how many times as much a step 100 times as long would
          gain, `gain_of_100`.
        - "overfitting": `gap_points` between the sets, `train_growth_points` and
          `test_growth_points`: from the second quarter of the training to its last.

    Raises
    ------
    ValueError
        If there is no digit, a pixel cannot be, or the labels do not fit.

    Notes
    -----
    Whatever has one cause is told once. Units that are stuck, a loss that rises, and vanished
    gradients together are first weights that are too large if already the first loss was, or the
    noise of a mini-batch if that is what drives them, or else steps that are too large. A slope
    that is small for one of these reasons is not also one by small steps.
    """
    x = checked_pixels(x, images=net.input_size == IMAGE_SIZE)
    labels = as_labels(t, len(x), net.output_size)
    if not len(x):
        raise ValueError("a diagnosis needs at least one digit")
    if not len(history):
        return []
    with one_blas_thread:
        signs = [_alike(history, net.params)]
        if len(history) > EARLIEST:
            probe = Probe(net, x, labels)
            course = Course(history.losses)
            early = _saturated(history, course, probe)
            noise = _noisy(config, course, probe)
            large = None if early or noise else _too_large(config, history, net, course, probe)
            signs += [early, noise, large]
            if len(history) > PLATEAU and not any(signs):
                signs.append(_too_small(config, course, probe))
            signs.append(_overfitting(config, history, net.hidden_size))
    return [finding for finding in signs if finding]


class Course:
    """How the loss of a training went.

    Parameters
    ----------
    losses : ndarray, shape (n,)
        Of each mini-batch, n at least 1.

    Attributes
    ----------
    means : ndarray, shape (m,)
        The mean losses of windows that follow one another, up to the newest.
    window : int
        Mini-batches of each.
    scatter : float
        Standard deviation of the last window's losses, as a share of their mean.
    """

    def __init__(self, losses: NDArray[np.floating]) -> None:
        n = len(losses)
        self.window = min(n, max(20, min(WINDOW, n // 10)))
        windows = losses[n % self.window :].reshape(-1, self.window)
        self.means = windows.mean(axis=1)
        self.scatter = float(windows[-1].std() / max(self.now, np.finfo(float).tiny))

    @property
    def now(self) -> float:
        """The mean loss of the last window."""
        return float(self.means[-1])

    def slope_per_1000(self) -> float:
        """Return how much the mean loss changes in 1,000 iterations: a line through 10 windows."""
        last = self.means[-10:]
        if len(last) < 2:
            return 0.0
        return float(np.polyfit(np.arange(len(last)), last, 1)[0] / self.window * 1000)


class Probe:
    """A network on a sample of digits: how its units are, and what a step would do to its loss.

    Parameters
    ----------
    net : SimpleNet
    x : ndarray, shape (n, inputs)
        Pixels in [0, 1], or bytes.
    labels : ndarray of int, shape (n,)

    Attributes
    ----------
    loss : float
        Of the first `MEASURED` digits.
    a1 : ndarray, shape (n, hidden)
        The activations.
    vanished_share : float
        Share of the digits whose right class has a probability below 1e-7, as
        `SimpleNet.accuracy_and_vanished` has it.

    Notes
    -----
    A step along the gradient of some digits changes what comes into a hidden unit by
    ``-rate * (x @ x_rows.T + 1) @ delta1[rows] / n``: so no array of the size of W1 is made, and
    the loss after a step costs next to nothing. It is computed in float64: the rounding of float32
    would hide what a small step changes.
    """

    def __init__(self, net: SimpleNet, x: NDArray[Any], labels: NDArray[np.intp]) -> None:
        self._x, self._labels = as_pixels(x, net.dtype), labels
        w1, b1 = net.params["W1"], net.params["b1"]
        self._w2, self._b2 = (net.params[key].astype(np.float64) for key in ("W2", "b2"))
        self._s1 = (self._x @ w1 + b1).astype(np.float64)  # (n, inputs) @ (inputs, hidden)
        self.a1 = sigmoid(self._s1)
        y = softmax(self.a1 @ self._w2 + self._b2)  # (n, hidden) @ (hidden, output)
        right = y[np.arange(len(x)), labels]
        self.vanished_share = float(np.mean(right < EPSILON))
        self._delta2 = np.array(y)
        self._delta2[np.arange(len(x)), labels] -= 1  # y - t
        self._delta2 *= (right / (right + EPSILON))[:, np.newaxis]
        self._delta1 = self._delta2 @ self._w2.T * self.a1 * (1 - self.a1)  # (n, hidden)
        self.loss = cross_entropy_error(y[:MEASURED], labels[:MEASURED])

    @property
    def saturated_share(self) -> float:
        """Share of the activations that are within `SATURATION` of 0 or 1."""
        return float(self._saturated().mean())

    @property
    def stuck_share(self) -> float:
        """Share of the units that are saturated for at least 95 of 100 digits: they learn nothing.

        Glorot and Bengio, "Understanding the difficulty of training deep feedforward neural
        networks" (2010), look at the same.
        """
        return float(np.mean(self._saturated().mean(axis=0) >= 0.95))

    def gain(self, rate: float, rows: NDArray[np.intp] | None = None) -> float:
        """Return by how much a step makes the loss smaller; below 0, it makes it larger.

        Parameters
        ----------
        rate : float
            Its length along the gradient.
        rows : ndarray of int, shape (k,), optional
            The digits whose gradient it is; all without it.
        """
        rows = np.arange(len(self._x)) if rows is None else rows
        share = rate / len(rows)
        alike = self._x[:MEASURED] @ self._x[rows].T + 1  # (measured, k)
        s1 = self._s1[:MEASURED] - share * (alike @ self._delta1[rows])
        w2 = self._w2 - share * (self.a1[rows].T @ self._delta2[rows])
        b2 = self._b2 - share * self._delta2[rows].sum(axis=0)
        y = softmax(sigmoid(s1) @ w2 + b2)
        return self.loss - cross_entropy_error(y, self._labels[:MEASURED])

    def gains(self, rate: float, batch_size: int) -> NDArray[np.float64]:
        """Return the gains of steps by random mini-batches, the same ones each time.

        The noise of a mini-batch makes some of them negative, the more the smaller it is and the
        longer the step (McCandlish et al., "An Empirical Model of Large-Batch Training", 2018).
        """
        rng = np.random.default_rng(0)
        draws = rng.integers(len(self._x), size=(DRAWS, min(batch_size, len(self._x))))
        return np.array([self.gain(rate, rows) for rows in draws])

    def _saturated(self) -> NDArray[np.bool_]:
        return np.abs(self.a1 - 0.5) > 0.5 - SATURATION


def likeness(params: Params) -> float:
    """Return how alike the hidden units are: 1 if each is the copy of every other, 0 by chance.

    Parameters
    ----------
    params : dict of str to ndarray
        Of a network with at least 2 hidden units; with one, the likeness is 0.

    Returns
    -------
    float
        The mean cosine of the angle between the weights of two units, those that come in and those
        that go out. 1 if all weights are 0.

    Notes
    -----
    Units that start alike have the same gradient, and stay alike: the symmetry has to be broken by
    the first weights (Goodfellow et al., "Deep Learning", 2016, section 8.4).
    """
    units = np.vstack([params["W1"], params["b1"], params["W2"].T]).astype(np.float64)
    hidden = units.shape[1]
    if hidden < 2:
        return 0.0
    lengths = np.linalg.norm(units, axis=0)
    if not lengths.all():
        return float(not lengths.any())
    total = (units / lengths).sum(axis=1)  # Its square is the sum of all cosines.
    return float((total @ total - hidden) / (hidden * (hidden - 1)))


def _alike(history: History, params: Params) -> Finding | None:
    """Return whether all units are alike; or were so at first, and still are to a good part."""
    evidence = {"likeness": likeness(params)}
    least = ALIKE
    if history.snapshots and history.snapshots[0][0] == 0:
        evidence["likeness_first"] = likeness(history.snapshots[0][1])
        if evidence["likeness_first"] < ALIKE:  # Then large steps drove them to the same place.
            return None
        least = STILL_ALIKE
    if evidence["likeness"] < least:
        return None
    return Finding("units_alike", evidence, {"weight_init_std": GOOD_STD})


def _saturated(history: History, course: Course, probe: Probe) -> Finding | None:
    """Return whether the first weights were so large that the units are still saturated."""
    first = float(history.losses[0])
    if history.first or first < FIRST_LOSS or probe.saturated_share < SATURATED:
        return None
    if course.now < UNLEARNED:
        return None
    evidence = {
        "loss_first": first,
        "saturated_share": probe.saturated_share,
        "vanished_share": probe.vanished_share,
    }
    return Finding("units_saturated", evidence, {"weight_init_std": GOOD_STD})


def _noisy(config: TrainingConfig, course: Course, probe: Probe) -> Finding | None:
    """Return whether many steps make the loss larger by the noise of their small mini-batches."""
    if course.scatter < SCATTER or config.batch_size >= GOOD_BATCH:
        return None
    rate = step_length(config)
    worse_share = float(np.mean(probe.gains(rate, config.batch_size) < 0))
    if worse_share < WORSE:
        return None
    evidence = {"worse_share": worse_share, "scatter": course.scatter}
    fix: dict[str, Any] = {"batch_size": GOOD_BATCH}
    if rate > GOOD_RATE:
        fix["learning_rate"] = fair_rate(config.momentum, GOOD_BATCH)
    return Finding("batch_too_small", evidence, fix)


def _too_large(
    config: TrainingConfig, history: History, net: SimpleNet, course: Course, probe: Probe
) -> Finding | None:
    """Return whether steps that are too large drove units to their ends, or let the loss rise."""
    lowest = float(course.means.min())
    if not history.first:
        lowest = min(lowest, float(history.losses[0]))
    same = likeness(net.params)
    driven = probe.saturated_share >= DRIVEN_SATURATED and same >= DRIVEN_ALIKE
    if not driven and probe.stuck_share < STUCK and course.now < RISE * lowest + SLACK:
        return None
    evidence = {
        "loss": course.now,
        "loss_lowest": lowest,
        "stuck_share": probe.stuck_share,
        "saturated_share": probe.saturated_share,
        "likeness": same,
        "vanished_share": probe.vanished_share,
    }
    momentum = min(config.momentum, GOOD_MOMENTUM)
    fair = min(fair_rate(momentum, config.batch_size), config.learning_rate / 4)
    fix = {"learning_rate": _rounded(fair)}
    if momentum != config.momentum:
        fix["momentum"] = momentum
    return Finding("steps_too_large", evidence, fix)


def _too_small(config: TrainingConfig, course: Course, probe: Probe) -> Finding | None:
    """Return whether much is left to learn, at a slow pace, and far longer steps would gain more.

    Where the steps are as long as they can be, one 100 times as long gains little or does harm,
    because the loss is curved. At the beginning every training is slow.
    """
    if probe.loss < UNFINISHED:
        return None
    rate = step_length(config)
    gain = max(probe.gain(rate), np.finfo(float).tiny)
    evidence = {
        "loss": course.now,
        "slope_per_1000": course.slope_per_1000(),
        "iterations_left": probe.loss / gain,
        "gain_of_100": probe.gain(100 * rate) / gain,
    }
    if evidence["iterations_left"] < SLOW or evidence["gain_of_100"] < LINEAR:
        return None
    fair = max(fair_rate(config.momentum, config.batch_size), config.learning_rate * 3)
    return Finding("steps_too_small", evidence, {"learning_rate": _rounded(fair)})


def _overfitting(config: TrainingConfig, history: History, hidden_size: int) -> Finding | None:
    """Return whether what is still learned of the training set does not help on the test set."""
    known = history.evaluations
    both = ~np.isnan(known["train_accuracy"]) & ~np.isnan(known["test_accuracy"])
    train, test = known["train_accuracy"][both], known["test_accuracy"][both]
    quarter = len(train) // 4
    if len(train) < EVALUATIONS:
        return None
    growth = {}
    for name, accuracy in (("train", train), ("test", test)):
        early, late = accuracy[quarter : 2 * quarter].mean(), accuracy[-quarter:].mean()
        growth[name] = float(late - early)
    gap = float(train[-1] - test[-1])
    stands_still = growth["train"] > 0 and growth["test"] <= FOLLOWED * growth["train"]
    if gap < GAP or not (stands_still or train[-1] >= MEMORISED):
        return None
    evidence = {
        "gap_points": 100 * gap,
        "train_growth_points": 100 * growth["train"],
        "test_growth_points": 100 * growth["test"],
    }
    fix: dict[str, Any] = {"augmentation": ("affine",)}
    if config.augmentation:
        fix = {"hidden_size": max(hidden_size // 2, 1)}
    return Finding("overfitting", evidence, fix)


def step_length(config: TrainingConfig) -> float:
    """Return how far a gradient moves the parameters in the end, momentum included."""
    return config.learning_rate / (1 - config.momentum)


def fair_rate(momentum: float, batch_size: int) -> float:
    """Return a learning rate that serves well, for mini-batches of a size.

    It falls with the square root of the batch size below `GOOD_BATCH`, so that the noise of the
    steps stays the same (Krizhevsky, "One weird trick for parallelizing convolutional neural
    networks", 2014).
    """
    return _rounded(GOOD_RATE * (1 - momentum) * sqrt(min(batch_size / GOOD_BATCH, 1)))


def _rounded(rate: float) -> float:
    """Return a learning rate with one digit that counts."""
    return float(f"{rate:.0e}")
