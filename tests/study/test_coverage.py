import numpy as np
import pytest

from simplenet.data import mini_batch
from simplenet.study.coverage import draws, expected_share


def test_the_draws_are_those_of_the_mini_batches():
    counts = draws(30, 4, 5, np.random.default_rng(2))
    rng, rows, expected = np.random.default_rng(2), np.arange(30), np.zeros(30)
    for _ in range(5):
        for row in mini_batch(rows, rows, 4, rng)[0]:
            expected[row] += 1
    np.testing.assert_array_equal(counts, expected)
    assert counts.sum() == 20
    np.testing.assert_array_equal(draws(30, 4, 5, 2), counts)  # A seed will do.
    assert draws(30, 4, 0, rng).sum() == 0


def test_an_epoch_misses_about_1_in_e_as_chance_expects():
    counts = draws(60_000, 100, 600, np.random.default_rng(0))
    seen = np.count_nonzero(counts) / 60_000
    assert seen == pytest.approx(expected_share(60_000, 60_000), abs=0.005)
    assert expected_share(60_000, 60_000) == pytest.approx(1 - np.exp(-1), abs=1e-4)
    assert expected_share(7, 0) == 0
