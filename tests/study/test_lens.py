import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.gradients import central_difference
from simplenet.study.lens import Lens

RNG = np.random.default_rng(0)
X = RNG.uniform(size=(6, 12))
X[:, 3] = 0
T = RNG.integers(4, size=6)
NET = SimpleNet(12, 5, 4, 0.5, rng=RNG, dtype=np.float64)
STEPS = np.logspace(-12, -1, 34)


def lens(key="W1", index=(2, 1)):
    return Lens(NET.params, X, T, key, index)


@pytest.mark.parametrize(
    ("key", "index"), [("W1", (2, 1)), ("b1", (4,)), ("W2", (0, 3)), ("b2", (2,))]
)
def test_the_curve_is_the_loss_with_that_weight_moved(key, index):
    view = lens(key, index)
    before = {name: value.copy() for name, value in NET.params.items()}
    moves = [-0.3, 0.0, 0.2]
    for move, loss in zip(moves, view.losses(moves), strict=True):
        params = {name: value.copy() for name, value in before.items()}
        params[key][index] += move
        assert loss == pytest.approx(SimpleNet.from_params(params).loss(X, T), rel=1e-14)
    for name, value in before.items():
        np.testing.assert_array_equal(NET.params[name], value)


def test_the_derivative_is_the_slope():
    view = lens()
    copy = {name: value.copy() for name, value in NET.params.items()}
    net = SimpleNet.from_params(copy)
    slope = central_difference(lambda _: net.loss(X, T), net.params["W1"], (2, 1))
    assert view.derivative() == pytest.approx(slope, rel=1e-7)
    assert view.value == NET.params["W1"][2, 1]


def test_errors_fall_with_the_step_until_rounding_takes_over():
    forward, central = lens().step_errors(STEPS, np.float64)
    assert (forward.central, central.central) == (False, True)
    large = STEPS > 1e-3  # There, the error is the truncation: h forward, h squared central.
    for errors, order in ((forward, 1), (central, 2)):
        slope, _ = np.polyfit(np.log(STEPS[large]), np.log(errors.errors[large]), 1)
        assert slope == pytest.approx(order, abs=0.15)
        best = STEPS[errors.errors.argmin()]
        assert 1e-10 < best < 1e-3
        assert errors.errors[0] > 100 * errors.errors.min()  # Too small is as bad.
    assert central.errors.min() < forward.errors.min()


def test_single_precision_runs_out_of_digits_earlier():
    (_, double), (_, single) = (lens().step_errors(STEPS, d) for d in (np.float64, np.float32))
    assert (double.dtype, single.dtype) == ("float64", "float32")
    assert single.errors.min() > 1000 * double.errors.min()
    assert STEPS[single.errors.argmin()] > STEPS[double.errors.argmin()]
    np.testing.assert_array_equal(single.slopes[:5], 0)  # The weight does not even move.


def test_the_loss_in_single_precision_is_that():
    [loss] = lens().losses([0.0], np.float32)
    assert loss == np.float32(loss)
    assert loss == pytest.approx(NET.loss(X, T), rel=1e-6)


def test_a_weight_of_a_blank_pixel_changes_nothing():
    view = lens(index=(3, 0))
    assert view.derivative() == 0
    np.testing.assert_array_equal(view.losses([-1.0, 1.0]), NET.loss(X, T))
    _, central = view.step_errors(STEPS, np.float64)
    np.testing.assert_array_equal(central.errors, 0)


@pytest.mark.parametrize(
    ("key", "index"), [("W3", (0, 0)), ("W1", (12, 0)), ("W1", (-1, 0)), ("b1", (0, 0))]
)
def test_a_weight_that_is_not_there_is_refused(key, index):
    with pytest.raises(ValueError, match=rf"no weight {key}"):
        lens(key, index)
