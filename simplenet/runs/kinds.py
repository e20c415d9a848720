"""The kinds of work that are kept, each with what it is written down as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from simplenet.runs.comparison import Comparison, ComparisonState, GradientComparison
from simplenet.runs.finetuning import FineTuning, FineTuningState, Lesson
from simplenet.runs.mapping import Mapping, MapRecord, Phase
from simplenet.runs.packing import pack, unpack
from simplenet.runs.scaling import Scaling, Timing
from simplenet.runs.training_run import TrainingRun, TrainingState
from simplenet.training import OPTIONAL, SMOOTHED, History, Record, TrainingConfig
from simplenet.training.curve import Curve

SMALL_CURVE = 60
"""Points of the curve that a list of runs shows."""


@dataclass(frozen=True)
class Result:
    """What a list of runs shows of one.

    Parameters
    ----------
    done, total : int
        Iterations, or what else the work counts.
    loss : float or None
        The mean of the last mini-batches.
    train_accuracy, test_accuracy : float or None
        As they were measured last, in [0, 1].
    elapsed_s : float or None
        Seconds of work, pauses not.
    curve : tuple of float
        The accuracy on the test set as it was measured, at most `SMALL_CURVE` of them.
    """

    done: int = 0
    total: int = 0
    loss: float | None = None
    train_accuracy: float | None = None
    test_accuracy: float | None = None
    elapsed_s: float | None = None
    curve: tuple[float, ...] = ()


@dataclass(frozen=True)
class Kind:
    """A kind of work.

    Parameters
    ----------
    name : str
        What it is called where it is kept.
    work : type
        What is done.
    pack, unpack : callable
        Make bytes of a part of it, and a part of bytes: "work", "state" or "records".
    result : callable
        Returns of a work and its records what a list shows.
    thin : callable
        Returns of records what is kept of them for a run of a sweep, which is one of many.
    """

    name: str
    work: type[Any]
    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes, str], Any]
    result: Callable[[Any, Any], Result]
    thin: Callable[[Any], Any] = lambda records: records


def typed(
    name: str,
    work: Any,
    state: Any,
    records: Any,
    result: Callable[[Any, Any], Result],
    thin: Callable[[Any], Any] = Kind.thin,
) -> Kind:
    """Return a kind of work whose state and records have known types."""
    types = {"work": work, "state": state, "records": records}
    return Kind(name, work, pack, lambda content, part: unpack(content, types[part]), result, thin)


def without_moments(history: History) -> History:
    """Return a history with no parameters but the first: the others take most of its memory."""
    parts = history.parts()
    parts["snapshots"] = [(i, params) for i, params in parts["snapshots"] if i == 0]
    return History.of(**parts)


def training_result(run: TrainingRun, history: History) -> Result:
    """Return what a list shows of a training."""
    if not history:
        return Result(total=run.training.iterations)
    known = history.evaluations
    best = best_of(run, history)
    tests = known["test_accuracy"][~np.isnan(known["test_accuracy"])]
    trains = known["train_accuracy"][~np.isnan(known["train_accuracy"])]
    small = Curve(SMALL_CURVE)
    small.extend(tests)
    shown, _ = small.read(tests)
    last = history[-1]
    return Result(
        done=last.iteration,
        total=run.training.iterations,
        loss=float(history.losses[-SMOOTHED:].mean()),
        train_accuracy=_newest(trains) if best is None else best.train_accuracy,
        test_accuracy=_newest(tests) if best is None else best.test_accuracy,
        elapsed_s=last.elapsed_s,
        curve=tuple(round(float(value), 4) for value in tests[shown]),
    )


def best_of(run: TrainingRun, history: History) -> Record | None:
    """Return the record of the best evaluation of both sets, if a training keeps it.

    It is the one of the `Best` in the state, told from the records alone.
    """
    if not run.training.keeps_best:
        return None
    earlier = run.start.state.best if run.start else None
    known = history.evaluations
    tests = np.where(np.isnan(known["train_accuracy"]), -1.0, known["test_accuracy"])
    if not len(tests) or tests.max() <= (earlier.record.test_accuracy or 0.0 if earlier else -1.0):
        return earlier.record if earlier else None
    return history[int(known["iteration"][tests.argmax()]) - history.first]


def _newest(values: NDArray[np.floating]) -> float | None:
    return float(values[-1]) if len(values) else None


def tuning_result(tuning: FineTuning, lessons: list[Lesson]) -> Result:
    """Return what a list shows of a fine-tuning."""
    if not lessons:
        return Result(total=tuning.recipe.iterations)
    tests = [lesson.test_accuracy for lesson in lessons if lesson.test_accuracy is not None]
    last = lessons[-1]
    return Result(
        done=last.iteration,
        total=tuning.recipe.iterations,
        test_accuracy=tests[-1] if tests else None,
        elapsed_s=last.elapsed_s,
    )


def race_result(race: GradientComparison, found: list[Comparison]) -> Result:
    """Return what a list shows of a race of the gradients."""
    if not found:
        return Result()
    last = found[-1]
    return Result(done=last.measured, total=last.chosen, elapsed_s=last.definition_s)


def scaling_result(scaling: Scaling, timings: list[Timing]) -> Result:
    """Return what a list shows of measurements of how the cost grows."""
    return Result(done=len(timings), total=len(scaling.plan()))


def map_result(mapping: Mapping, found: list[MapRecord]) -> Result:
    """Return what a list shows of a map of the hidden layer."""
    return Result(done=len(found), total=len(get_args(Phase)))


KINDS: tuple[Kind, ...] = (
    typed("training", TrainingRun, TrainingState, History, training_result, without_moments),
    typed("fine-tuning", FineTuning, FineTuningState, list[Lesson], tuning_result),
    typed("race", GradientComparison, ComparisonState, list[Comparison], race_result),
    typed("map", Mapping, NDArray[np.floating], list[MapRecord], map_result),
    typed("scaling", Scaling, int, list[Timing], scaling_result),
)
"""All kinds of work that people start."""


PLAIN = (str, int, float, bool, tuple, list, type(None))


def settings_of(work: Any) -> dict[str, Any]:
    """Return the settings of a work by name: its numbers, words and lists of them, flat.

    What is large, such as parameters or drawings, is no setting.
    """
    found: dict[str, Any] = {}
    for field in fields(work):
        value = getattr(work, field.name)
        if is_dataclass(value) and not isinstance(value, type):
            parts = {part.name: getattr(value, part.name) for part in fields(value)}
            found |= {k: _plain(part) for k, part in parts.items() if isinstance(part, PLAIN)}
        elif isinstance(value, PLAIN) and field.name != "start":
            found[field.name] = _plain(value)
    return found


STARTS = ("follows", "from_iteration")
"""The settings that say from where a training goes on."""


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def training_of(settings: dict[str, Any]) -> TrainingRun | None:
    """Return the training that has these settings, or None if there is no such training today.

    Parameters
    ----------
    settings : dict
        As `settings_of` returns them, or an older release that had fewer of them.

    Returns
    -------
    TrainingRun or None
        From the beginning, also if the settings are those of one that goes on from another.
    """
    own, recipe = ({field.name for field in fields(kind)} for kind in (TrainingRun, TrainingConfig))
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in settings.items()
        if name not in STARTS
    }
    own -= {"training", "start"}
    # An older release did not have the optional ones: None is as if they were not there.
    if not (own | recipe) - set(OPTIONAL) <= values.keys() <= own | recipe:
        return None
    try:
        config = TrainingConfig(**{name: values[name] for name in recipe & values.keys()})
        return TrainingRun(config, **{name: values[name] for name in own & values.keys()})
    except (TypeError, ValueError):  # Or other limits.
        return None
