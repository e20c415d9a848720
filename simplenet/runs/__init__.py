"""The kinds of work that people start, each done in slices by the jobs."""

from simplenet.runs.training_run import (
    LIMITS,
    TrainingRun,
    TrainingState,
    described,
    largest_batch,
    warm_up,
)

__all__ = [
    "LIMITS",
    "TrainingRun",
    "TrainingState",
    "described",
    "largest_batch",
    "warm_up",
]
