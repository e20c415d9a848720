"""What is worth trying after a training that went well: told from how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike

from simplenet.blas import one_blas_thread
from simplenet.data.augmentation import AUGMENTATIONS
from simplenet.functions import as_labels, checked_pixels
from simplenet.network import IMAGE_SIZE, SimpleNet
from simplenet.study.diagnosis import EARLIEST, Probe, fair_rate, step_length
from simplenet.training import LIMITS, History, TrainingConfig

Reason = Literal["longer_steps", "more_units", "varied_digits", "more_iterations"]
"""What a training lacks that went well."""

FALLING = 0.03
"""The share by which the loss of the last fifth of a training lies below that of the fifth before,
where it is still learning: 0.12 in the article's training, 0.035 in one that has learned all that
ten units can."""

LONGER, WORTH, TIMES = 5.0, 4.2, 1.5
"""A step so many times as long is tried on some digits; how many times as much it has to gain; and
how many times as long a step has to become to be worth another training. Measured: 4.7 times at the
end of the article's training, and 4.5 after a fifth of it; 3.9 times with steps as long as that,
and 2.6 to 3.1 with ten times as long ones, which are close to overshooting."""

FULL = 0.97
"""The accuracy on the training set below which a network that does not improve has too few units:
0.944 with ten units, and 0.98 with fifty."""

STANDS, GAP, RISES = 0.4, 0.8, 0.1
"""Points of accuracy: growth below which the training set stands still, gap that varied digits can
close, and growth above which the test set still rises; from one quarter of the evaluations to the
next."""

MOST_UNITS = 400
"""Hidden units above which twice as many are no good advice: a training takes minutes."""

QUARTERS = 8
"""Evaluations that it takes to tell growth from noise."""


@dataclass(frozen=True)
class Suggestion:
    """What to try next.

    Parameters
    ----------
    reason : Reason
        What was lacking.
    evidence : mapping of str to float
        What was measured. `suggest` lists the names.
    change : mapping of str to object
        What to change: values of fields of the recipe, as in a `Finding`.
    """

    reason: Reason
    evidence: Mapping[str, float]
    change: Mapping[str, Any]


def suggest(
    config: TrainingConfig, history: History, net: SimpleNet, x: ArrayLike, t: ArrayLike
) -> Suggestion | None:
    """Return what is worth trying after a training that went well, or None.

    Parameters
    ----------
    config : TrainingConfig
        The recipe.
    history : History
        What the training has told, from its beginning.
    net : SimpleNet
        The network at its end.
    x : array_like, shape (n, inputs)
        Training digits, as `diagnose` takes them.
    t : array_like
        Their labels: integers, shape (n,), or one-hot.

    Returns
    -------
    Suggestion or None
        The evidence of each reason, by name; shares in [0, 1], points are hundredths of accuracy:

        - "longer_steps": `gain`, how many times as much a step `LONGER` times as long gains, and
          `fallen_share`, by how much the loss fell from the fourth fifth of the training to the
          last.
        - "more_units": `train_accuracy` in percent, and `train_growth_points`.
        - "varied_digits": `gap_points` between the sets.
        - "more_iterations": `test_growth_points`, or `fallen_share` where there are not enough
          evaluations.

    Raises
    ------
    ValueError
        If there is no digit, a pixel cannot be, or the labels do not fit.

    Notes
    -----
    Only for a training of which `diagnose` finds nothing wrong. What comes first gains most: on
    MNIST the article's recipe reads 94.6 % of the test set, 96.9 % with steps five times as long,
    and 97.4 % with varied digits besides.
    """
    x = checked_pixels(x, images=net.input_size == IMAGE_SIZE)
    labels = as_labels(t, len(x), net.output_size)
    if not len(x):
        raise ValueError("a suggestion needs at least one digit")
    if len(history) <= EARLIEST:
        return None
    fallen = _fallen(history)
    rate = fair_rate(config.momentum, config.batch_size)
    if fallen >= FALLING and rate >= TIMES * config.learning_rate:
        with one_blas_thread:
            probe = Probe(net, x, labels)
            length = step_length(config)
            one, longer = probe.gain(length), probe.gain(LONGER * length)
        if longer >= WORTH * one > 0:
            evidence = {"gain": longer / one, "fallen_share": fallen}
            return Suggestion("longer_steps", evidence, {"learning_rate": rate})
    known = history.evaluations
    both = ~np.isnan(known["train_accuracy"]) & ~np.isnan(known["test_accuracy"])
    train, test = (100 * known[f"{name}_accuracy"][both] for name in ("train", "test"))
    if len(train) < QUARTERS:
        return _longer(config, {"fallen_share": fallen}) if fallen >= FALLING else None
    growth, gap = _growth(train), float(train[-1] - test[-1])
    units = min(2 * net.hidden_size, MOST_UNITS)
    more_units = {"hidden_size": units} if units > net.hidden_size else None
    if train[-1] < 100 * FULL and growth < STANDS and more_units:
        evidence = {"train_accuracy": float(train[-1]), "train_growth_points": growth}
        return Suggestion("more_units", evidence, more_units)
    others = [kind for kind in AUGMENTATIONS if kind not in config.augmentation]
    if gap >= GAP and others:
        varied = {"augmentation": (*config.augmentation, others[0])}
        return Suggestion("varied_digits", {"gap_points": gap}, varied)
    if _growth(test) >= RISES:
        return _longer(config, {"test_growth_points": _growth(test)})
    if more_units:
        evidence = {"train_accuracy": float(train[-1]), "train_growth_points": growth}
        return Suggestion("more_units", evidence, more_units)
    return None


def _longer(config: TrainingConfig, evidence: Mapping[str, float]) -> Suggestion | None:
    """Return that twice as many iterations are worth it, if there may be as many."""
    iterations = 2 * config.iterations
    if iterations > LIMITS["iterations"][1]:
        return None
    return Suggestion("more_iterations", evidence, {"iterations": iterations})


def _fallen(history: History) -> float:
    """Return the share by which the loss fell from the fourth fifth of a training to the last."""
    fifth = len(history) // 5
    before, last = history.losses[-2 * fifth : -fifth].mean(), history.losses[-fifth:].mean()
    return float(1 - last / before) if before else 0.0


def _growth(points: np.ndarray) -> float:
    """Return the growth from the third quarter of a curve to the last."""
    quarter = len(points) // 4
    return float(points[-quarter:].mean() - points[-2 * quarter : -quarter].mean())
