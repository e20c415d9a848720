"""Numerical gradients, against derivatives that are known and a network written here."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simplenet.gradients import (
    central_difference,
    central_difference_error,
    fast_numerical_gradient,
    numerical_gradient_1d,
    numerical_gradient_2d,
)

H = 1e-4


# The definition


def test_central_difference_of_a_cube_shows_h():
    # ((x + h)^3 - (x - h)^3) / 2h = 3x^2 + h^2: at 2, with h = 1e-4, it is 12 + 1e-8.
    x = np.array([2.0])
    assert central_difference(lambda x: x[0] ** 3, x, (0,)) == pytest.approx(12 + 1e-8, abs=1e-10)


def test_central_difference_moves_one_entry_up_and_down():
    seen = []

    def f(x):
        seen.append(x.copy())
        return 0.0

    x = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert central_difference(f, x, (1, 0)) == 0
    assert [s.tolist() for s in seen] == [[[1, 2], [3 + H, 4]], [[1, 2], [3 - H, 4]]]


def test_gradient_of_a_sum_of_squares():
    x = np.array([3.0, 4.0, -0.5])
    np.testing.assert_allclose(numerical_gradient_1d(lambda x: np.sum(x**2), x), 2 * x, atol=1e-9)
    X = np.arange(6.0).reshape(2, 3)
    np.testing.assert_allclose(numerical_gradient_2d(lambda X: np.sum(X**2), X), 2 * X, atol=1e-9)


def test_gradient_of_a_product():
    # The derivative of abc is (bc, ac, ab).
    gradient = numerical_gradient_2d(np.prod, np.array([2.0, 3.0, 5.0]))
    np.testing.assert_allclose(gradient, [15, 10, 6], atol=1e-9)


def test_gradient_of_a_function_of_the_whole_matrix():
    # The derivative of the determinant ad - bc is [[d, -c], [-b, a]].
    gradient = numerical_gradient_2d(np.linalg.det, np.array([[1.0, 2.0], [3.0, 4.0]]))
    np.testing.assert_allclose(gradient, [[4, -3], [-2, 1]], atol=1e-9)


def test_gradient_of_a_function_that_looks_at_the_array_by_itself():
    X = np.array([[1.0, -2.0]])
    gradient = numerical_gradient_2d(lambda _: float(np.sum(X**3)), X)
    np.testing.assert_allclose(gradient, [[3, 12]], atol=1e-7)


def test_gradient_takes_two_evaluations_an_entry():
    calls = []
    numerical_gradient_2d(lambda X: float(len(calls.append(0) or calls)), np.zeros((3, 4)))
    assert len(calls) == 2 * 12


def test_gradient_is_float64_also_in_float32():
    gradient = numerical_gradient_2d(np.sum, np.ones((2, 2), np.float32))
    assert gradient.dtype == np.float64
    np.testing.assert_allclose(gradient, 1, atol=0.01)


def test_array_is_left_as_it_was():
    X = np.random.default_rng(0).standard_normal((3, 4))
    before = X.copy()
    numerical_gradient_2d(np.sum, X)
    numerical_gradient_1d(np.sum, X[0])
    assert np.array_equal(X, before)


@pytest.mark.parametrize("fails_at", [1, 2, 7, 8])
def test_array_is_left_as_it_was_if_f_raises(fails_at):
    calls = iter(range(1, 100))

    def f(X):
        if next(calls) == fails_at:
            raise RuntimeError("no more")
        return float(X.sum())

    X = np.random.default_rng(0).standard_normal((2, 3))
    before = X.copy()
    with pytest.raises(RuntimeError, match="no more"):
        numerical_gradient_2d(f, X)
    assert np.array_equal(X, before)


@pytest.mark.parametrize("numerical_gradient", [numerical_gradient_1d, numerical_gradient_2d])
def test_integers_are_refused(numerical_gradient):
    with pytest.raises(ValueError, match=r"floating-point array.*int64 cannot be moved by 0\.0001"):
        numerical_gradient(np.sum, np.array([1, 2], np.int64))


def test_other_dimensions_are_refused():
    with pytest.raises(ValueError, match=r"one dimension, got shape \(2, 2\)"):
        numerical_gradient_1d(np.sum, np.ones((2, 2)))
    with pytest.raises(ValueError, match=r"one or two dimensions, got shape \(1, 1, 1\)"):
        numerical_gradient_2d(np.sum, np.ones((1, 1, 1)))


# The fast one. First the network as the article writes it, and its backpropagation.


def forward(params, x):
    a1 = 1 / (1 + np.exp(-(x @ params["W1"] + params["b1"])))
    s2 = a1 @ params["W2"] + params["b2"]
    e = np.exp(s2 - s2.max(axis=1, keepdims=True))
    return a1, e / e.sum(axis=1, keepdims=True)


def loss(params, x, labels):
    _, y = forward(params, x)
    return -np.sum(np.log(y[np.arange(len(x)), labels] + 1e-7)) / len(x)


def definition(params, x, labels):
    params = {key: value.copy() for key, value in params.items()}
    return {
        key: numerical_gradient_2d(lambda _: loss(params, x, labels), value)
        for key, value in params.items()
    }


def backprop(params, x, labels):
    a1, y = forward(params, x)
    right = y[np.arange(len(x)), labels][:, np.newaxis]
    # -log(p + 1e-7) changes by -1 / (p + 1e-7) with p, and p by p * ([k is right] - y_k) with s_k.
    d2 = right / (right + 1e-7) * (y - np.eye(y.shape[1])[labels]) / len(x)
    d1 = d2 @ params["W2"].T * a1 * (1 - a1)
    return {"W1": x.T @ d1, "b1": d1.sum(axis=0), "W2": a1.T @ d2, "b2": d2.sum(axis=0)}


def network(inputs, hidden, classes, scale, rng):
    return {
        "W1": scale * rng.standard_normal((inputs, hidden)),
        "b1": scale * rng.standard_normal(hidden),
        "W2": scale * rng.standard_normal((hidden, classes)),
        "b2": scale * rng.standard_normal(classes),
    }


def pixels(n, inputs, nonzero, rng):
    """Grey values of 8 bits, as a digit's, of which a share is not zero."""
    return rng.integers(1, 256, (n, inputs)) / 255 * (rng.random((n, inputs)) < nonzero)


