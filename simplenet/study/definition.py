"""How long a training by the definition of the gradient would take, from what is measured now."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from time import thread_time

import numpy as np
from numpy.typing import ArrayLike

from simplenet.blas import one_blas_thread
from simplenet.functions import as_labels, as_pixels, checked_pixels
from simplenet.network import SimpleNet, backprop, loss_of

ROUNDS, TIMES = 3, 10
"""How often each is measured, and how often it is computed each time; the shortest time counts."""

LEAST_S = 1e-9
"""A clock that is too coarse may see no time at all."""


@dataclass(frozen=True)
class Definition:
    """The time of one forward pass, and what follows from it.

    Parameters
    ----------
    parameters : int
        Weights and biases of the network.
    pass_s : float
        Measured: the loss of the mini-batch, in float64, as the definition needs it.
    backprop_s : float
        Measured: the whole gradient by backpropagation, in the network's own precision.
    """

    parameters: int
    pass_s: float
    backprop_s: float

    @property
    def passes(self) -> int:
        """Forward passes for one gradient: every parameter is moved up, and down."""
        return 2 * self.parameters

    @property
    def gradient_s(self) -> float:
        """The time of one gradient by the definition."""
        return self.passes * self.pass_s

    def training_s(self, iterations: int) -> float:
        """Return the time of a training by the definition."""
        return iterations * self.gradient_s


def measure(net: SimpleNet, x: ArrayLike, t: ArrayLike) -> Definition:
    """Measure a forward pass of a mini-batch, and a gradient by backpropagation.

    Parameters
    ----------
    net : SimpleNet
    x, t : array_like
        Pixels, (n, inputs), and their labels, as `SimpleNet.loss` takes them.

    Notes
    -----
    It is the time of this thread on its core: what others do meanwhile does not count.
    """
    exact, pixels = net.astype(np.float64), as_pixels(checked_pixels(x), np.float64)
    labels = as_labels(t, len(pixels), net.output_size)
    own, gradient = pixels.astype(net.dtype), {k: np.empty_like(v) for k, v in net.params.items()}
    with one_blas_thread:
        pass_s = _core_s(lambda: loss_of(exact.params, pixels, labels))
        backprop_s = _core_s(lambda: backprop(net.params, own, labels, gradient))
    return Definition(sum(value.size for value in net.params.values()), pass_s, backprop_s)


def _core_s(compute: Callable[[], float]) -> float:
    """Return how long one computation takes on a core, in seconds."""
    times = []
    for _ in range(ROUNDS):
        started = thread_time()
        for _ in range(TIMES):
            compute()
        times.append((thread_time() - started) / TIMES)
    return max(min(times), LEAST_S)
