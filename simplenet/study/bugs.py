"""Backprop with a classic mistake in it: the engine's own source, but for a line; and its check."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

import simplenet.network
from simplenet.blas import one_blas_thread
from simplenet.data import Dataset
from simplenet.functions import as_labels
from simplenet.network import Params, SimpleNet, backprop
from simplenet.study.measuring import Difference, difference
from simplenet.training import Layout, TrainingConfig, mini_batches

PASSES, FAILS = 1e-7, 1e-4
"""Relative differences: below the first a gradient is right, above the second it is wrong; in
between, look twice. (The customary limits, as in Stanford's course CS231n, "Gradient checks".)"""

Verdict = Literal["right", "doubtful", "wrong", "unclear"]
"""What a check says of an array; "unclear" is that it cannot tell."""


@dataclass(frozen=True)
class Bug:
    """A mistake: some text of `backprop`, and what stands there by mistake.

    Parameters
    ----------
    name : str
        For those who choose it.
    right, wrong : str
        Text of the engine's source, and what is put in its place.
    """

    name: str
    right: str
    wrong: str


BUGS = (
    Bug(
        "transpose",
        'np.dot(delta2, params["W2"].T)',
        'np.dot(delta2, params["W2"].reshape(params["W2"].shape[::-1]))',
    ),
    Bug("slope", "    delta1 *= a1 * (1 - a1)\n", ""),
    Bug("factor", "delta1 *= a1 * (1 - a1)", "delta1 *= 1 - a1"),
    Bug("sum", "(right / safe / n)", "(right / safe)"),
    Bug(
        "label",
        "    right = y[samples, labels]\n",
        "    labels = (labels + 1) % y.shape[1]\n    right = y[samples, labels]\n",
    ),
    Bug(
        "updated",
        'np.dot(delta2, params["W2"].T)',
        'np.dot(delta2, (params["W2"] - 0.1 * np.dot(a1.T, delta2)).T)',
    ),
    Bug(
        "bias",
        'np.dot(ones, delta1, out=gradient["b1"])',
        'np.dot(ones, delta1[:1].repeat(n, axis=0), out=gradient["b1"])',
    ),
)
"""A reshape instead of a transpose; the sigmoid's slope forgotten, or half forgotten; the sum
of the samples where the mean belongs; labels off by one; the gradient of the first layer with the
weights of the second already updated; the bias from the first sample alone."""


@dataclass(frozen=True)
class ArrayCheck:
    """What the check of a gradient says of one array.

    Parameters
    ----------
    difference : Difference
        Between the gradient and the numerical one.
    error : float
        How much of the relative difference may be the error of the numerical gradient itself.
    where : tuple of int
        The place of the largest difference.
    gradient, numerical : float
        The two partial derivatives there.
    ratio : float
        How many times as large the gradient is: of all lines through zero, the slope of the one
        that fits the points (numerical, gradient) best; nan if the numerical one is 0.
    """

    difference: Difference
    error: float
    where: tuple[int, ...]
    gradient: float
    numerical: float
    ratio: float

    @property
    def verdict(self) -> Verdict:
        """What is to be thought of the array.

        Only what the numerical gradient's own error does not explain counts as a difference. Where
        that error alone may be as large as the difference of a wrong gradient, and no more is
        found, the check is blind: "unclear".
        """
        found = self.difference.relative
        if found - self.error >= FAILS:
            return "wrong"
        if found and self.error >= FAILS:
            return "unclear"
        return "right" if found - self.error < PASSES else "doubtful"

    @property
    def is_zero(self) -> bool:
        """Whether both gradients are 0: a mistake that leaves 0 as it is cannot be seen there."""
        return self.gradient == self.numerical == self.difference.relative == 0


def buggy_gradient(bug: Bug | None, params: Params, x: NDArray[Any], t: ArrayLike) -> Params:
    """Return the gradient by backprop with a mistake in it, or by backprop as it is.

    Parameters
    ----------
    bug : Bug or None
    params : dict of str to ndarray
        A network's parameters; they are left as they are.
    x : ndarray, shape (n, inputs)
        Pixels in [0, 1], of the type of the parameters; n at least 1.
    t : array_like
        Integer labels, shape (n,), or one-hot.

    Returns
    -------
    dict of str to ndarray
        Names and shapes of `params`.
    """
    gradient = {key: np.empty_like(value) for key, value in params.items()}
    labels = as_labels(t, len(x), params["W2"].shape[1])
    with_bug(bug)(params, x, labels, gradient)
    return gradient


def accuracy_after(bug: Bug | None, net: SimpleNet, data: Dataset, config: TrainingConfig) -> float:
    """Train a network by backprop with a mistake in it, and return its test accuracy in [0, 1].

    Parameters
    ----------
    bug : Bug or None
    net : SimpleNet
        Changed in place.
    data : Dataset
    config : TrainingConfig
        How often, on how many samples, how fast, and the seed of the draws; what else it holds is
        left out.
    """
    labels = as_labels(data.t_train, len(data.t_train), net.output_size)
    layout, backward = Layout(net, np.ones(net.input_size, bool)), with_bug(bug)
    # A gradient that is wrong enough drives the weights far away: that is what is to be seen.
    with np.errstate(over="ignore"), one_blas_thread:
        for x, t in mini_batches(data.pixels_train, labels, config, 0, net.dtype):
            backward(layout.params, x, t, layout.gradient)
            layout.descend(config.learning_rate, momentum=0.0)
    return net.accuracy(data.pixels_test, data.t_test)


def check_gradient(
    gradient: Params, numerical: Params, error: Params | None = None
) -> dict[str, ArrayCheck]:
    """Return how a gradient compares with the numerical one, array by array.

    Parameters
    ----------
    gradient : dict of str to ndarray of float64
        What is checked.
    numerical : dict of str to ndarray of float64
        The numerical gradient; names and shapes of `gradient`.
    error : dict of str to ndarray, optional
        How far each entry of it may be off, as `central_difference_error` returns it. Without it,
        the numerical gradient is taken for exact: a gradient that is as small as the rounding of
        a central difference is then called wrong, however right it is.

    Returns
    -------
    dict of str to ArrayCheck
    """
    checks = {}
    for key, right in numerical.items():
        found = gradient[key]
        where = np.unravel_index(np.abs(found - right).argmax(), right.shape)
        norm = float(np.vdot(right, right))
        scale = float(np.linalg.norm(found) + np.linalg.norm(right))
        off = float(np.linalg.norm(error[key])) if error else 0.0
        checks[key] = ArrayCheck(
            difference(found, right),
            off / scale if scale else 0.0,
            tuple(int(i) for i in where),
            float(found[where]),
            float(right[where]),
            float(np.vdot(found, right)) / norm if norm else np.nan,
        )
    return checks


def sources(bug: Bug) -> tuple[str, str]:
    """Return the source of `backprop` without its docstring: as it is, and with the mistake."""
    source = inspect.getsource(backprop)
    body = source.split('"""')
    right = body[0].rstrip() + body[2]
    if right.count(bug.right) != 1:
        raise ValueError(f"backprop has no single {bug.right!r}")
    return right, right.replace(bug.right, bug.wrong)


@cache
def with_bug(bug: Bug | None) -> Any:
    """Return `backprop` with a mistake in it; it takes what `backprop` takes."""
    if bug is None:
        return backprop
    # What it means by `forward` or `np` is what the original means by them.
    names = dict(vars(simplenet.network))
    exec(compile(sources(bug)[1], f"<backprop with {bug.name}>", "exec"), names)
    return names["backprop"]