def assert_gradients_agree(a, b, atol):
    assert a.keys() == b.keys()
    for key in a:
        np.testing.assert_allclose(a[key], b[key], rtol=0, atol=atol, err_msg=key)


SIDE = st.integers(1, 6)


@given(
    n=SIDE,
    inputs=SIDE,
    hidden=SIDE,
    classes=SIDE,
    scale=st.sampled_from([0.01, 1.0, 3.0]),
    nonzero=st.sampled_from([0.0, 0.2, 1.0]),
    one_hot=st.booleans(),
    seed=st.integers(0, 2**32 - 1),
)
def test_fast_is_the_definition_and_backprop(
    n, inputs, hidden, classes, scale, nonzero, one_hot, seed
):
    rng = np.random.default_rng(seed)
    params = network(inputs, hidden, classes, scale, rng)
    x = pixels(n, inputs, nonzero, rng)
    labels = rng.integers(classes, size=n)
    fast = fast_numerical_gradient(params, x, np.eye(classes)[labels] if one_hot else labels)
    assert_gradients_agree(fast, definition(params, x, labels), atol=1e-9)
    assert_gradients_agree(fast, backprop(params, x, labels), atol=1e-7)


@pytest.mark.parametrize("nonzero", [0.2, 1.0])
def test_fast_at_the_size_of_mnist(nonzero):
    rng = np.random.default_rng(0)
    params = network(784, 50, 10, 0.01, rng)
    x = pixels(100, 784, nonzero, rng)
    labels = rng.integers(10, size=100)
    fast = fast_numerical_gradient(params, x, labels)
    assert_gradients_agree(fast, backprop(params, x, labels), atol=1e-8)
    for key, value in params.items():
        for position in rng.choice(value.size, 10):
            index = np.unravel_index(position, value.shape)
            by_definition = central_difference(lambda _: loss(params, x, labels), value, index)
            assert fast[key][index] == pytest.approx(by_definition, abs=1e-9)


def test_fast_takes_pixels_that_are_all_different():
    rng = np.random.default_rng(1)
    params = network(9, 4, 3, 1.0, rng)
    x, labels = rng.standard_normal((5, 9)), rng.integers(3, size=5)
    fast = fast_numerical_gradient(params, x, labels)
    assert_gradients_agree(fast, definition(params, x, labels), atol=1e-9)


