import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.gradients import numerical_gradient_1d
from simplenet.study.dreaming import dream, input_gradient


@pytest.fixture
def net():
    rng = np.random.default_rng(3)
    return SimpleNet(784, 8, 10, weight_init_std=0.1, rng=rng, dtype=np.float64)


@pytest.fixture
def x():
    return np.random.default_rng(4).uniform(0.1, 0.9, 784)


@pytest.mark.parametrize("digit", [0, 7])
def test_the_gradient_of_the_image_is_the_numerical_one(net, x, digit):
    numerical = numerical_gradient_1d(lambda _: np.log(net.predict(x)[digit]), x)
    found = input_gradient(net.params, x, digit)
    np.testing.assert_allclose(found, numerical, atol=1e-8)
    assert np.abs(found).max() > 1e-3


def test_a_dream_is_more_and_more_like_its_digit_and_stays_an_image(net, x):
    found = dream(net.params, x, 4, steps=40)
    assert found.x.shape == (41, 784)
    assert (np.diff(found.y[:, 4]) >= 0).all()
    assert found.y[-1, 4] > found.y[0, 4]
    assert found.y[-1].argmax() == 4
    assert found.x.min() >= 0
    assert found.x.max() <= 1
    np.testing.assert_array_equal(found.x[0], x)
    np.testing.assert_allclose(found.y, net.predict(found.x), atol=1e-9)


def test_no_step_is_longer_than_it_should_be(net, x):
    found = dream(net.params, x, 2, steps=30, step=0.3)
    lengths = np.linalg.norm(np.diff(found.x, axis=0), axis=1)
    assert (lengths <= 0.3 + 1e-9).all()
    assert lengths[0] == pytest.approx(0.3)  # Far from the edges, and gently sloped.


def test_the_way_goes_up_where_long_steps_would_jump_over_the_ridge(net, x):
    """Steep units: along the gradient it soon goes down again."""
    net.params["W1"] *= 30
    found = dream(net.params, x, 4, steps=30, step=2.0)
    assert (np.diff(found.y[:, 4]) >= 0).all()
    assert found.y[-1, 4] > found.y[0, 4] + 0.01


def test_where_there_is_no_slope_nothing_moves(net, x):
    net.params["W2"][...] = 0
    found = dream(net.params, x, 2, steps=5)
    assert (found.x == x).all()


def test_the_network_is_left_as_it_is_in_any_precision(net, x):
    small = net.astype(np.float32)
    before = {key: value.copy() for key, value in small.params.items()}
    found = dream(small.params, np.rint(255 * x).astype(np.uint8), 1, steps=3)
    assert found.x.dtype == found.y.dtype == np.float64
    for key, value in before.items():
        np.testing.assert_array_equal(small.params[key], value)


def test_what_cannot_be_is_refused(net, x):
    with pytest.raises(ValueError, match="10"):
        input_gradient(net.params, x, 10)
    with pytest.raises(ValueError, match="784"):
        dream(net.params, x[:700], 1)
