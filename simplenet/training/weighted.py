"""Gradient descent on samples of any kind, some of which may count more than others."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simplenet.functions import EPSILON
from simplenet.network import Params, backprop, forward


class Descent:
    """Gradient descent with momentum, as `train` does it, where whoever calls draws the samples.

    All parameters lie side by side in one vector, and so do gradient and velocity: see `Layout`.

    Parameters
    ----------
    params : dict of str to ndarray
        Where it begins; they are left as they are.
    velocity : dict of str to ndarray, optional
        Zeros at first.

    Attributes
    ----------
    params, velocity : dict of str to ndarray
        As they are now.
    """

    def __init__(self, params: Params, velocity: Params | None = None) -> None:
        self._vector = np.concatenate([value.ravel() for value in params.values()])
        self._step = np.zeros_like(self._vector)
        self._velocity = np.zeros_like(self._vector)
        self.params = _split(self._vector, params)
        self.velocity = _split(self._velocity, params)
        self._gradient = _split(self._step, params)
        for key, value in (velocity or {}).items():
            self.velocity[key][...] = value

    def step(
        self,
        x: NDArray[Any],
        labels: NDArray[np.intp],
        weights: NDArray[Any] | None,
        learning_rate: float,
        momentum: float,
    ) -> float:
        """Return the loss of samples, and move the parameters against its gradient.

        Parameters
        ----------
        x : ndarray, shape (n, inputs)
            Any finite numbers, of the type of the parameters.
        labels : ndarray of int, shape (n,)
            The right classes.
        weights : ndarray, shape (n,), or None
            How much each counts; over a whole set they sum to as much as it has mini-batches.
            None: all the same, 1 / n.
        learning_rate, momentum : float
            As `TrainingConfig` has them.
        """
        if weights is None:
            loss = backprop(self.params, x, labels, self._gradient)
        else:
            loss = weighted_backprop(self.params, x, labels, weights, self._gradient)
        if momentum:
            self._velocity *= momentum
            self._velocity += self._step
            np.multiply(self._velocity, learning_rate, out=self._step)
        else:
            self._step *= learning_rate
        self._vector -= self._step
        return loss


def weighted_backprop(
    params: Params,
    x: NDArray[Any],
    labels: NDArray[np.intp],
    weights: NDArray[Any],
    gradient: Params,
) -> float:
    """Return the weighted mean loss of samples, and write its gradient into `gradient`.

    It is `simplenet.network.backprop`, where each sample counts as much as its weight instead of
    1 / n: a weight of 2 / n is the sample twice.
    """
    samples, ones = np.arange(len(x)), np.ones(len(x), x.dtype)
    a1, y = forward(params, x)
    right = y[samples, labels]
    safe = right + EPSILON

    delta2 = y
    delta2[samples, labels] = right - 1  # y - t
    delta2 *= (weights * right / safe)[:, np.newaxis]  # (n, output)
    delta1 = np.dot(delta2, params["W2"].T)  # (n, output) @ (output, hidden) -> (n, hidden)
    delta1 *= a1 * (1 - a1)
    np.dot(x.T, delta1, out=gradient["W1"])  # (input, n) @ (n, hidden)
    np.dot(ones, delta1, out=gradient["b1"])
    np.dot(a1.T, delta2, out=gradient["W2"])  # (hidden, n) @ (n, output)
    np.dot(ones, delta2, out=gradient["b2"])
    return -float(np.dot(weights, np.log(safe)))


def _split(vector: NDArray[Any], like: Params) -> Params:
    """Return the arrays that look into a vector."""
    ends = np.cumsum([value.size for value in like.values()])
    parts = zip(like.items(), np.split(vector, ends[:-1]), strict=True)
    return {key: part.reshape(value.shape) for (key, value), part in parts}
