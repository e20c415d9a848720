"""The kinds of work that are kept, each with what it is written down as."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, is_dataclass
from typing import Any, get_args

import numpy as np
from numpy.typing import NDArray

from simplenet.runs.comparison import Comparison, ComparisonState, GradientComparison
from simplenet.runs.finetuning import FineTuning, FineTuningState, Lesson
from simplenet.runs.mapping import Mapping, MapRecord, Phase
from simplenet.runs.packing import pack, unpack
from simplenet.runs.scaling import Scaling, Timing
from simplenet.runs.training_run import TrainingRun, TrainingState
from simplenet.training import SMOOTHED, History, TrainingConfig
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
    """

    name: str
    work: type[Any]
    pack: Callable[[Any], bytes]
    unpack: Callable[[bytes, str], Any]
    result: Callable[[Any, Any], Result]


def typed(
    name: str, work: Any, state: Any, records: Any, result: Callable[[Any, Any], Result]
) -> Kind:
    """Return a kind of work whose state and records have known types."""
    types = {"work": work, "state": state, "records": records}
    return Kind(name, work, pack, lambda content, part: unpack(content, types[part]), result)


def training_result(run: TrainingRun, history: History) -> Result:
    """Return what a list shows of a training."""
    if not history:
        return Result(total=run.training.iterations)
    known = history.evaluations
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
        train_accuracy=float(trains[-1]) if len(trains) else None,
        test_accuracy=float(tests[-1]) if len(tests) else None,
        elapsed_s=last.elapsed_s,
        curve=tuple(round(float(value), 4) for value in tests[shown]),
    )


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
    typed("training", TrainingRun, TrainingState, History, training_result),
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
            found |= {name: _plain(part) for name, part in asdict(value).items()}
        elif isinstance(value, PLAIN):
            found[field.name] = _plain(value)
    return found


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def training_of(settings: dict[str, Any]) -> TrainingRun | None:
    """Return the training that has these settings, or None if there is no such training today.

    Parameters
    ----------
    settings : dict
        As `settings_of` returns them.
    """
    own, recipe = ({field.name for field in fields(kind)} for kind in (TrainingRun, TrainingConfig))
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in settings.items()
    }
    if values.keys() != (own | recipe) - {"training"}:  # Another release had others.
        return None
    try:
        config = TrainingConfig(**{name: values[name] for name in recipe})
        return TrainingRun(config, **{name: values[name] for name in own - {"training"}})
    except (TypeError, ValueError):  # Or other limits.
        return None
