"""Early ends of a training: at an accuracy that is enough, or without progress for some epochs."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Literal

from simplenet.network import Params
from simplenet.training.config import TrainingConfig
from simplenet.training.record import Record

EarlyEnd = Literal["target", "patience"]
"""Why a training ends before its last iteration: the target is reached, or patience is over."""


@dataclass(frozen=True)
class Best:
    """The best evaluation of a training so far, by the accuracy on the test set.

    Parameters
    ----------
    record : Record
        What was known then, without the parameters.
    params : dict of str to ndarray
        The parameters that were evaluated.
    since : int
        Evaluations since then; none was better.
    """

    record: Record
    params: Params = field(compare=False, repr=False)
    since: int = 0


def best_with(best: Best | None, record: Record, params: Params) -> Best:
    """Return the best evaluation when there is one more; of equal ones the first.

    Parameters
    ----------
    best : Best or None
        That of the evaluations before; None before the first one.
    record : Record
        Of an evaluation, with its `test_accuracy`.
    params : dict of str to ndarray
        The parameters that were evaluated: they are kept, not copied.
    """
    if best is None or (record.test_accuracy or 0.0) > (best.record.test_accuracy or 0.0):
        return Best(replace(record, params=None), params)
    return replace(best, since=best.since + 1)


def early_end(config: TrainingConfig, best: Best | None) -> EarlyEnd | None:
    """Return why a training ends after its newest evaluation, or None if it goes on."""
    if best is None:
        return None
    target, patience = config.target_accuracy, config.patience
    if target is not None and (best.record.test_accuracy or 0.0) >= target:
        return "target"
    return "patience" if patience is not None and best.since >= patience else None
