"""The recipe of a training."""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import Literal, get_args

from simplenet.data.augmentation import AUGMENTATIONS, Augmentation

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
}
"""The smallest and the largest value of each number of a `TrainingConfig`."""


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

    Raises
    ------
    ValueError
        If a value is out of its range.
    """

    iterations: int = 10_000
    batch_size: int = 100
    learning_rate: float = 0.1
    schedule: Schedule = "constant"
    momentum: float = 0.0
    augmentation: tuple[Augmentation, ...] = ()
    seed: int = 0
    gradient: GradientMethod = "backprop"

    def __post_init__(self) -> None:
        for name, (low, high) in LIMITS.items():
            check_between(name, getattr(self, name), low, high)
        for name, value, options in (
            ("gradient", self.gradient, get_args(GradientMethod)),
            ("schedule", self.schedule, get_args(Schedule)),
            *(("augmentation", kind, AUGMENTATIONS) for kind in self.augmentation),
        ):
            if value not in options:
                raise ValueError(f"{name} must be one of {', '.join(options)}, got {value!r}")

    def learning_rate_at(self, iteration: int) -> float:
        """Return the learning rate of an iteration; the first one is iteration 1."""
        if self.schedule == "constant":
            return self.learning_rate
        return self.learning_rate * (1 + cos(pi * (iteration - 1) / self.iterations)) / 2
