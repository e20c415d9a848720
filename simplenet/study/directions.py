"""A step along the gradient, and one as long in a direction that chance has chosen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from simplenet.functions import as_labels, as_pixels, checked_pixels
from simplenet.network import Params, SimpleNet, loss_of


@dataclass(frozen=True, eq=False)
class Directions:
    """What steps of some lengths make of the loss of a mini-batch.

    Parameters
    ----------
    gradient : dict of str to ndarray
        Names and shapes of the parameters.
    downhill, chance : ndarray, shape (m,)
        The loss after a step of each learning rate along the negative gradient, and after one
        that is as long in a random direction.
    """

    gradient: Params
    downhill: NDArray[np.float64]
    chance: NDArray[np.float64]

    @property
    def still(self) -> float:
        """The share of the parameters whose slope is exactly 0, in [0, 1]."""
        zeros = sum(int(np.count_nonzero(value == 0)) for value in self.gradient.values())
        return zeros / sum(value.size for value in self.gradient.values())


def directions(
    params: Params, x: ArrayLike, t: ArrayLike, rates: ArrayLike, rng: np.random.Generator | int
) -> Directions:
    """Return what steps along the gradient make of a loss, and steps by chance.

    Parameters
    ----------
    params : dict of str to ndarray
        A network's parameters; they are left as they are.
    x, t : array_like
        Pixels, (n, inputs), and their labels, as `SimpleNet.loss` takes them.
    rates : array_like, shape (m,)
        The learning rates; 0 is no step.
    rng : numpy.random.Generator or int
        Draws the other direction; an int is its seed.

    Raises
    ------
    ValueError
        If there is no sample, or `x` or `t` is not what it should be.
    """
    net = SimpleNet.from_params(params).astype(np.float64)
    pixels = as_pixels(checked_pixels(x), np.float64)
    labels = as_labels(t, len(pixels), net.output_size)
    gradient = net.gradient(pixels, labels)
    rng = np.random.default_rng(rng)
    other = {key: rng.standard_normal(value.shape) for key, value in gradient.items()}
    scale = length(gradient) / length(other)

    def after(rate: float, direction: Params) -> float:
        return loss_of(stepped(net.params, direction, rate), pixels, labels)

    all_rates = np.asarray(rates, np.float64)
    return Directions(
        gradient,
        np.array([after(rate, gradient) for rate in all_rates]),
        np.array([after(rate * scale, other) for rate in all_rates]),
    )


def stepped(params: Params, direction: Params, rate: float) -> Params:
    """Return the parameters after a step against a direction, `rate` times as long as that is."""
    return {key: value - rate * direction[key] for key, value in params.items()}


def length(direction: Params) -> float:
    """Return the Euclidean length of parameters, or of a gradient, taken as one vector."""
    return float(np.sqrt(sum(float(np.sum(value**2)) for value in direction.values())))
