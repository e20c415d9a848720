"""A sweep: the same training with several values of some settings, and with several seeds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import product
from math import sqrt
from statistics import mean, stdev
from typing import Any

from simplenet.runs.training_run import TrainingRun
from simplenet.training import TrainingConfig

VARIED = (
    *("learning_rate", "momentum", "schedule", "hidden_size", "batch_size", "weight_init_std"),
    *("augmentation", "iterations"),
)
"""The settings that can be varied; what changes the course of a training most comes first."""

MOST_AXES, MOST_SEEDS, MOST_RUNS = 3, 20, 200

RECORD_BYTES = 24
"""Bytes of an iteration in the store, with its share of the evaluations."""

Axes = Mapping[str, Sequence[Any]]
"""The values of each setting that is varied."""


def grid(base: TrainingRun, axes: Axes, seeds: int) -> list[TrainingRun]:
    """Return the trainings of a sweep, with the first seed all of them, then with the next.

    Parameters
    ----------
    base : TrainingRun
        Has all settings that are not varied, and the first seed; each next one is larger by 1.
    axes : mapping of str to sequence
        The values of one to `MOST_AXES` settings of `VARIED`, two different ones at least.
    seeds : int
        1 to `MOST_SEEDS`.

    Raises
    ------
    ValueError
        If that is no sweep, it has more than `MOST_RUNS` runs, or one of them cannot be; it says
        which.
    """
    if not 1 <= len(axes) <= MOST_AXES:
        raise ValueError(f"1 to {MOST_AXES} settings can be varied, not {len(axes)}")
    if not 1 <= seeds <= MOST_SEEDS:
        raise ValueError(f"seeds must be between 1 and {MOST_SEEDS}, got {seeds}")
    for name, values in axes.items():
        if name not in VARIED:
            raise ValueError(f"{name} cannot be varied; these can: {', '.join(VARIED)}")
        if len(set(values)) < 2 or len(set(values)) < len(values):
            raise ValueError(f"{name} needs two or more different values, got {list(values)}")
    if (n := size(axes, seeds)) > MOST_RUNS:
        raise ValueError(f"a sweep has at most {MOST_RUNS} runs, not {n}")
    return [
        _with(base, dict(zip(axes, values, strict=True)), base.training.seed + seed)
        for seed in range(seeds)
        for values in product(*axes.values())
    ]


def size(axes: Axes, seeds: int) -> int:
    """Return how many runs a sweep has."""
    n = seeds
    for values in axes.values():
        n *= len(values)
    return n


def _with(base: TrainingRun, values: dict[str, Any], seed: int) -> TrainingRun:
    """Return a training with other values of some settings, and another seed."""
    recipe = {field.name for field in fields(TrainingConfig)}
    own = {name: value for name, value in values.items() if name not in recipe}
    try:
        training = replace(
            base.training, **{name: values[name] for name in values.keys() - own.keys()}, seed=seed
        )
        return replace(base, training=training, **own)
    except ValueError as error:
        words = ", ".join(f"{name} {value}" for name, value in values.items())
        raise ValueError(f"there is no training with {words}: {error}") from error


# What came of it.


@dataclass(frozen=True)
class Point:
    """A place of the grid: the runs that differ in their seeds only.

    Parameters
    ----------
    values : tuple
        One of each setting that is varied.
    scores : tuple of float
        The test accuracies of those runs that have finished.
    runs : int
        All of them.
    """

    values: tuple[Any, ...]
    scores: tuple[float, ...]
    runs: int

    @property
    def mean(self) -> float | None:
        """The mean of the test accuracies, None before there is one."""
        return mean(self.scores) if self.scores else None

    @property
    def std(self) -> float | None:
        """Their standard deviation (with n - 1), None of fewer than two."""
        return stdev(self.scores) if len(self.scores) > 1 else None


def axes_of(settings: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return what varies between runs, by their settings, but for the seed: each value once.

    Parameters
    ----------
    settings : iterable of mapping
        As `settings_of` of `simplenet.runs.kinds` has them.
    """
    there = list(settings)
    axes = {}
    for name in VARIED:
        values = {_hashable(one[name]) for one in there if name in one}
        if len(values) > 1:
            axes[name] = sorted(values)
    return axes


