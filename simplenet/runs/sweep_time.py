"""How long a sweep takes, told beforehand: by runs that have ended, or by a short measurement."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapreplace
from itertools import pairwise
from math import ceil
from statistics import median
from time import perf_counter
from typing import Any

from simplenet.data import loaded
from simplenet.data.loading import TEST_SIZE, TRAIN_SIZE
from simplenet.runs.kinds import Result, settings_of
from simplenet.runs.training_run import TrainingRun
from simplenet.training import Evaluation, TrainingConfig, iterations_per_epoch, train

SIZE = ("hidden_size", "batch_size", "gradient", "augmentation")
"""The settings that say how long an iteration takes."""

CALIBRATED_S, MOST_CALIBRATED = 0.05, 200
"""Seconds that iterations of unknown cost are measured for, and how many of them at the most."""

FORWARD = 1 / 3
"""Share of an iteration by backprop that its pass forward takes: an evaluation is that alone."""

RUN_S = 0.1
"""Seconds of a core that a run takes beside its training: it is called up, sent to a worker and
back, and written down. Measured with 16 runs of 100 iterations: 0.07 of the server, and 0.03 of its
worker."""


@dataclass(frozen=True)
class Timed:
    """A training that has ended: its settings, its iterations, and the seconds that it took."""

    settings: Mapping[str, Any]
    iterations: int
    elapsed_s: float


@dataclass(frozen=True)
class Pace:
    """How long the parts of a training take.

    Parameters
    ----------
    iteration_s, evaluation_s : float
        An iteration, and an evaluation on all digits.
    """

    iteration_s: float
    evaluation_s: float


def seconds(
    runs: Sequence[TrainingRun],
    known: Sequence[Timed],
    measure: Callable[[TrainingRun], Pace],
    cores: int = 1,
) -> float:
    """Return about how long trainings take that begin one after the other, in seconds.

    Parameters
    ----------
    runs : sequence of TrainingRun
    known : sequence of Timed
        For a size that is among them, the median of what they took for their steps counts.
    measure : callable
        Returns the pace of a run of any other size, such as `calibrated`.
    cores : int
        How many of them go on at once.
    """
    found: dict[tuple[Any, ...], list[float]] = {}
    for one in known:
        key = _size(one.settings)
        took_s = one.elapsed_s / steps(one.settings, one.iterations)
        found.setdefault(key, []).append(took_s)
    step_s = {key: median(times) for key, times in found.items()}
    paces: dict[tuple[Any, ...], Pace] = {}
    busy = [0.0] * cores
    for run in runs:
        settings, iterations = settings_of(run), run.training.iterations
        key = _size(settings)
        if key in step_s:
            took_s = step_s[key] * steps(settings, iterations)
        else:
            if key not in paces:
                paces[key] = measure(run)
            took_s = paces[key].iteration_s * iterations
            took_s += paces[key].evaluation_s * _evaluations(settings, iterations)
        heapreplace(busy, busy[0] + took_s + RUN_S)
    return max(busy)


def seconds_left(runs: Sequence[tuple[Mapping[str, Any], Result, bool]], cores: int = 1) -> float:
    """Return about how long the runs of a sweep still take, by what they have taken so far.

    0 before one has begun.

    Parameters
    ----------
    runs : sequence of (mapping, Result, bool)
        The settings of each, how far it is, and whether it has ended.
    cores : int
    """
    took_s = sum(result.elapsed_s or 0.0 for _, result, _ in runs)
    done = sum(steps(settings, result.done) for settings, result, _ in runs if result.done)
    going = [(settings, result) for settings, result, ended in runs if not ended]
    if not done:
        return 0.0
    left = sum(
        steps(settings, result.total) - (steps(settings, result.done) if result.done else 0.0)
        for settings, result in going
    )
    return (took_s / done * left + RUN_S * len(going)) / cores


def steps(settings: Mapping[str, Any], iterations: int) -> float:
    """Return as how many iterations a training of some counts, its evaluations included.

    A short one is evaluated as often as one of an epoch, at first and at last: 100 iterations of
    the article's are the lesser part of what they take.
    """
    if settings.get("gradient") != "backprop":
        return iterations  # Each takes as long as many evaluations.
    evaluation = FORWARD * (TRAIN_SIZE + TEST_SIZE) / _batch_size(settings)
    return iterations + evaluation * _evaluations(settings, iterations)


def _evaluations(settings: Mapping[str, Any], iterations: int) -> int:
    """Return how often a training is evaluated: at first, every epoch, and at last."""
    return 1 + ceil(iterations / iterations_per_epoch(TRAIN_SIZE, _batch_size(settings)))


def _batch_size(settings: Mapping[str, Any]) -> int:
    return int(settings.get("batch_size", TrainingConfig.batch_size))


def _size(settings: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what says how long an iteration takes."""
    return tuple(str(settings.get(name)) for name in SIZE)


def calibrated(run: TrainingRun) -> Pace:
    """Return about how long the parts of a run take here, measured with a few of them."""
    data, net = loaded("bundled"), run.new_network()
    started = perf_counter()
    counted = Evaluation(of_both=True).more(net, data, until_s=started)
    evaluation_s = (perf_counter() - started) * (TRAIN_SIZE + TEST_SIZE) / counted.test.done
    training = replace(run.training, iterations=MOST_CALIBRATED)
    elapsed: list[float] = []
    for record in train(net, data, training, evaluating=False):
        elapsed.append(record.elapsed_s)
        if len(elapsed) > 3 and perf_counter() - started > CALIBRATED_S:
            break
    return Pace(median(b - a for a, b in pairwise(elapsed[1:])), evaluation_s)
