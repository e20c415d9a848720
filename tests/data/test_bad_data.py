"""Pixels and labels that mean nothing: every function that takes data names them, or reads right.

A value that is misread gives an accuracy all the same, only a wrong one.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simplenet import Dataset, SimpleNet, one_hot_label
from simplenet.data.augmentation import augmented
from simplenet.functions import as_labels, as_pixels, checked_pixels, cross_entropy_error
from simplenet.gradients import central_difference_error, fast_numerical_gradient
from simplenet.runs.comparison import GradientComparison
from simplenet.runs.finetuning import FineTuning, open_to
from simplenet.study.evidence import flip_evidence
from simplenet.study.exam import examine
from simplenet.study.lens import Lens
from simplenet.study.microscope import dissect

NET = SimpleNet(784, 4, 10, 0.1, np.random.default_rng(0), np.float64)
BYTES = np.random.default_rng(1).integers(256, size=(3, 784), dtype=np.uint8)
BYTES[0, :2] = 0, 255
X, T = BYTES / 255, np.array([3, 1, 4])
HOT = np.eye(10)[T]

TAKES_BOTH = {
    "loss": NET.loss,
    "accuracy": NET.accuracy,
    "gradient": NET.gradient,
    "loss_and_gradient": NET.loss_and_gradient,
    "numerical_gradient": NET.numerical_gradient,
    "fast_numerical_gradient": NET.fast_numerical_gradient,
    "fast numerical gradient of parameters": lambda x, t: fast_numerical_gradient(NET.params, x, t),
    "error of the difference": lambda x, t: central_difference_error(NET.params, x, t),
    "examine": lambda x, t: examine(NET, x, t),
    "lens": lambda x, t: Lens(NET.params, x, t, "b2", (0,)),
    "comparison": lambda x, t: GradientComparison(NET.params, x, t),
}
PIXELS = {name: lambda x, take=take: take(x, T[: len(x)]) for name, take in TAKES_BOTH.items()} | {
    "predict": NET.predict,
    "train set": lambda x: Dataset(x, HOT[: len(x)], X, HOT),
    "test set": lambda x: Dataset(X, HOT, x, HOT[: len(x)]),
    "evidence": lambda x: flip_evidence(NET, x[0], 3),
    "microscope": lambda x: dissect(NET.params, x[0], 3, 0.1),
    "fine-tuning": lambda x: FineTuning(NET.params, x, T[: len(x)]),
    "opening": lambda x: open_to(NET.params, x, T[: len(x)]),
}
LABELS = {name: lambda t, take=take: take(X, t) for name, take in TAKES_BOTH.items()} | {
    "cross_entropy_error": lambda t: cross_entropy_error(NET.predict(X), t),
    "as_labels": lambda t: as_labels(t, 3, 10),
}
ONE_HOT = LABELS | {
    "train set": lambda t: Dataset(X, t, X, HOT),
    "test set": lambda t: Dataset(X, HOT, X, t),
}
ANY_FINITE = {"fast numerical gradient of parameters", "error of the difference"}


def changed(value, dtype=np.float64):
    """The pixels, one of which is another."""
    x = X.astype(dtype)
    x[0, 5] = value
    return x


@pytest.mark.slow
@pytest.mark.parametrize("name", PIXELS)
@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, -0.01, 1.01, 255.0])
def test_a_number_that_is_no_pixel_is_named(name, value):
    if name in ANY_FINITE and np.isfinite(value):
        pytest.skip("it is for numbers of any kind")
    with pytest.raises(ValueError, match=str(value).replace("inf", "inf$|inf:").replace("-", ".")):
        PIXELS[name](changed(value))


@pytest.mark.parametrize("name", PIXELS)
@pytest.mark.parametrize("dtype", [np.int64, np.uint16, np.int8, list])
def test_integers_that_are_not_bytes_are_not_guessed_at(name, dtype):
    x = (BYTES // 3).tolist() if dtype is list else (BYTES // 3).astype(dtype)
    with pytest.raises(ValueError, match=r"pass uint8 for 0\.\.255 or floats in \[0, 1\]"):
        PIXELS[name](x)


def test_bytes_are_not_varied_as_if_they_were_pixels():
    with pytest.raises(ValueError, match=r"only floats in \[0, 1\] can be varied, got uint8"):
        augmented(BYTES, ("affine",), np.random.default_rng(0))


def test_what_is_no_number_is_refused():
    for x in (X.astype(str), X.astype(object), X.astype(complex)):
        with pytest.raises(ValueError, match="pixels must be numbers"):
            NET.predict(x)
    with pytest.raises(ValueError, match="one-hot rows must be numbers"):
        NET.accuracy(X, HOT.astype(str))


@given(st.lists(st.sampled_from([0, 1]), min_size=1), st.sampled_from(["bool", "i8", "u2", "f4"]))
def test_zeros_and_ones_are_pixels_in_any_type_but_bytes(values, dtype):
    assert as_pixels(checked_pixels(np.array(values, dtype))).tolist() == values
    as_bytes = as_pixels(checked_pixels(np.array(values, np.uint8)), np.float64)
    np.testing.assert_allclose(as_bytes, np.array(values) / 255)


@given(st.floats(-9e-7, 1 + 9e-7), st.sampled_from([np.float32, np.float64]))
def test_pixels_that_rounding_put_outside_are_fine(value, dtype):
    x = np.array([[value, 0.5]], dtype)
    assert checked_pixels(x) is x


@given(
    st.one_of(
        st.floats().filter(lambda v: not -1e-6 <= v <= 1 + 1e-6),
        st.integers(-(2**63), 2**63 - 1).filter(lambda v: v not in (0, 1)),
    )
)
def test_nothing_else_is_a_pixel(value):
    with pytest.raises(ValueError, match="must be in"):
        checked_pixels(np.array([0, value, 1]))


def test_the_ways_to_write_pixels_and_labels_give_the_same():
    forms = [(x, t) for x in (BYTES, X, X.tolist()) for t in (T, T.tolist(), HOT, HOT.astype(int))]
    for name in ("loss", "accuracy", "fast_numerical_gradient", "gradient"):
        expected = TAKES_BOTH[name](X, T)
        for x, t in forms:
            found = TAKES_BOTH[name](x, t)
            if isinstance(expected, dict):
                for key, value in expected.items():
                    np.testing.assert_allclose(found[key], value, atol=1e-9)
            else:
                assert found == pytest.approx(expected, abs=1e-12)
    of_bytes, of_pixels = (fast_numerical_gradient(NET.params, x, T) for x in (BYTES, X))
    np.testing.assert_allclose(of_bytes["W1"], of_pixels["W1"], atol=1e-9)


def test_a_network_of_something_else_takes_any_finite_numbers():
    net = SimpleNet(2, 3, 2, rng=np.random.default_rng(0))
    assert net.predict([[-300.0, 7.5]]).shape == (1, 2)
    for x in ([[np.nan, 0.0]], [[np.inf, 0.0]]):
        with pytest.raises(ValueError, match=r"inputs must be finite, got (nan|inf)"):
            net.predict(x)
    with pytest.raises(ValueError, match="got 7: pass uint8"):
        net.predict([[0, 7]])


ROWS = {
    "empty": np.zeros(10),
    "soft": np.r_[0.9, 0.1, np.zeros(8)],
    "smoothed": np.full(10, 0.1),
    "two": np.r_[1.0, 1.0, np.zeros(8)],
    "nan": np.r_[np.nan, np.zeros(9)],
    "one and nan": np.r_[1.0, np.nan, np.zeros(8)],
    "two of it": np.r_[2.0, np.zeros(9)],
    "negative": np.r_[-1.0, np.zeros(9)],
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ROWS)
@pytest.mark.parametrize("name", ONE_HOT)
def test_a_row_that_is_not_one_hot_is_named(name, kind):
    t = HOT.copy()
    t[1] = ROWS[kind]
    with pytest.raises(ValueError, match=r"a single 1, and else 0; row 1 is \["):
        ONE_HOT[name](t)


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("t", [[3.0, 1.0, 4.0], [3, 1, np.nan], [3, 1, 10], [3, -1, 4]])
def test_a_label_that_is_no_class_is_refused(name, t):
    with pytest.raises(ValueError, match=r"labels must be (integers, got float64|in 0\.\.9, got)"):
        LABELS[name](t)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=20), st.sampled_from(["?", "u1", "f4"]))
def test_one_hot_rows_and_labels_are_the_same(labels, dtype):
    hot = one_hot_label(labels)
    assert as_labels(hot.astype(dtype), len(labels), 10).tolist() == labels
    assert as_labels(labels, len(labels), 10).tolist() == labels


def test_one_sample_of_one_class_may_be_either():
    assert as_labels([0], 1, 1).tolist() == as_labels([1.0], 1, 1).tolist() == [0]


@pytest.mark.parametrize("y", [[np.nan, 0.5], [-0.1, 1.1], [1.2, 0.0]])
def test_probabilities_that_cannot_be_are_named(y):
    with pytest.raises(ValueError, match=r"y must be probabilities, in \[0, 1\], got"):
        cross_entropy_error(y, 0)


def test_the_number_that_is_named_is_the_first_wrong_one():
    pixels = np.array([[0.0, 1.0], [0.5, 1.5], [7.0, -1.0]])
    with pytest.raises(ValueError, match=r"got 1\.5: pass uint8"):
        checked_pixels(pixels, images=True)
    with pytest.raises(ValueError, match=r"inputs must be finite, got nan"):
        SimpleNet(2, 3, 2, rng=0).predict([[0.0, 9.0], [np.nan, np.inf]])
    y = np.array([[0.2, 0.8], [1.0, 0.0], [1.5, -0.5], [-0.25, 1.25]])
    with pytest.raises(ValueError, match=r"in \[0, 1\], got 1\.5"):
        cross_entropy_error(y, [0, 0, 0, 0])


def test_a_data_set_has_a_row_of_labels_for_each_image():
    for t in (HOT[:2], T[:2]):
        with pytest.raises(ValueError, match="a one-hot row for each image"):
            Dataset(X, t, X, HOT)
