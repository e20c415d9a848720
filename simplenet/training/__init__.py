"""Training: the recipe, the loop, its memory, and its records."""

from simplenet.training.config import (
    LIMITS,
    GradientMethod,
    Schedule,
    TrainingConfig,
    check_between,
)
from simplenet.training.curve import SMOOTHED, Curve, moving_average
from simplenet.training.history import History
from simplenet.training.layout import Layout
from simplenet.training.loop import evaluate, mini_batches, train
from simplenet.training.record import Record, snapshot_iterations

__all__ = [
    "LIMITS",
    "SMOOTHED",
    "Curve",
    "GradientMethod",
    "History",
    "Layout",
    "Record",
    "Schedule",
    "TrainingConfig",
    "check_between",
    "evaluate",
    "mini_batches",
    "moving_average",
    "snapshot_iterations",
    "train",
]
