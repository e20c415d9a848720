import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.network import forward
from simplenet.study.units import most_exciting, signals


@pytest.fixture
def net():
    return SimpleNet(784, 7, 10, weight_init_std=0.5, rng=np.random.default_rng(3))


@pytest.fixture
def x():
    return np.random.default_rng(4).random((30, 784)).astype(np.float32)


def test_signals_are_those_of_the_forward_pass(net, x):
    found = signals(net.params, x[2])
    a1, y = forward(net.params, x[2:3])
    np.testing.assert_allclose(found.a1, a1[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.y, y[0], rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(np.tanh(found.s1 / 2), 2 * found.a1 - 1, atol=1e-5)
    np.testing.assert_allclose(np.exp(found.s2 - found.s2[0]), found.y / found.y[0], rtol=1e-3)
    np.testing.assert_array_equal(found.x, x[2])


def test_bytes_are_pixels_as_well(net, x):
    pixels = np.rint(255 * x[0]).astype(np.uint8)
    found, expected = signals(net.params, pixels), signals(net.params, pixels / np.float32(255))
    np.testing.assert_allclose(found.y, expected.y, rtol=1e-5)


@pytest.mark.parametrize("x", [np.zeros(783), np.zeros((1, 784)), np.full(784, 2.0)])
def test_what_is_no_image_is_refused(net, x):
    with pytest.raises(ValueError, match="must"):
        signals(net.params, x)


@pytest.mark.parametrize("as_bytes", [False, True])
def test_the_images_that_excite_a_unit_most_come_first(net, x, as_bytes):
    images = np.rint(255 * x).astype(np.uint8) if as_bytes else x
    sums = np.array([signals(net.params, image).s1[5] for image in images])
    found = most_exciting(net, images, 5, 4)
    assert len(found) == 4
    assert (np.diff(sums[found]) <= 1e-5).all()
    assert sums[found].min() >= np.delete(sums, found).max() - 1e-5


def test_a_saturated_unit_has_an_order_too(net, x):
    net.params["W1"][:, 0] = 10
    assert (np.diff(x[most_exciting(net, x, 0, 30)].sum(axis=1)) <= 1e-3).all()


@pytest.mark.parametrize("unit", [-1, 7])
def test_a_unit_that_is_not_there_is_refused(net, x, unit):
    with pytest.raises(ValueError, match="unit must be from 0 to 6"):
        most_exciting(net, x, unit, 3)