def test_fast_shows_the_error_of_the_central_difference_not_the_derivative():
    # Large pixels make the moves h * x large: the difference leaves the derivative, and the fast
    # gradient must follow the difference.
    rng = np.random.default_rng(2)
    params = network(4, 3, 3, 0.1, rng)
    x, labels = rng.uniform(3000, 9000, (3, 4)), np.array([0, 1, 2])
    params["W1"] /= 6000
    fast = fast_numerical_gradient(params, x, labels)
    assert np.abs(fast["W1"] - backprop(params, x, labels)["W1"]).max() > 1e-3
    assert_gradients_agree(fast, definition(params, x, labels), atol=1e-9)


def test_fast_has_the_epsilon_in_its_logarithm():
    # The right class has a probability of about e^-18 = 1.5e-8, well below 1e-7: the gradient of
    # its score is not -1, but -p / (p + 1e-7), about -0.13.
    params = network(2, 2, 2, 0.01, np.random.default_rng(3))
    params["b2"] = np.array([-18.0, 0.0])
    x, labels = np.ones((1, 2)), np.array([0])
    fast = fast_numerical_gradient(params, x, labels)
    p = forward(params, x)[1][0, 0]
    assert fast["b2"][0] == pytest.approx(-p / (p + 1e-7), abs=1e-6)
    assert_gradients_agree(fast, definition(params, x, labels), atol=1e-9)


@pytest.mark.parametrize("label", [0, 1, 2])
def test_fast_at_certain_answers_has_no_warning(label):
    params = network(2, 3, 3, 1.0, np.random.default_rng(4))
    params["b2"] = np.array([1e4, -1e4, 0.0])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        fast = fast_numerical_gradient(params, np.ones((2, 2)), [label, label])
    # Right or wrong, the answer is certain, and a move of 1e-4 changes nothing.
    assert_gradients_agree(fast, {key: np.zeros_like(v) for key, v in params.items()}, 1e-11)


def test_fast_at_large_scores_and_weights():
    params = network(2, 3, 3, 1.0, np.random.default_rng(5))
    params["W2"] *= 1e3
    params["b2"] = np.array([1e4, 1e4, -1e4])
    params["W2"][:, 1] = params["W2"][:, 0] + [1.0, -1.0, 0.5]
    x, labels = np.ones((2, 2)), np.array([0, 1])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        fast = fast_numerical_gradient(params, x, labels)
    assert np.abs(fast["W1"]).max() > 1e-3
    # Scores of 1e4 are rounded to 2e-12; divided by 2h, that is 1e-8, in the definition too.
    assert_gradients_agree(fast, definition(params, x, labels), atol=1e-7)


def test_fast_computes_in_float64_whatever_comes_in():
    rng = np.random.default_rng(6)
    params = {key: v.astype(np.float32) for key, v in network(5, 4, 3, 0.5, rng).items()}
    x = pixels(3, 5, 0.5, rng).astype(np.float32)
    labels = np.array([2, 0, 1], np.uint8)
    fast = fast_numerical_gradient(params, x, labels)
    double = {key: v.astype(np.float64) for key, v in params.items()}
    assert {v.dtype for v in fast.values()} == {np.dtype(np.float64)}
    assert_gradients_agree(fast, definition(double, x.astype(np.float64), labels), atol=1e-9)


def test_fast_takes_one_vector():
    params = network(4, 3, 2, 1.0, np.random.default_rng(7))
    x = np.array([0.0, 0.5, 1.0, 0.5])
    assert_gradients_agree(
        fast_numerical_gradient(params, x, 1), fast_numerical_gradient(params, x[None], [1]), 0
    )


def test_fast_changes_nothing_that_it_is_given():
    rng = np.random.default_rng(8)
    params, x, t = network(4, 3, 2, 1.0, rng), pixels(3, 4, 0.5, rng), np.eye(2)[[0, 1, 1]]
    given = [*params.values(), x, t]
    before = [value.copy() for value in given]
    fast_numerical_gradient(params, x, t)
    assert all(np.array_equal(a, b) for a, b in zip(given, before, strict=True))