def place_of(axes: Axes, settings: Mapping[str, Any]) -> tuple[Any, ...]:
    """Return the values that a run has of the settings that are varied."""
    return tuple(_hashable(settings[name]) for name in axes)


def points(axes: Axes, runs: Iterable[tuple[Mapping[str, Any], float | None]]) -> list[Point]:
    """Return the places of a grid that have runs, in the order of the values.

    Parameters
    ----------
    axes : mapping of str to sequence
        As `axes_of` returns them.
    runs : iterable of (mapping, float or None)
        The settings of each run, and its test accuracy once it has finished.
    """
    found: dict[tuple[Any, ...], list[float | None]] = {}
    for settings, score in runs:
        found.setdefault(place_of(axes, settings), []).append(score)
    return [
        Point(values, tuple(s for s in found[values] if s is not None), len(found[values]))
        for values in product(*axes.values())
        if values in found
    ]


def ranking(found: Iterable[Point]) -> list[Point]:
    """Return the places that can be compared, the best first.

    Those with two scores at least, if there are any: a single one may be luck.
    """
    scored = [point for point in found if point.scores]
    enough = min(2, max((len(point.scores) for point in scored), default=0))
    even = [point for point in scored if len(point.scores) >= enough]
    return sorted(even, key=lambda point: mean(point.scores), reverse=True)


def chances(order: Sequence[Point]) -> list[float | None]:
    """Return how often noise alone would put each place so far behind the best of them.

    For each but the first, in their order; None where that cannot be told.

    Parameters
    ----------
    order : sequence of Point
        As `ranking` returns them.

    Notes
    -----
    By t-tests. Two or three scores of a place tell little of the noise, those of all places tell
    more: so its variance is pooled over all, as in an analysis of variance, but where two places
    vary more than that, their own counts.

    The best of many places is the luckiest of them, too: of 20 that are equally good, the last is
    behind the first by a "significant" t-test in more than half of all sweeps. So each chance is
    multiplied by the number of places that the first was chosen from, but one (Bonferroni). Then
    the place that is truly the best comes out below some limit, without being first, in no larger
    a share of sweeps than that limit. Where one place varies ten times as much as the others, that
    share is larger, by half of it with two seeds, and not with five.
    """
    noise, freedom = _noise(order)
    return [_chance(order[0], other, noise, freedom, len(order) - 1) for other in order[1:]]


def _noise(found: Sequence[Point]) -> tuple[float, int]:
    """Return the variance of scores of one place, pooled over all, and its degrees of freedom."""
    freedom = sum(len(point.scores) - 1 for point in found if point.std is not None)
    squares = sum(point.std**2 * (len(point.scores) - 1) for point in found if point.std)
    return squares / max(freedom, 1), freedom


def _chance(a: Point, b: Point, noise: float, freedom: int, tests: int) -> float | None:
    """Return how often noise alone would make two places differ as much in one of some tests.

    None if there are too few scores to tell noise by.
    """
    if a.std is None or b.std is None or noise == 0:
        return None
    from scipy.special import stdtr  # Half a second that the first page can do without.

    n, m = len(a.scores), len(b.scores)
    error = sqrt(max(noise / n + noise / m, a.std**2 / n + b.std**2 / m))
    one_sided = stdtr(freedom, -abs(mean(a.scores) - mean(b.scores)) / error)
    return min(float(2 * one_sided) * tests, 1.0)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def kept_bytes(runs: Sequence[TrainingRun]) -> int:
    """Return about what the runs of a sweep take where they are kept.

    The first parameters and the last, the velocity of a momentum, and the columns of the records.
    """
    total = 0
    for run in runs:
        parameters = 4 * (785 * run.hidden_size + 10 * (run.hidden_size + 1))
        arrays = 3 if run.training.momentum else 2
        total += arrays * parameters + RECORD_BYTES * run.training.iterations
    return total
