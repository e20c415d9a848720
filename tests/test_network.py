"""SimpleNet, against a network worked out by hand and one in plain Python."""

import copy
import math
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simplenet.network import CHUNK, SimpleNet

EPSILON = 1e-7


def make(inputs, hidden, classes, seed=0, scale=1.0, dtype=np.float64):
    """A network whose biases are not zero either."""
    rng = np.random.default_rng(seed)
    net = SimpleNet(inputs, hidden, classes, scale, rng=rng, dtype=dtype)
    for key in ("b1", "b2"):
        net.params[key] += (scale * rng.standard_normal(net.params[key].shape)).astype(dtype)
    return net


def batch(net, n, seed=0):
    rng = np.random.default_rng(seed)
    return rng.random((n, net.input_size)), rng.integers(net.output_size, size=n)


def relative_error(a, b):
    return np.linalg.norm(a - b) / (np.linalg.norm(a) + np.linalg.norm(b))


# Construction


def test_shapes_and_dtypes():
    net = SimpleNet(784, 50, 10)
    shapes = {key: value.shape for key, value in net.params.items()}
    assert shapes == {"W1": (784, 50), "b1": (50,), "W2": (50, 10), "b2": (10,)}
    assert (net.input_size, net.hidden_size, net.output_size) == (784, 50, 10)
    assert {value.dtype for value in net.params.values()} == {np.dtype(np.float32)}
    assert net.dtype == np.float32


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_chosen_and_kept(dtype):
    net = make(4, 3, 2, dtype=dtype)
    x, t = batch(net, 5)
    assert net.predict(x).dtype == dtype
    assert {value.dtype for value in net.params.values()} == {np.dtype(dtype)}
    assert {value.dtype for value in net.gradient(x, t).values()} == {np.dtype(dtype)}
    assert {v.dtype for v in net.numerical_gradient(x, t).values()} == {np.dtype(np.float64)}


def test_weights_are_normal_and_biases_zero():
    net = SimpleNet(784, 50, 10, weight_init_std=0.02, rng=np.random.default_rng(0))
    w1 = net.params["W1"]
    # Four standard errors of 39,200 numbers: 0.02 / 198 for the mean, 1 / 280 for the deviation.
    assert abs(w1.mean()) < 4 * 0.02 / 198
    assert w1.std() == pytest.approx(0.02, rel=4 / 280)
    assert np.mean(np.abs(w1) < 0.02) == pytest.approx(0.6827, abs=0.01)
    assert net.params["W2"].std() == pytest.approx(0.02, rel=0.15)
    assert not net.params["b1"].any()
    assert not net.params["b2"].any()


def test_same_seed_same_network():
    def params(seed):
        return SimpleNet(6, 4, 3, rng=np.random.default_rng(seed)).params

    for key in ("W1", "W2"):
        assert np.array_equal(params(1)[key], params(1)[key])
        assert not np.array_equal(params(1)[key], params(2)[key])
    assert not np.array_equal(SimpleNet(6, 4, 3).params["W1"], SimpleNet(6, 4, 3).params["W1"])


def test_a_seed_is_as_good_as_a_generator():
    assert SimpleNet(6, 4, 3, rng=0) == SimpleNet(6, 4, 3, rng=np.random.default_rng(0))
    assert SimpleNet(6, 4, 3, rng=0) != SimpleNet(6, 4, 3, rng=1)


def test_a_network_says_its_sizes():
    assert repr(SimpleNet(784, 50, 10)) == "SimpleNet(784, 50, 10, dtype=float32)"


def test_networks_are_equal_if_their_parameters_are():
    net = make(3, 2, 2)
    assert net == SimpleNet.from_params(net.params)
    assert net != net.astype(np.float32)
    assert net != make(2, 2, 2)
    assert net != net.params
    twin = SimpleNet.from_params(net.params)
    twin.params["b2"][1] += 1e-12
    assert net != twin


