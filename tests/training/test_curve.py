"""What is drawn of many values."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simplenet.training import SMOOTHED, Curve, moving_average
from simplenet.training.curve import MOST_POINTS


def test_a_peak_among_a_million_values_is_drawn_where_it_is():
    values = np.full(1_000_001, 0.5)
    values[123_457], values[765_432] = 9.0, 0.01
    at, _ = Curve().read(values)
    assert {123_457, 765_432, 1_000_000} <= set(at.tolist())
    assert MOST_POINTS / 4 <= len(at) <= MOST_POINTS


@given(
    st.lists(st.lists(st.floats(0, 10), max_size=90), max_size=8),
    st.integers(5, 40),
    st.integers(0, 90),
)
def test_a_curve_that_grows_is_the_one_that_is_made_at_once(parts, most, fewer):
    growing = Curve(most)
    for end in range(len(parts) + 1):
        growing.extend(np.array(list(itertools.chain(*parts[:end]))))
    values = np.array(list(itertools.chain(*parts)))
    drawn, means = growing.read(values)
    at_once, same_means = Curve(most).read(values)
    np.testing.assert_array_equal(drawn, at_once)
    np.testing.assert_array_equal(means, same_means)
    np.testing.assert_allclose(means, moving_average(values, SMOOTHED)[drawn], atol=1e-12)
    assert len(drawn) <= most
    if len(values) <= (most - 3) // 2:
        assert drawn.tolist() == list(range(len(values)))
    # Another thread may have fewer of the values.
    for seen in (values, values[: max(len(values) - fewer, 0)]):
        drawn, _ = growing.read(seen)
        assert (np.diff(drawn) > 0).all()
        if len(seen):
            assert drawn[-1] == len(seen) - 1
            assert (seen[drawn].min(), seen[drawn].max()) == (seen.min(), seen.max())


@pytest.mark.parametrize("most", range(5, 25))
def test_there_are_never_more_points_than_are_asked_for(most):
    values = np.random.default_rng(most).random(400)
    drawn = [len(Curve(most).read(values[:n])[0]) for n in range(len(values))]
    assert max(drawn) <= most


@given(st.lists(st.floats(0, 10), min_size=1, max_size=60), st.integers(1, 20))
def test_moving_average_is_the_mean_of_the_last(values, window):
    expected = [np.mean(values[max(0, i + 1 - window) : i + 1]) for i in range(len(values))]
    np.testing.assert_allclose(moving_average(np.array(values), window), expected, atol=1e-9)
    at = np.arange(0, len(values), 7)
    some = moving_average(np.array(values), window, at)
    np.testing.assert_allclose(some, np.array(expected)[at], atol=1e-9)


def test_moving_average_of_nothing():
    assert len(moving_average(np.array([]), 5)) == 0


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_values_are_drawn_as_they_are(n):
    at, means = Curve().read(np.arange(n, dtype=float))
    assert at.tolist() == list(range(n))
    assert means.tolist() == [i / 2 for i in range(n)]
