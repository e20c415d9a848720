"""The sigmoid, the softmax and the cross-entropy error, against hand-worked numbers."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from simplenet.functions import (
    as_float,
    as_labels,
    as_pixels,
    cross_entropy_error,
    sigmoid,
    softmax,
)

SCORE = st.floats(-1000, 1000)
MATRIX = arrays(np.float64, array_shapes(min_dims=2, max_dims=2, max_side=6), elements=SCORE)


def one_hot(labels, classes):
    return np.array([[float(k == label) for k in range(classes)] for label in labels])


# sigmoid


def test_sigmoid_of_known_numbers():
    # e^ln3 = 3, so sigmoid(ln 3) = 1 / (1 + 1/3) = 3/4.
    np.testing.assert_allclose(sigmoid([-math.log(3), 0, math.log(3)]), [0.25, 0.5, 0.75])


def test_sigmoid_reaches_its_limits_without_a_warning():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert sigmoid(np.array([-1000.0, 1000.0])).tolist() == [0.0, 1.0]
        assert sigmoid(np.array([-1e30, 1e30], np.float32)).tolist() == [0.0, 1.0]


@given(st.floats(-700, 700))
def test_sigmoid_is_the_textbooks(x):
    assert float(sigmoid(x)) == pytest.approx(1 / (1 + math.exp(-x)), abs=1e-15)


@given(MATRIX)
def test_sigmoid_is_symmetric(x):
    np.testing.assert_allclose(sigmoid(-x), 1 - sigmoid(x), rtol=0, atol=1e-15)


@given(MATRIX)
def test_sigmoid_never_falls(x):
    assert (np.diff(sigmoid(np.sort(x.ravel()))) >= -1e-15).all()


# softmax


def test_softmax_of_known_numbers():
    # The exponentials are 1, 2 and 5.
    np.testing.assert_allclose(softmax(np.log([1, 2, 5])), [1 / 8, 2 / 8, 5 / 8])


def test_softmax_of_huge_scores_has_no_overflow():
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert softmax([1e4, 0, -1e4]).tolist() == [1, 0, 0]
        assert softmax([[1e4, 1e4], [-1e4, -1e4]]).tolist() == [[0.5, 0.5], [0.5, 0.5]]


@given(MATRIX)
def test_softmax_gives_probabilities(x):
    y = softmax(x)
    assert y.shape == x.shape
    assert ((y >= 0) & (y <= 1)).all()
    np.testing.assert_allclose(y.sum(axis=1), 1, atol=1e-12)


@given(MATRIX)
def test_softmax_of_a_row_is_the_row_of_the_softmax(x):
    np.testing.assert_allclose(softmax(x), [softmax(row) for row in x], rtol=1e-14, atol=0)


@given(MATRIX, SCORE)
def test_softmax_does_not_see_a_shift(x, shift):
    np.testing.assert_allclose(softmax(x + shift), softmax(x), rtol=0, atol=1e-11)


@given(MATRIX)
def test_softmax_keeps_the_order(x):
    in_order = np.take_along_axis(softmax(x), x.argsort(axis=1), axis=1)
    assert (np.diff(in_order, axis=1) >= 0).all()


@pytest.mark.parametrize("shape", [(), (2, 3, 4)])
def test_softmax_refuses_other_dimensions(shape):
    with pytest.raises(ValueError, match=r"shape \(k,\) or \(n, k\), got shape \(.*\)"):
        softmax(np.zeros(shape))


# cross_entropy_error

Y = np.array([0.1, 0.05, 0.6, 0.0, 0.05, 0.1, 0.0, 0.1, 0.0, 0.0])
"""The article's probabilities; its right answer is the digit 2."""


