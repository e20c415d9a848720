from __future__ import annotations

from math import comb

import numpy as np
import pytest

from simplenet.study.agreement import agreement


def split(both, only_a, only_b, neither):
    counts = (both, only_a, only_b, neither)
    return np.repeat([True, True, False, False], counts), np.repeat(
        [True, False, True, False], counts
    )


def test_the_digits_are_counted():
    found = agreement(*split(50, 7, 3, 2))
    assert (found.both, found.only_a, found.only_b, found.neither) == (50, 7, 3, 2)


@pytest.mark.parametrize(("only_a", "only_b"), [(7, 3), (3, 7), (5, 0), (4, 4), (30, 12)])
def test_the_chance_is_that_of_coins(only_a, only_b):
    n, fewer = only_a + only_b, min(only_a, only_b)
    tail = sum(comb(n, k) for k in range(fewer + 1)) / 2**n
    found = agreement(*split(100, only_a, only_b, 5))
    assert found.chance == pytest.approx(min(1.0, 2 * tail))


def test_two_that_read_the_same_cannot_be_told_apart():
    assert agreement(*split(9, 0, 0, 1)).chance == 1