@pytest.mark.parametrize(
    "copied", [copy.copy, copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net))]
)
def test_a_copy_has_parameters_of_its_own(copied):
    net = make(3, 2, 2)
    net.params["W2"][0, 0] = np.nan  # Also after a training that went wrong.
    twin = copied(net)
    assert twin == net
    twin.params["W1"][0, 0] += 1
    twin.params["b1"] = np.zeros(2)
    assert (net.params["W1"] != twin.params["W1"]).sum() == 1
    assert net.params["b1"].any()


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("size", [50.0, 2.5, "50", True])
def test_a_size_is_a_whole_number(place, size):
    sizes: list = [784, 50, 10]
    sizes[place] = size
    with pytest.raises(ValueError, match="_size must be a whole number, got"):
        SimpleNet(*sizes)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0, 50, 10), "input_size must be at least 1, got 0"),
        ((784, -1, 10), "hidden_size must be at least 1, got -1"),
        ((784, 50, 0), "output_size must be at least 1, got 0"),
        ((784, 50, 10, -0.1), r"weight_init_std must be 0 or more, got -0\.1"),
        ((784, 50, 10, math.nan), "weight_init_std must be 0 or more, got nan"),
        ((784, 50, 10, math.inf), "weight_init_std must be 0 or more, got inf"),
        ((784, 50, 10, 0.01, None, np.int64), "dtype must be float32 or float64, got int64"),
        ((784, 50, 10, 0.01, None, np.float16), "dtype must be float32 or float64, got float16"),
    ],
)
def test_a_network_that_cannot_be_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        SimpleNet(*arguments)


def test_from_params_takes_a_copy():
    net = make(3, 2, 2)
    twin = SimpleNet.from_params(net.params)
    for key, value in net.params.items():
        assert np.array_equal(twin.params[key], value)
        assert not np.shares_memory(twin.params[key], value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"b2": None}, r"W1, b1, W2 and b2, got \['W1', 'W2', 'b1'\]"),
        ({"W3": np.zeros((2, 2))}, "W1, b1, W2 and b2, got .*'W3'"),
        ({"W1": np.zeros(3)}, "two dimensions"),
        ({"W2": np.zeros((2, 2), np.float32)}, r"one dtype, got \['float32', 'float64'\]"),
        ({"b1": np.zeros(3)}, r"b1 must have shape \(2,\), got \(3,\)"),
        ({"W2": np.zeros((3, 2))}, r"W2 must have shape \(2, 2\), got \(3, 2\)"),
        ({"b2": np.array([0.0, math.nan])}, "b2 holds a value that is not finite"),
        ({"b1": np.array([math.inf, 0.0])}, "b1 holds a value that is not finite"),
    ],
)
def test_from_params_refuses_what_does_not_fit(change, message):
    params = {key: v for key, v in (make(3, 2, 2).params | change).items() if v is not None}
    with pytest.raises(ValueError, match=message):
        SimpleNet.from_params(params)


def test_from_params_refuses_integers():
    params = {key: value.astype(int) for key, value in make(3, 2, 2).params.items()}
    with pytest.raises(ValueError, match="float32 or float64, got int64"):
        SimpleNet.from_params(params)


# A network small enough to be worked out by hand. The logarithms in it make the activations and
# the probabilities fractions:
#
#   x  = (1, 2), the right class is 0
#   s1 = (1*2 + 2*1 + (ln 3 - 4),  1*3 + 2*(-1) - 1) = (ln 3, 0)
#   a1 = (3/4, 1/2)                                    for 1 / (1 + 1/3) and 1 / (1 + 1)
#   s2 = (3/4*2 + 1/2*1 + (ln 4 - 2),  3/4*(-2) + 1/2*3) = (ln 4, 0)
#   y  = (4/5, 1/5)
#
# and backwards, with y - t for the derivative of the loss by the scores:
#
#   d2 = (4/5 - 1, 1/5)                             = (-1/5, 1/5)
#   W2: a1 times d2                                 = ((-3/20, 3/20), (-1/10, 1/10))
#   d2 @ W2.T = (-1/5*2 + 1/5*(-2), -1/5*1 + 1/5*3) = (-4/5, 2/5)
#   a1 (1 - a1)                                     = (3/16, 1/4)
#   d1                                              = (-3/20, 1/10)
#   W1: x times d1                                  = ((-3/20, 1/10), (-3/10, 1/5))

BY_HAND = {
    "W1": np.array([[2.0, 3.0], [1.0, -1.0]]),
    "b1": np.array([math.log(3) - 4, -1.0]),
    "W2": np.array([[2.0, -2.0], [1.0, 3.0]]),
    "b2": np.array([math.log(4) - 2, 0.0]),
}
GRADIENT_BY_HAND = {
    "W1": [[-3 / 20, 1 / 10], [-3 / 10, 1 / 5]],
    "b1": [-3 / 20, 1 / 10],
    "W2": [[-3 / 20, 3 / 20], [-1 / 10, 1 / 10]],
    "b2": [-1 / 5, 1 / 5],
}
X_BY_HAND = np.array([[1.0, 2.0]])