def test_cross_entropy_error_of_the_article():
    error = cross_entropy_error(Y, [0, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    assert round(error, 2) == 0.51
    assert error == pytest.approx(-math.log(0.6 + 1e-7), abs=1e-15)


@pytest.mark.parametrize("t", [2, [2], np.uint8(2), one_hot([2], 10), one_hot([2], 10)[0]])
@pytest.mark.parametrize("y", [Y, Y[np.newaxis]])
def test_cross_entropy_error_takes_one_sample_in_each_form(y, t):
    assert cross_entropy_error(y, t) == pytest.approx(-math.log(0.6 + 1e-7), abs=1e-15)


def test_cross_entropy_error_is_the_mean_over_the_samples():
    y = np.array([[0.5, 0.5], [0.75, 0.25]])
    # (ln 2 + ln 4) / 2 = 1.5 ln 2
    assert cross_entropy_error(y, [0, 1]) == pytest.approx(1.5 * math.log(2), abs=1e-6)


def test_cross_entropy_error_of_a_certain_answer():
    assert cross_entropy_error([1.0, 0.0], 1) == pytest.approx(-math.log(1e-7), abs=1e-12)
    assert cross_entropy_error([1.0, 0.0], 0) == pytest.approx(-1e-7, rel=1e-6)


@given(MATRIX, st.data())
def test_labels_and_one_hot_agree(scores, data):
    n, k = scores.shape
    y = softmax(scores)
    labels = data.draw(arrays(np.int64, n, elements=st.integers(0, k - 1)))
    by_hand = sum(-math.log(y[i, label] + 1e-7) for i, label in enumerate(labels)) / n
    assert cross_entropy_error(y, labels) == pytest.approx(by_hand, abs=1e-12)
    assert cross_entropy_error(y, one_hot(labels, k)) == pytest.approx(by_hand, abs=1e-12)


@pytest.mark.parametrize(
    ("t", "message"),
    [
        ([0, 1], r"3 integer labels, shape \(3,\), or one-hot, shape \(3, 4\); got shape \(2,\)"),
        (np.zeros((3, 5)), r"got shape \(3, 5\)"),
        (0, r"got shape \(\)"),
        ([0.0, 1.0, 2.0], r"labels must be integers, got float64"),
        ([0, 1, 4], r"labels must be in 0\.\.3, got 0\.\.4"),
        ([0, -1, 3], r"labels must be in 0\.\.3, got -1\.\.3"),
    ],
)
def test_what_does_not_fit_is_refused(t, message):
    with pytest.raises(ValueError, match=message):
        cross_entropy_error(np.full((3, 4), 0.25), t)


def test_as_labels_of_no_samples_is_empty():
    assert as_labels(np.zeros(0, int), 0, 10).shape == (0,)


# all of them


def test_precision_is_kept():
    x = np.array([[1.0, 2.0, 3.0]], np.float32)
    for dtype in (np.float32, np.float64):
        assert as_float(x.astype(dtype)).dtype == dtype
        assert sigmoid(x.astype(dtype)).dtype == dtype
        assert softmax(x.astype(dtype)).dtype == dtype


def test_integers_become_float64():
    assert sigmoid([0, 1]).dtype == np.float64
    assert softmax(np.array([1, 2], np.uint8)).dtype == np.float64


@given(MATRIX)
def test_nothing_is_changed_in_place(x):
    before = x.copy()
    sigmoid(x)
    cross_entropy_error(softmax(x), np.zeros(len(x), int))
    assert np.array_equal(x, before)


@pytest.mark.parametrize("shape", [(0, 3), (2, 2, 2)])
def test_cross_entropy_error_refuses_what_are_no_rows_of_probabilities(shape):
    with pytest.raises(ValueError, match="y must have shape"):
        cross_entropy_error(np.ones(shape), np.zeros(shape[0], int))


# Pixels


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_of_bytes_255_stands_for_1(dtype):
    x = np.arange(256, dtype=np.uint8)
    pixels = as_pixels(x, dtype)
    assert pixels.dtype == dtype
    assert (pixels[0], pixels[255]) == (0, 1)
    np.testing.assert_allclose(pixels, np.arange(256) / 255, rtol=1e-6)
    assert x.tolist() == list(range(256))


def test_pixels_of_bytes_are_written_where_they_should_be():
    out = np.empty((1, 2), np.float32)
    assert as_pixels(np.array([[0, 255]], np.uint8), out=out) is out
    assert out.tolist() == [[0, 1]]


def test_all_else_is_taken_as_it_is():
    x = np.array([0.5, 1.0], np.float32)
    assert as_pixels(x) is x
    assert as_pixels(x, np.float64).dtype == np.float64
    assert as_pixels([0, 1]).tolist() == [0, 1]


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("shape", [(3,), (1, 3), (4, 3)])
def test_the_input_stays_as_it_is(shape, order):
    x = np.asarray(np.random.default_rng(0).standard_normal(shape), order=order)
    before = x.copy()
    sigmoid(x)
    softmax(x)
    np.testing.assert_array_equal(x, before)
