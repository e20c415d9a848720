import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.study import removal
from simplenet.study.removal import without_each


@pytest.fixture
def net():
    return SimpleNet(784, 7, 10, weight_init_std=0.6, rng=np.random.default_rng(3))


@pytest.fixture
def x():
    return np.random.default_rng(4).random((600, 784)).astype(np.float32)


@pytest.fixture
def labels(net, x):
    """What the network says, but for every third digit."""
    said = net.predict(x).argmax(axis=1)
    return np.where(np.arange(len(x)) % 3, said, (said + 1) % 10)


def off(net, unit):
    """The network without a unit: nothing that it says goes on."""
    cut = SimpleNet.from_params(net.params)
    cut.params["W2"][unit] = 0
    return cut


@pytest.mark.parametrize("values", [removal.VALUES, 400])
def test_without_each_is_as_if_each_was_cut_out(net, x, labels, values, monkeypatch):
    monkeypatch.setattr(removal, "VALUES", values)
    found = without_each(net, x, labels)
    assert found.accuracy == pytest.approx(net.accuracy(x, labels))
    for unit in range(7):
        cut = off(net, unit)
        assert found.accuracies[unit] == pytest.approx(cut.accuracy(x, labels))
        right = cut.predict(x).argmax(axis=1) == labels
        np.testing.assert_array_equal(found.without[unit], np.bincount(labels[right], minlength=10))
    np.testing.assert_array_equal(found.digits, np.bincount(labels, minlength=10))
    assert (np.diff(found.cost[found.ranking]) <= 0).all()


def test_a_unit_that_says_nothing_costs_nothing(net, x, labels):
    net.params["W2"][4] = 0
    assert without_each(net, x, labels).cost[4] == 0


def test_bytes_and_one_hot_labels_do_as_well(net, x, labels):
    pixels = np.rint(255 * x).astype(np.uint8)
    found, other = (
        without_each(net, pixels, labels),
        without_each(net, pixels, np.eye(10)[labels]),
    )
    np.testing.assert_array_equal(found.without, other.without)


def test_no_digit_is_refused(net):
    with pytest.raises(ValueError, match="at least one digit"):
        without_each(net, np.empty((0, 784), np.float32), [])
