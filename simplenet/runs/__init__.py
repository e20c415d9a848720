"""The kinds of work that people start, each done in slices by the jobs."""

from simplenet.runs.training_run import (
    LIMITS,
    Start,
    TrainingRun,
    TrainingState,
    described,
    going_on,
    largest_batch,
    recipe_of,
    warm_up,
)

__all__ = [
    "LIMITS",
    "Start",
    "TrainingRun",
    "TrainingState",
    "described",
    "going_on",
    "largest_batch",
    "recipe_of",
    "warm_up",
]
