"""Things to reach with trainings of one's own, each checked on what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from simplenet.runs.kinds import Result
from simplenet.runs.training_run import TrainingRun


@dataclass(frozen=True)
class Attempt:
    """A training, and what came of it.

    Parameters
    ----------
    run : TrainingRun
    result : Result
        As it was measured last.
    ended : str or None
        "finished", also where it ended early by itself; "stopped" by a person; "failed"; None
        while it goes on.
    """

    run: TrainingRun
    result: Result
    ended: str | None


@dataclass(frozen=True)
class Goal:
    """What is to be reached.

    Parameters
    ----------
    counts : callable
        Returns whether a training keeps the rules.
    measure : callable
        Returns what counts of it, in [-1, 1], or None before it was measured.
    wanted : float
        What it has to reach.
    downwards : bool
        Whether less is better.
    """

    counts: Callable[[Attempt], bool]
    measure: Callable[[Result], float | None]
    wanted: float
    downwards: bool = False


@dataclass(frozen=True)
class Standing:
    """How far somebody is.

    Parameters
    ----------
    counted : int
        How many trainings keep the rules.
    best : float or None
        The best that was measured of those; None if nothing was.
    solved : bool
    """

    counted: int
    best: float | None
    solved: bool


def test_accuracy(result: Result) -> float | None:
    """Return the accuracy on the test set."""
    return result.test_accuracy


def gap(result: Result) -> float | None:
    """Return by how much the training set is read better than the test set."""
    if result.train_accuracy is None or result.test_accuracy is None:
        return None
    return result.train_accuracy - result.test_accuracy


def apart(result: Result) -> float | None:
    """Return how far the accuracies on the training set and the test set are apart."""
    difference = gap(result)
    return None if difference is None else abs(difference)


def in_points(goal: Goal) -> bool:
    """Return whether what a goal measures is a difference of two accuracies."""
    return goal.measure in (gap, apart)


def standing(goal: Goal, attempts: Iterable[Attempt]) -> Standing:
    """Return how far somebody is who has made these attempts."""
    allowed = [attempt for attempt in attempts if goal.counts(attempt)]
    measured = [m for m in (goal.measure(a.result) for a in allowed) if m is not None]
    if not measured:
        return Standing(len(allowed), None, False)
    best = min(measured) if goal.downwards else max(measured)
    solved = best <= goal.wanted if goal.downwards else best >= goal.wanted
    return Standing(len(allowed), best, solved)


GOALS = {
    "few": Goal(lambda a: a.run.hidden_size <= 20, test_accuracy, 0.96),
    "quick": Goal(lambda a: a.result.done <= 300, test_accuracy, 0.90),
    "batch": Goal(
        lambda a: a.run.training.batch_size <= 5 and a.result.done <= 10_000, test_accuracy, 0.93
    ),
    "overfit": Goal(lambda a: True, gap, 0.015),
    "fair": Goal(lambda a: (a.result.test_accuracy or 0.0) >= 0.97, apart, 0.005, downwards=True),
    "strong": Goal(lambda a: True, test_accuracy, 0.98),
    "broken": Goal(
        lambda a: a.result.done >= 1000 and a.run.training.gradient == "backprop",
        test_accuracy,
        0.15,
        downwards=True,
    ),
    "units": Goal(lambda a: a.run.hidden_size <= 3, test_accuracy, 0.60),
    "stop": Goal(
        lambda a: a.ended == "finished" and a.result.done < a.result.total, test_accuracy, 0.95
    ),
    "numeric": Goal(lambda a: a.run.training.gradient != "backprop", test_accuracy, 0.70),
}
"""What can be reached, by name."""
