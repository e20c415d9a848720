"""Which digits one network reads and another does not, and whether that is more than chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Agreement:
    """How two networks do on the same digits.

    Parameters
    ----------
    both, only_a, only_b, neither : int
        How many digits both read right, only one of them, and neither.
    chance : float
        How likely so uneven a split of the digits that only one reads would be if each of them were
        as likely to be read by the one as by the other, in (0, 1].
    """

    both: int
    only_a: int
    only_b: int
    neither: int
    chance: float


def agreement(right_a: NDArray[np.bool_], right_b: NDArray[np.bool_]) -> Agreement:
    """Return how two networks do on the same digits.

    Parameters
    ----------
    right_a, right_b : ndarray of bool, shape (n,)
        Which digits each reads right.

    Notes
    -----
    The chance is that of McNemar's test in its exact form: under the hypothesis that both are
    equally good, the number of digits that only the first reads is binomial with p = 1/2 among
    those that only one reads (McNemar, "Note on the sampling error of the difference between
    correlated proportions or percentages", Psychometrika, 1947).
    """
    from scipy.special import bdtr  # A page that compares nothing can do without.

    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    differ = only_a + only_b
    return Agreement(
        both=int((right_a & right_b).sum()),
        only_a=only_a,
        only_b=only_b,
        neither=int((~right_a & ~right_b).sum()),
        # Both tails, which are alike.
        chance=min(2 * float(bdtr(min(only_a, only_b), differ, 0.5)), 1.0) if differ else 1.0,
    )