def test_forward_pass_by_hand():
    net = SimpleNet.from_params(BY_HAND)
    np.testing.assert_allclose(net.predict(X_BY_HAND), [[4 / 5, 1 / 5]], atol=1e-14)
    assert net.loss(X_BY_HAND, [0]) == pytest.approx(-math.log(4 / 5 + EPSILON), abs=1e-14)
    assert net.loss(X_BY_HAND, [1]) == pytest.approx(-math.log(1 / 5 + EPSILON), abs=1e-14)
    assert net.accuracy(X_BY_HAND, [0]) == 1
    assert net.accuracy(X_BY_HAND, [1]) == 0


@pytest.mark.parametrize(
    ("method", "atol"),
    # Backprop is exact; a central difference is off by h^2/6 times the third derivative.
    [("gradient", 1e-14), ("numerical_gradient", 2e-8), ("fast_numerical_gradient", 2e-8)],
)
def test_gradient_by_hand(method, atol):
    gradient = getattr(SimpleNet.from_params(BY_HAND), method)(X_BY_HAND, [0])
    assert list(gradient) == ["W1", "b1", "W2", "b2"]
    # The loss is -log(p + 1e-7), not -log(p): its derivative is smaller by p / (p + 1e-7).
    factor = (4 / 5) / (4 / 5 + EPSILON)
    for key, expected in GRADIENT_BY_HAND.items():
        np.testing.assert_allclose(gradient[key], factor * np.array(expected), rtol=0, atol=atol)


# The same network in plain Python, one sample and one number at a time.


def plain_forward(params, x):
    a1 = [
        1 / (1 + math.exp(-sum(xi * w for xi, w in zip(x, column, strict=True)) - b))
        for column, b in zip(params["W1"].T.tolist(), params["b1"].tolist(), strict=True)
    ]
    s2 = [
        sum(a * w for a, w in zip(a1, column, strict=True)) + b
        for column, b in zip(params["W2"].T.tolist(), params["b2"].tolist(), strict=True)
    ]
    e = [math.exp(s) for s in s2]
    return a1, [value / sum(e) for value in e]


def plain_loss(params, x, labels):
    rows = zip(x.tolist(), labels.tolist(), strict=True)
    return sum(-math.log(plain_forward(params, xi)[1][k] + EPSILON) for xi, k in rows) / len(x)


def plain_gradient(params, x, labels):
    gradient = {key: np.zeros(value.shape) for key, value in params.items()}
    for xi, label in zip(x.tolist(), labels.tolist(), strict=True):
        a1, y = plain_forward(params, xi)
        for k, p in enumerate(y):
            d2 = (p - (k == label)) * y[label] / (y[label] + EPSILON) / len(x)
            gradient["b2"][k] += d2
            for j, a in enumerate(a1):
                gradient["W2"][j, k] += a * d2
                d1 = d2 * params["W2"][j, k] * a * (1 - a)
                gradient["b1"][j] += d1
                gradient["W1"][:, j] += d1 * np.array(xi)
    return gradient


@given(
    sides=st.tuples(*[st.integers(1, 4)] * 3), n=st.integers(1, 4), seed=st.integers(0, 2**32 - 1)
)
def test_network_is_the_one_in_plain_python(sides, n, seed):
    net = make(*sides, seed=seed)
    x, t = batch(net, n, seed)
    y = [plain_forward(net.params, row)[1] for row in x.tolist()]
    np.testing.assert_allclose(net.predict(x), y, rtol=1e-12)
    assert net.loss(x, t) == pytest.approx(plain_loss(net.params, x, t), rel=1e-12)
    gradient, expected = net.gradient(x, t), plain_gradient(net.params, x, t)
    for key in net.params:
        np.testing.assert_allclose(gradient[key], expected[key], rtol=1e-10, atol=1e-15)


@pytest.mark.parametrize("method", ["numerical_gradient", "fast_numerical_gradient"])
@pytest.mark.parametrize(("sides", "n"), [((5, 4, 3), 6), ((1, 1, 2), 1), ((8, 3, 10), 2)])
def test_backprop_is_the_numerical_gradient(method, sides, n):
    net = make(*sides)
    x, t = batch(net, n)
    backprop, numerical = net.gradient(x, t), getattr(net, method)(x, t)
    expected = plain_gradient(net.params, x, t)
    for key in net.params:
        assert relative_error(backprop[key], numerical[key]) < 1e-6
        assert relative_error(numerical[key], expected[key]) < 1e-6


