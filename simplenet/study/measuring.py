"""How long a computation takes, and how far two gradients lie apart."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

Result = TypeVar("Result")

REPEATS, MOST_REPEATS = 3, 50
"""How often, at least and at most, a quick gradient is computed; the median time counts."""

ENOUGH_S = 0.1
"""How long that may take before it is enough: other programs take the core, too."""

LONG_S = 0.3
"""A call that takes longer is not repeated: others disturb it less, and somebody waits."""


@dataclass(frozen=True)
class Difference:
    """How far two gradients of one parameter array lie apart, where both were computed.

    Parameters
    ----------
    largest : float
        The largest absolute difference.
    relative : float
        ``norm(a - b) / (norm(a) + norm(b))``, in [0, 1]; 0 where both are zero.
    """

    largest: float
    relative: float


def timed(
    compute: Callable[[], Result], enough_s: float = ENOUGH_S, repeats: int = REPEATS
) -> tuple[Result, float]:
    """Return what `compute` returns, and the median time of a call in seconds.

    It is called for about `enough_s` seconds, but at least `repeats` times, and at most
    `MOST_REPEATS` times; what takes longer than `LONG_S` together is not called again.
    """
    times: list[float] = []
    while (len(times) < repeats and sum(times) <= LONG_S) or (
        sum(times) < enough_s and len(times) < MOST_REPEATS
    ):
        started = perf_counter()
        result = compute()
        times.append(perf_counter() - started)
    return result, median(times)


def difference(a: NDArray[Any], b: NDArray[Any]) -> Difference:
    """Return how far two arrays of the same shape lie apart."""
    scale = float(np.linalg.norm(a) + np.linalg.norm(b))
    return Difference(
        largest=float(np.abs(a - b).max()),
        relative=float(np.linalg.norm(a - b)) / scale if scale else 0.0,
    )
