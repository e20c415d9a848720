"""How the cost of a gradient grows with the network and with the mini-batch, measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Literal

import numpy as np

from simplenet.data import loaded, mini_batch
from simplenet.functions import as_labels, as_pixels
from simplenet.gradients import central_difference
from simplenet.jobs import Slice
from simplenet.network import SimpleNet, loss_of
from simplenet.study.measuring import timed
from simplenet.training import GradientMethod, check_between

Axis = Literal["hidden_size", "batch_size"]

WAYS: tuple[GradientMethod, ...] = ("numerical", "fast_numerical", "backprop")
"""The definition, the same central difference without the waste, and backpropagation."""

THEORY: dict[Axis, dict[GradientMethod, int]] = {
    "hidden_size": {"numerical": 2, "fast_numerical": 1, "backprop": 1},
    "batch_size": {"numerical": 1, "fast_numerical": 1, "backprop": 1},
}
"""The exponents for large sizes. With H hidden units there are about 795 H parameters, and a
forward pass of n digits costs about 1,600 n H operations; the definition does two passes for each
parameter, the other two ways one pass and about as much again as it takes for all."""

SAMPLED = 12
"""Parameters that the definition is measured on, if they do not take longer than `LONG_S`; each
takes it equally long."""


MOST_UNIT_SAMPLES = 60_000
"""The most hidden units times digits of a point: it is measured in one piece."""


@dataclass(frozen=True)
class Timing:
    """How long one gradient takes.

    Parameters
    ----------
    axis : {"hidden_size", "batch_size"}
        The curve that it belongs to: which size is varied.
    way : {"numerical", "fast_numerical", "backprop"}
        How the gradient is computed.
    hidden_size, batch_size : int
        The sizes.
    seconds : float
        The median of a few measurements; by the definition it is measured on some parameters,
        and projected to all.
    """

    axis: Axis
    way: GradientMethod
    hidden_size: int
    batch_size: int
    seconds: float

    @property
    def size(self) -> int:
        """The size that is varied."""
        return self.hidden_size if self.axis == "hidden_size" else self.batch_size


@dataclass(frozen=True)
class Scaling:
    """Measurements of all three ways over some sizes, as work for a worker.

    Parameters
    ----------
    hidden_sizes, batch_sizes : tuple of int
        What is varied, at least two sizes each; ascending.
    hidden_size, batch_size : int
        What it is while the other one is varied.
    seed : int
        Of the weights and the mini-batches.

    Raises
    ------
    ValueError
        If there are fewer than two sizes, one is out of its range, or a point takes too long.
    """

    hidden_sizes: tuple[int, ...] = (16, 32, 64, 128, 256, 512)
    batch_sizes: tuple[int, ...] = (16, 32, 64, 128, 256, 512)
    hidden_size: int = 50
    batch_size: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        for name, sizes in (
            ("hidden_sizes", self.hidden_sizes),
            ("batch_sizes", self.batch_sizes),
        ):
            if len(set(sizes)) < 2:
                raise ValueError(f"{name} must be at least two, got {sizes}")
            for size in (*sizes, self.hidden_size, self.batch_size):
                check_between("a size", size, 1, 1000)
        largest = max(
            max(self.hidden_sizes) * self.batch_size, self.hidden_size * max(self.batch_sizes)
        )
        if largest > MOST_UNIT_SAMPLES:
            raise ValueError(
                f"hidden units times digits must be at most {MOST_UNIT_SAMPLES}, which take about "
                f"a second by the fast numerical gradient, got {largest}"
            )

    def plan(self) -> list[tuple[Axis, GradientMethod, int, int]]:
        """Return what is measured, in the order of doing: axis, way, hidden units, batch size."""
        return [
            *(("hidden_size", way, h, self.batch_size) for h in self.hidden_sizes for way in WAYS),
            *(("batch_size", way, self.hidden_size, n) for n in self.batch_sizes for way in WAYS),
        ]

    def no_records(self) -> list[Timing]:
        """Return an empty list."""
        return []

    def advance(
        self, state: int | None, budget_s: float, limit: int | None
    ) -> Slice[int, list[Timing]]:
        """Measure for about `budget_s` seconds, or `limit` points; the state is how many are."""
        started, plan = perf_counter(), self.plan()
        timings: list[Timing] = []
        done = state or 0
        for axis, way, hidden, batch in plan[done:]:
            seconds = self.measured(way, hidden, batch)
            timings.append(Timing(axis, way, hidden, batch, seconds))
            if len(timings) == limit or perf_counter() > started + budget_s:
                break
        done += len(timings)
        return Slice(done, timings, finished=done == len(plan))

    def conclude(self, state: int, budget_s: float) -> Slice[int, list[Timing]]:
        """Return nothing: each point stands for itself."""
        return Slice(state, [], finished=True)

    def measured(self, way: GradientMethod, hidden_size: int, batch_size: int) -> float:
        """Return the seconds that one gradient takes; everything is computed in float64."""
        data, rng = loaded("bundled"), np.random.default_rng(self.seed)
        net = SimpleNet(784, hidden_size, 10, rng=rng, dtype=np.float64)
        pixels, t = mini_batch(data.pixels_train, data.t_train, batch_size, rng)
        x = as_pixels(pixels, np.float64)
        if way == "backprop":
            return timed(lambda: net.gradient(x, t))[1]
        if way == "fast_numerical":
            return timed(lambda: net.fast_numerical_gradient(x, t))[1]
        moves = cycle_of_parameters(net, rng)
        parameters = sum(value.size for value in net.params.values())
        labels = as_labels(t, len(x), net.output_size)
        _, seconds = timed(
            lambda: central_difference(lambda _: loss_of(net.params, x, labels), *next(moves)),
            repeats=SAMPLED,
        )
        return parameters * seconds


def cycle_of_parameters(
    net: SimpleNet, rng: np.random.Generator
) -> Iterator[tuple[Any, tuple[int, ...]]]:
    """Yield arrays and places in them, as often as the arrays have parameters, without end."""
    arrays = list(net.params.values())
    sizes = np.array([array.size for array in arrays])
    while True:
        array = arrays[rng.choice(len(arrays), p=sizes / sizes.sum())]
        yield array, tuple(int(i) for i in np.unravel_index(rng.integers(array.size), array.shape))


def power_law(sizes: Sequence[float], seconds: Sequence[float]) -> tuple[float, float]:
    """Return c and k of the power law ``seconds = c * size ** k`` that fits best.

    Parameters
    ----------
    sizes, seconds : sequence of float, length n
        Positive; at least two different sizes.

    Returns
    -------
    tuple of float
        By least squares of the logarithms, in which a power law is a line.

    Raises
    ------
    ValueError
        If there are fewer than two different sizes, or a value is not positive.
    """
    if len(set(sizes)) < 2 or min(*sizes, *seconds) <= 0:
        raise ValueError(f"a power law needs two different sizes, all positive, got {sizes}")
    k, log_c = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(np.exp(log_c)), float(k)


def exponent_error(sizes: Sequence[float], seconds: Sequence[float]) -> float:
    """Return the standard error of the exponent k that `power_law` fits.

    Parameters
    ----------
    sizes, seconds : sequence of float, length n
        As for `power_law`.

    Returns
    -------
    float
        By how far the points lie off the line; infinite for fewer than three, which any line fits.
    """
    if len(sizes) < 3:
        return float("inf")
    c, k = power_law(sizes, seconds)
    x = np.log(sizes)
    rest = np.log(seconds) - np.log(c) - k * x
    spread = np.sum((x - x.mean()) ** 2)
    return float(np.sqrt(np.sum(rest**2) / (len(x) - 2) / spread))
