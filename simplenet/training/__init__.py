"""Training: the recipe, the loop, its memory, and its records."""

from simplenet.training.config import (
    LIMITS,
    GradientMethod,
    Schedule,
    TrainingConfig,
    check_between,
)
from simplenet.training.curve import SMOOTHED, Curve, moving_average
from simplenet.training.evaluation import Evaluation, evaluated
from simplenet.training.history import History
from simplenet.training.layout import Layout
from simplenet.training.loop import is_evaluated, mini_batches, train
from simplenet.training.record import Record, snapshot_iterations

__all__ = [
    "LIMITS",
    "SMOOTHED",
    "Curve",
    "Evaluation",
    "GradientMethod",
    "History",
    "Layout",
    "Record",
    "Schedule",
    "TrainingConfig",
    "check_between",
    "evaluated",
    "is_evaluated",
    "mini_batches",
    "moving_average",
    "snapshot_iterations",
    "train",
]