def test_gradient_where_the_epsilon_counts():
    # The right class has a probability of about 1.5e-8, less than the 1e-7 in the logarithm.
    net = make(3, 2, 2, scale=0.01)
    net.params["b2"][:] = [-18.0, 0.0]
    x, t = batch(net, 1)[0], [0]
    gradient = net.gradient(x, t)
    assert -0.2 < gradient["b2"][0] < -0.1
    for key, numerical in net.numerical_gradient(x, t).items():
        assert relative_error(gradient[key], numerical) < 1e-6


def test_loss_and_gradient_are_the_two():
    net = make(5, 4, 3)
    x, t = batch(net, 6)
    loss, gradient = net.loss_and_gradient(x, t)
    assert loss == pytest.approx(net.loss(x, t), abs=1e-14)
    for key, value in net.gradient(x, t).items():
        assert np.array_equal(gradient[key], value)


def test_gradient_in_float32_is_close_to_float64():
    double = make(20, 8, 4, scale=0.5)
    single = SimpleNet.from_params({k: v.astype(np.float32) for k, v in double.params.items()})
    x, t = batch(double, 10)
    for key, value in double.gradient(x, t).items():
        assert relative_error(single.gradient(x, t)[key], value) < 1e-5


def test_numerical_gradients_of_float32_are_computed_in_float64():
    net = make(4, 3, 2, dtype=np.float32)
    x, t = batch(net, 3)
    expected = plain_gradient(net.params, x, t)
    for gradient in (net.numerical_gradient(x, t), net.fast_numerical_gradient(x, t)):
        for key in net.params:
            assert relative_error(gradient[key], expected[key]) < 1e-6


def test_a_step_against_the_gradient_lowers_the_loss():
    net = make(6, 5, 3)
    x, t = batch(net, 8)
    before = net.loss(x, t)
    for key, value in net.gradient(x, t).items():
        net.params[key] -= 0.01 * value
    assert net.loss(x, t) < before


