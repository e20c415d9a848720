"""The fast numerical gradient against the definition and against backprop, on one core."""

from __future__ import annotations

from statistics import median
from time import perf_counter

import numpy as np
from threadpoolctl import threadpool_limits

from simplenet import SimpleNet, TrainingConfig, load_mnist, train
from simplenet.gradients import central_difference
from simplenet.network import Params
from simplenet.runs.comparison import GradientComparison

REPEATS = 15
SAMPLE = 120
"""Parameters of each array that the definition is timed on, where there are as many."""


def seconds(compute: object, repeats: int = REPEATS) -> list[float]:
    """Return the time of some calls."""
    times = []
    for _ in range(repeats):
        started = perf_counter()
        compute()
        times.append(perf_counter() - started)
    return times


def case(
    hidden: int = 50, batch: int = 100, dense: bool = False, sample: int = SAMPLE
) -> dict[str, float | list[float]]:
    """Return times and differences of the gradients on one mini-batch."""
    data, rng = load_mnist(), np.random.default_rng(0)
    net = SimpleNet(784, hidden, 10, 0.1, rng=rng, dtype=np.float64)
    rows = rng.integers(60_000, size=batch)
    x, t = data.x_train[rows].astype(np.float64), data.t_train[rows]
    if dense:
        x = rng.uniform(0.01, 1.0, x.shape)
    fast = net.fast_numerical_gradient(x, t)
    fast_s = seconds(lambda: net.fast_numerical_gradient(x, t))
    backprop = net.gradient(x, t)
    positions = GradientComparison(net.params, x, t, per_array=sample).positions()
    found, definition_s = definition(net, x, t, positions)
    parameters = sum(value.size for value in net.params.values())
    return {
        "parameters": parameters,
        "sampled": len(positions),
        "fast_s": fast_s,
        "backprop_s": seconds(lambda: net.gradient(x, t)),
        "definition_s": median(definition_s) * parameters,
        "to_definition": float(np.abs(found - flat(fast)[positions]).max()),
        "to_backprop": float(np.abs(flat(fast) - flat(backprop)).max()),
    }


def definition(
    net: SimpleNet, x: np.ndarray, t: np.ndarray, positions: np.ndarray
) -> tuple[np.ndarray, list[float]]:
    """Return the definition's gradient for some parameters, and the seconds of each."""
    places = [(key, index) for key in net.params for index in np.ndindex(net.params[key].shape)]
    found, times = [], []
    for position in positions:
        key, index = places[position]
        started = perf_counter()
        found.append(central_difference(lambda _: net.loss(x, t), net.params[key], index))
        times.append(perf_counter() - started)
    return np.array(found), times


def flat(gradient: Params) -> np.ndarray:
    """Return all entries, array after array."""
    return np.concatenate([value.ravel() for value in gradient.values()])


def trainings(iterations: int) -> tuple[float, float]:
    """Train by both gradients from the same start.

    Returns the seconds of an iteration by the fast numerical gradient, and the largest difference
    of a parameter at the end.
    """
    data, nets, spent = load_mnist(), [], 0.0
    for gradient in ("backprop", "fast_numerical"):
        net = SimpleNet(784, 50, 10, rng=np.random.default_rng(1), dtype=np.float64)
        records = train(net, data, TrainingConfig(iterations=iterations, gradient=gradient))
        first = next(records)
        *_, last = records
        spent = (last.elapsed_s - first.elapsed_s) / iterations
        nets.append(net)
    return spent, float(np.abs(flat(nets[0].params) - flat(nets[1].params)).max())


def measure() -> tuple[dict[str, dict[str, float | list[float]]], tuple[float, float]]:
    """Return the cases by name, and what `trainings` measured over 1,000 iterations."""
    with threadpool_limits(1):
        cases = {
            "784-50-10, 100 digits": case(),
            "1 digit": case(batch=1),
            "10 digits": case(batch=10),
            "1,000 digits": case(batch=1000, sample=25),
            "100 images without a zero": case(dense=True, sample=25),
            "20 hidden units": case(hidden=20, sample=25),
            "200 hidden units": case(hidden=200, sample=25),
        }
        return cases, trainings(1000)
