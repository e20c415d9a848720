import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.network import forward
from simplenet.study.condition import conditions


@pytest.fixture
def x():
    return np.random.default_rng(0).random((1201, 784)).astype(np.float32)


@pytest.fixture
def net():
    """A network of six good units, each of which looks at one pixel of its own."""
    net = SimpleNet(784, 6, 10, rng=np.random.default_rng(1))
    net.params["W1"][...] = 0
    for unit in range(6):
        net.params["W1"][100 * unit, unit] = 4
        net.params["b1"][unit] = -2
    return net


def test_good_units_are_neither_dead_nor_saturated_nor_alike(net, x):
    found = conditions(net, x)
    assert not (found.dead | found.saturated | found.alike).any()


def test_all_is_what_the_activations_say(net, x):
    net.params["W1"][...] += np.random.default_rng(2).normal(0, 0.05, (784, 6))
    a1, _ = forward(net.params, x)
    found = conditions(net, x)
    np.testing.assert_allclose(found.mean, a1.mean(axis=0), atol=1e-5)
    np.testing.assert_allclose(found.spread, a1.std(axis=0), atol=1e-5)
    expected = np.corrcoef(a1.astype(np.float64).T)
    np.fill_diagonal(expected, 0)
    np.testing.assert_array_equal(found.twin, np.abs(expected).argmax(axis=1))
    np.testing.assert_allclose(found.correlation, expected[np.arange(6), found.twin], atol=1e-4)
    share = ((a1 < 0.01) | (a1 > 0.99)).mean(axis=0)
    np.testing.assert_allclose(found.saturated_share, share, atol=1e-9)


@pytest.mark.parametrize("bias", [-20.0, 20.0, 0.3])
def test_a_unit_that_says_the_same_of_each_digit_is_dead(net, x, bias):
    net.params["W1"][:, 2] = 0
    net.params["b1"][2] = bias
    found = conditions(net, x)
    assert np.flatnonzero(found.dead).tolist() == [2]
    assert not found.saturated.any()
    assert not found.alike.any()  # Nothing correlates with what does not vary.
    assert found.correlation[2] == 0


def test_a_unit_that_only_says_yes_or_no_is_saturated_and_not_dead(net, x):
    net.params["W1"][:, 3] *= 1000
    net.params["b1"][3] *= 1000
    found = conditions(net, x)
    assert np.flatnonzero(found.saturated).tolist() == [3]
    assert not found.dead.any()


@pytest.mark.parametrize("sign", [1, -1])
def test_copies_and_contraries_are_alike(net, x, sign):
    net.params["W1"][:, 5] = sign * net.params["W1"][:, 1]
    net.params["b1"][5] = sign * net.params["b1"][1]
    found = conditions(net, x)
    assert np.flatnonzero(found.alike).tolist() == [1, 5]
    assert found.twin[[1, 5]].tolist() == [5, 1]
    np.testing.assert_allclose(found.correlation[[1, 5]], sign, atol=1e-4)


def test_a_single_unit_is_like_no_other(x):
    found = conditions(SimpleNet(784, 1, 10, 0.5, np.random.default_rng(0)), x)
    assert not found.alike.any()
    assert found.twin.tolist() == [0]


def test_one_digit_is_not_enough(net, x):
    with pytest.raises(ValueError, match="at least two digits"):
        conditions(net, x[:1])
