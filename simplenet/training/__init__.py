"""Training: the recipe, the loop, its memory, and its records."""

from simplenet.training.config import (
    LIMITS,
    OPTIONAL,
    GradientMethod,
    Schedule,
    TrainingConfig,
    check_between,
    plain_number,
)
from simplenet.training.curve import SMOOTHED, Curve, moving_average
from simplenet.training.evaluation import Evaluation, evaluated
from simplenet.training.history import History
from simplenet.training.layout import Layout
from simplenet.training.loop import is_evaluated, iterations_per_epoch, mini_batches, train
from simplenet.training.record import Record, snapshot_iterations
from simplenet.training.stopping import Best, EarlyEnd, best_with, early_end

__all__ = [
    "LIMITS",
    "OPTIONAL",
    "SMOOTHED",
    "Best",
    "Curve",
    "EarlyEnd",
    "Evaluation",
    "GradientMethod",
    "History",
    "Layout",
    "Record",
    "Schedule",
    "TrainingConfig",
    "best_with",
    "check_between",
    "early_end",
    "evaluated",
    "is_evaluated",
    "iterations_per_epoch",
    "mini_batches",
    "moving_average",
    "plain_number",
    "snapshot_iterations",
    "train",
]
