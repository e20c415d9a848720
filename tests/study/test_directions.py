import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.study.directions import directions, length


@pytest.fixture
def setting(mnist):
    net = SimpleNet(784, 10, 10, 0.1, np.random.default_rng(0))
    return net, mnist.pixels_train[:50], mnist.t_train[:50]


def test_the_steps_are_those_of_gradient_descent_and_as_long_ones_by_chance(setting):
    net, x, t = setting
    before = {key: value.copy() for key, value in net.params.items()}
    found = directions(net.params, x, t, [0.0, 0.5], np.random.default_rng(1))
    exact = net.astype(np.float64)
    gradient = exact.gradient(x, t)
    assert found.downhill[0] == found.chance[0] == pytest.approx(exact.loss(x, t))
    moved = {key: value - 0.5 * gradient[key] for key, value in exact.params.items()}
    assert found.downhill[1] == pytest.approx(SimpleNet.from_params(moved).loss(x, t))
    # Nothing goes down as fast as the gradient does.
    assert found.downhill[1] < found.chance[1]
    assert length(found.gradient) == pytest.approx(length(gradient))
    for key, value in before.items():
        np.testing.assert_array_equal(net.params[key], value)


def test_a_slope_is_0_where_the_pixel_is_blank_in_all_digits(setting):
    net, x, t = setting
    found = directions(net.params, x, t, [], np.random.default_rng(1))
    blank = np.count_nonzero(x.max(axis=0) == 0)
    size = sum(value.size for value in net.params.values())
    assert found.still == pytest.approx(10 * blank / size)


def test_the_random_step_is_as_long_as_that_of_the_gradient(setting):
    net, x, t = setting
    seen = []

    class Watched(np.random.Generator):
        def standard_normal(self, shape):
            seen.append(super().standard_normal(shape))
            return seen[-1]

    found = directions(net.params, x, t, [2.0], Watched(np.random.PCG64(1)))
    other = dict(zip(found.gradient, seen, strict=True))
    scale = 2.0 * length(found.gradient) / length(other)
    moved = {k: v - scale * other[k] for k, v in net.astype(np.float64).params.items()}
    assert found.chance[0] == pytest.approx(SimpleNet.from_params(moved).loss(x, t))
