"""Whether a training that was disturbed has become what it is undisturbed, bit for bit."""

from __future__ import annotations

from functools import cache

import numpy as np

from simplenet.jobs import Slice
from simplenet.runs import TrainingRun
from simplenet.runs.training_run import TrainingState
from simplenet.training import History


@cache
def undisturbed(run: TrainingRun) -> Slice[TrainingState, History]:
    """Return a training that nothing has disturbed."""
    done = run.advance(None, 600, None)
    assert done.finished
    return done


def lost(run: TrainingRun, records: History, state: TrainingState | None) -> list[str]:
    """Return what a training has doubled, torn or missing, or has otherwise; nothing if whole."""
    if state is None:
        return ["everything"]
    whole = undisturbed(run)
    found = []
    if not np.array_equal(records.losses, whole.records.losses):
        found.append(f"losses: {len(records.losses)} of {len(whole.records.losses)}")
    theirs = whole.records.evaluations
    known = np.isin(records.evaluations["iteration"], theirs["iteration"])
    for name in ("iteration", "train_accuracy", "test_accuracy"):
        if not np.array_equal(records.evaluations[name][known], theirs[name], equal_nan=True):
            found.append(name)
    params = whole.state.params
    found += [key for key in params if not np.array_equal(state.params[key], params[key])]
    if [i for i, _ in records.snapshots] != [i for i, _ in whole.records.snapshots]:
        found.append("snapshots")
    return found
