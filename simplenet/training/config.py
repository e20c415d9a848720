"""The recipe of a training."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Any, Literal, get_args

import numpy as np

from simplenet.data.augmentation import AUGMENTATIONS, Augmentation
from simplenet.functions import whole_number

GradientMethod = Literal["backprop", "fast_numerical", "numerical"]
"""How the gradient is computed; all three give the same numbers up to rounding."""

Schedule = Literal["constant", "cosine"]
"""What becomes of the learning rate: it stays, or sinks along half a cosine to nothing."""

LIMITS = {
    "iterations": (1, 1_000_000),
    "batch_size": (1, 10_000),
    "learning_rate": (1e-6, 100),
    "momentum": (0, 0.99),
    "seed": (0, 2**32 - 1),
    "patience": (1, 10_000),
    "target_accuracy": (0.01, 1),
}
"""The smallest and the largest value of each number of a `TrainingConfig`."""

OPTIONAL = ("patience", "target_accuracy")
"""The numbers that may be None."""


WHOLE = ("iterations", "batch_size", "seed", "patience")
"""The numbers that are whole."""


def plain_number(name: str, value: Any, *, whole: bool) -> Any:
    """Return a number as Python's, not as NumPy's, so that it can be written down.

    Raises
    ------
    ValueError
        If it is no number, or not whole where it has to be: 100.5 iterations are none.
    """
    if whole:
        return whole_number(name, value)
    if isinstance(value, np.number):
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{name} must be a number, got {value!r}")
    return value


def check_between(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError, in a sentence, unless low <= value <= high."""
    if not low <= value <= high:
        raise ValueError(f"{name} must be between {low:g} and {high:g}, got {value}")


@dataclass(frozen=True)
class TrainingConfig:
    """The recipe of a training; the defaults are the article's.

    Parameters
    ----------
    iterations : int
        Updates of the parameters, 1 to 1,000,000.
    batch_size : int
        Samples in a mini-batch, 1 to 10,000, drawn with replacement.
    learning_rate : float
        Length of a step along the gradient, 1e-6 to 100.
    schedule : {"constant", "cosine"}
        Whether the learning rate stays, or sinks to nothing: at iteration i of n it is
        ``learning_rate * (1 + cos(pi * i / n)) / 2`` (Loshchilov and Hutter, "SGDR", 2017).
    momentum : float
        The share of a step's velocity that the next one keeps, 0 to 0.99: v becomes
        ``momentum * v + gradient``, and the step is ``learning_rate * v`` (Polyak, 1964; in the
        form of Sutskever et al., 2013, that PyTorch has). It makes steps
        ``1 / (1 - momentum)`` times as long.
    augmentation : tuple of {"affine", "elastic", "thickness"}
        How every digit is varied each time it is learned from.
    seed : int
        Of the draw of the mini-batches and of their augmentation, 0 to 2**32 - 1.
    gradient : {"backprop", "fast_numerical", "numerical"}
        How the gradient is computed. "numerical" is the definition itself, and takes half a
        minute and more for a single iteration.
    patience : int or None
        After how many epochs without progress the training ends, 1 to 10,000; None for never.
        Progress is an accuracy on the test set above all before, the one before the first update
        included. That is the field's usual rule; Prechelt ("Early stopping - but when?", 1998)
        compares such rules: his UP, for one, counts the epochs in a row that were worse than
        the one before.
    target_accuracy : float or None
        The training ends after the first epoch with such an accuracy on the test set, 0.01 to 1;
        None for never.

    Raises
    ------
    ValueError
        If a value is out of its range, or not whole where it has to be.

    Notes
    -----
    With `patience` or `target_accuracy` the parameters of the best evaluation are kept, and the
    training ends with these. The article holds back no validation set: the test set itself
    decides when it ends and what is kept, so its accuracy at the end is a little too good.
    """

    iterations: int = 10_000
    batch_size: int = 100
    learning_rate: float = 0.1
    schedule: Schedule = "constant"
    momentum: float = 0.0
    augmentation: tuple[Augmentation, ...] = ()
    seed: int = 0
    gradient: GradientMethod = "backprop"
    # None is as if they were not there: runs of older releases are kept without them.
    patience: int | None = None
    target_accuracy: float | None = None

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            value = getattr(self, name)
            if value is not None or name not in OPTIONAL:
                value = plain_number(name, value, whole=name in WHOLE)
                check_between(name, value, low, high)
                object.__setattr__(self, name, value)  # The one way in a frozen dataclass.
        kinds: Any = self.augmentation
        kinds = (kinds,) if isinstance(kinds, str) else tuple(kinds)
        object.__setattr__(self, "augmentation", kinds)
        for name, value, options in (
            ("gradient", self.gradient, get_args(GradientMethod)),
            ("schedule", self.schedule, get_args(Schedule)),
            *(("augmentation", kind, AUGMENTATIONS) for kind in self.augmentation),
        ):
            if value not in options:
                raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")

    @property
    def keeps_best(self) -> bool:
        """Whether it may end early, and ends with the parameters of its best evaluation."""
        return self.patience is not None or self.target_accuracy is not None

    def learning_rate_at(self, iteration: int) -> float:
        """Return the learning rate of an iteration; the first one is iteration 1."""
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * (1 + cos(pi * (iteration - 1) / self.iterations)) / 2