def test_confident_answers_are_computed_without_a_warning():
    net = make(2, 2, 3)
    net.params["W1"] *= 1e4
    net.params["b2"][:] = [1e4, 0, -1e4]
    x = np.array([[1.0, 0.0], [0.0, 1.0]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert net.predict(x).tolist() == [[1, 0, 0], [1, 0, 0]]
        assert net.loss(x, [0, 2]) == pytest.approx(-math.log(EPSILON) / 2)
        gradient = net.gradient(x, [0, 2])
    assert all(np.isfinite(value).all() for value in gradient.values())


# What it takes


def test_one_vector_and_a_batch_agree():
    net = make(4, 3, 5)
    x, _ = batch(net, 6)
    y = net.predict(x)
    assert y.shape == (6, 5)
    assert net.predict(x[0]).shape == (5,)
    np.testing.assert_allclose([net.predict(row) for row in x], y, rtol=1e-13)


def test_one_vector_has_a_loss_an_accuracy_and_a_gradient():
    net = make(4, 3, 5)
    x, t = batch(net, 1)
    assert net.loss(x[0], t[0]) == pytest.approx(net.loss(x, t), rel=1e-13)
    assert net.accuracy(x[0], t[0]) == net.accuracy(x, t)
    for key, value in net.gradient(x, t).items():
        assert np.array_equal(net.gradient(x[0], t[0])[key], value)


def test_both_kinds_of_labels_agree():
    net = make(4, 3, 5)
    x, labels = batch(net, 7)
    one_hot = np.array([[float(k == label) for k in range(5)] for label in labels])
    assert net.loss(x, labels) == net.loss(x, one_hot)
    assert net.accuracy(x, labels) == net.accuracy(x, one_hot)
    for method in (net.gradient, net.numerical_gradient, net.fast_numerical_gradient):
        for key, value in method(x, labels).items():
            assert np.array_equal(method(x, one_hot)[key], value)


def test_accuracy_counts_right_answers():
    # The weights are the identity: the larger input wins.
    params = {"W1": np.eye(2), "b1": np.zeros(2), "W2": np.eye(2), "b2": np.zeros(2)}
    net = SimpleNet.from_params(params)
    x = [[1.0, 0.0], [0.0, 1.0], [0.2, 0.9], [0.8, 0.1]]
    assert net.accuracy(x, [0, 1, 0, 0]) == 3 / 4
    assert net.accuracy(x, [[1, 0], [0, 1], [1, 0], [1, 0]]) == 3 / 4


def test_accuracy_of_more_samples_than_are_predicted_at_a_time():
    net = make(3, 2, 4)
    x, t = batch(net, 2 * CHUNK + 1)
    right = sum(int(row.argmax() == label) for row, label in zip(net.predict(x), t, strict=True))
    assert net.accuracy(x, t) == right / len(x)


def test_no_samples_are_refused():
    net = make(3, 2, 4)
    x, t = np.zeros((0, 3)), np.zeros(0, int)
    with pytest.raises(ValueError, match="accuracy needs at least one sample"):
        net.accuracy(x, t)
    for method in (net.gradient, net.fast_numerical_gradient):
        with pytest.raises(ValueError, match="gradient needs at least one sample"):
            method(x, t)


@pytest.mark.parametrize("shape", [(2, 5), (5,), (2, 2, 4), ()])
def test_inputs_of_another_shape_are_refused(shape):
    with pytest.raises(ValueError, match=r"shape \(n, 4\) or \(4,\), got \(.*\)"):
        make(4, 3, 2).predict(np.zeros(shape))


@pytest.mark.parametrize(
    "method", ["loss", "accuracy", "gradient", "numerical_gradient", "fast_numerical_gradient"]
)
@pytest.mark.parametrize(
    ("x_shape", "t", "message"),
    [
        ((2, 5), [0, 1], r"x must have shape \(n, 4\).*got \(2, 5\)"),
        ((2, 4), [0, 1, 1], r"shape \(2,\), or one-hot, shape \(2, 3\); got shape \(3,\)"),
        ((2, 4), np.zeros((2, 2)), r"shape \(2,\), or one-hot, shape \(2, 3\); got shape \(2, 2\)"),
        ((2, 4), [0, 3], r"labels must be in 0\.\.2, got 0\.\.3"),
    ],
)
def test_samples_that_do_not_fit_are_refused(method, x_shape, t, message):
    with pytest.raises(ValueError, match=message):
        getattr(make(4, 3, 3), method)(np.zeros(x_shape), t)


@pytest.mark.parametrize("method", ["gradient", "numerical_gradient", "fast_numerical_gradient"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_gradient_changes_nothing_that_it_is_given(method, dtype):
    net = make(4, 3, 2, dtype=dtype)
    x, t = batch(net, 5)
    x, t = x.astype(dtype), np.eye(2)[t]
    held = [*net.params.values(), x, t]
    before = [value.copy() for value in held]
    getattr(net, method)(x, t)
    assert all(now is then for now, then in zip(net.params.values(), held[:4], strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(held, before, strict=True))


# Bytes


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bytes_are_pixels_too(dtype):
    net = make(6, 4, 3, dtype=dtype)
    rng = np.random.default_rng(0)
    x, t = rng.integers(256, size=(5, 6), dtype=np.uint8), rng.integers(3, size=5)
    pixels = (x / 255).astype(dtype)
    np.testing.assert_allclose(net.predict(x), net.predict(pixels), rtol=1e-5)
    assert net.loss(x, t) == pytest.approx(net.loss(pixels, t), rel=1e-5)
    assert net.accuracy(x, t) == net.accuracy(pixels, t)
    for method in (net.gradient, net.fast_numerical_gradient, net.numerical_gradient):
        of_bytes, of_pixels = method(x, t), method(pixels, t)
        for key, value in of_pixels.items():
            np.testing.assert_allclose(of_bytes[key], value, rtol=1e-4, atol=1e-6, err_msg=key)


def test_a_copy_in_another_precision_leaves_the_network_as_it_is():
    net = SimpleNet(784, 4, 10, rng=np.random.default_rng(0))
    copy = net.astype(np.float64)
    assert (net.dtype, copy.dtype) == (np.float32, np.float64)
    np.testing.assert_array_equal(copy.params["W1"], net.params["W1"])
    copy.params["W1"] += 1
    assert abs(net.params["W1"]).max() < 1
    same = net.astype(np.float32)
    same.params["W1"] += 1
    assert abs(net.params["W1"]).max() < 1
    with pytest.raises(ValueError, match="dtype must be float32 or float64"):
        net.astype(np.float16)