@given(
    n=SIDE,
    hidden=SIDE,
    classes=SIDE,
    scale=st.sampled_from([0.0, 0.01, 1.0, 3.0, 10.0, 30.0]),
    shift=st.sampled_from([-30.0, -16.0, 0.0, 16.0, 30.0]),
    seed=st.integers(0, 2**32 - 1),
)
def test_the_error_of_the_difference_is_what_it_says_at_most(
    n, hidden, classes, scale, shift, seed
):
    # With the right class sure, impossible, and where its probability is about the 1e-7.
    rng = np.random.default_rng(seed)
    params = network(7, hidden, classes, scale, rng)
    params["b2"][0] += shift
    x, labels = pixels(n, 7, 0.7, rng), np.zeros(n, int)
    fast = fast_numerical_gradient(params, x, labels)
    true = backprop(params, x, labels)
    error = central_difference_error(params, x, labels)
    for key, value in error.items():
        assert value.shape == params[key].shape
        # Backprop has roundings of its own.
        assert (np.abs(fast[key] - true[key]) <= value + 1e-15 * (1 + scale)).all(), key


def test_the_error_of_the_difference_is_not_far_too_large():
    # The truncation is exact to the next term, and the rounding within two digits.
    rng = np.random.default_rng(0)
    params, labels = network(7, 4, 3, 3.0, rng), np.array([1])
    x = pixels(1, 7, 0.7, rng)
    error = central_difference_error(params, x, labels)
    off = fast_numerical_gradient(params, x, labels), backprop(params, x, labels)
    for key, value in error.items():
        assert np.abs(off[0][key] - off[1][key]).max() > 0.5 * value.max(), key
    sure = params | {"b2": np.array([0.0, 40.0, 0.0])}
    assert central_difference_error(sure, x, labels)["W1"].max() < 1e-10
    assert not error["W1"][x[0] == 0].any()  # A blank pixel's difference is exactly 0.


def test_the_error_where_the_right_class_is_all_but_impossible_is_that_of_its_slope():
    """Where y is about the 1e-7 of the loss, the loss bends, and its error is all of that."""
    params = {"W1": np.zeros((1, 1)), "b1": np.zeros(1), "W2": np.zeros((1, 2))}
    x, labels, steps = np.zeros((1, 1)), np.array([0]), np.arange(-4, 5) * 0.05

    def loss(score):
        return -np.log(np.exp(score) / (np.exp(score) + 1) + 1e-7)

    for score in (-18.0, -16.5, -16.0, -15.5, -14.0):
        # The third derivative, from a polynomial through points of the loss itself.
        third = 6 * np.polyfit(steps, loss(score + steps), 8)[-4]
        error = central_difference_error(params | {"b2": np.array([score, 0.0])}, x, labels)
        assert error["b2"][0] == pytest.approx(abs(third) * H**2 / 6, abs=3e-11)


@pytest.mark.parametrize("function", [fast_numerical_gradient, central_difference_error])
def test_what_does_not_fit_the_parameters_is_refused(function):
    params = network(4, 3, 2, 1.0, np.random.default_rng(0))
    with pytest.raises(ValueError, match=r"shape \(n, 4\)"):
        function(params, np.zeros((2, 5)), [0, 1])
    with pytest.raises(ValueError, match="at least one sample"):
        function(params, np.zeros((0, 4)), [])
    with pytest.raises(ValueError, match="labels"):
        function(params, np.zeros((1, 4)), [2])


def test_fast_needs_little_memory():
    def peak_bytes(n, hidden):
        rng = np.random.default_rng(9)
        params, x = network(784, hidden, 10, 0.01, rng), rng.random((n, 784))
        tracemalloc.start()
        fast_numerical_gradient(params, x, np.zeros(n, int))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    assert peak_bytes(1, 1000) < 200e6
    # More samples cost a few copies of themselves, not more room to work in. What other threads
    # take meanwhile, such as those of pages that were tested before, only adds to it.
    few, many = (min(peak_bytes(n, 50) for _ in range(5)) for n in (10, 40))
    assert many - few < 4 * 30 * 784 * 8


@pytest.mark.parametrize(
    ("x", "t", "message"),
    [
        (np.ones((2, 5)), [0, 1], r"x must have shape \(n, 4\), got \(2, 5\)"),
        (np.ones((2, 4, 1)), [0, 1], r"x must have shape \(n, 4\), got \(2, 4, 1\)"),
        (np.ones((0, 4)), np.zeros(0, int), "at least one sample"),
        (np.ones((2, 4)), [0, 1, 1], r"2 integer labels.*got shape \(3,\)"),
        (np.ones((2, 4)), [0, 2], r"labels must be in 0\.\.1, got 0\.\.2"),
    ],
)
def test_fast_refuses_what_does_not_fit(x, t, message):
    params = network(4, 3, 2, 1.0, np.random.default_rng(0))
    with pytest.raises(ValueError, match=message):
        fast_numerical_gradient(params, x, t)
