import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.study import noise
from simplenet.study.noise import noisy_accuracies

LEVELS = (0.0, 0.2, 2.0)


@pytest.fixture
def net():
    return SimpleNet(784, 9, 10, weight_init_std=0.6, rng=np.random.default_rng(3))


@pytest.fixture
def x():
    return np.random.default_rng(4).random((301, 784)).astype(np.float32)


@pytest.fixture
def labels(net, x):
    return net.predict(x).argmax(axis=1)


def test_it_is_as_if_the_noise_was_added_to_the_weights(net, x, labels):
    found = noisy_accuracies(net, x, labels, LEVELS, draws=2, seed=5)
    for draw in range(2):
        rng = np.random.default_rng([5, draw])
        moves = {
            key: rng.standard_normal(net.params[key].shape, np.float32) * net.params[key].std()
            for key in ("W1", "W2")
        }
        for i, level in enumerate(LEVELS):
            moved = SimpleNet.from_params(net.params)
            for key, move in moves.items():
                moved.params[key] += np.float32(level) * move
            expected = moved.accuracy(x, labels)
            assert found[i, draw] == pytest.approx(expected, abs=2.5 / len(x))  # Rounding.


def test_without_noise_nothing_changes_and_with_much_hardly_anything_is_left(net, x, labels):
    found = noisy_accuracies(net, x, labels, (0.0, 20.0), draws=4, seed=0)
    assert (found[0] == 1).all()
    assert found[1].mean() < 0.6


def test_the_same_seed_draws_the_same_and_pieces_make_no_difference(net, x, labels, monkeypatch):
    found = noisy_accuracies(net, x, labels, LEVELS, draws=2, seed=1)
    monkeypatch.setattr(noise, "PIECE", 50)
    again = noisy_accuracies(net, x, labels, LEVELS, draws=2, seed=1)
    np.testing.assert_allclose(found, again, atol=2.5 / len(x))


def test_what_cannot_be_is_refused(net, x, labels):
    with pytest.raises(ValueError, match="must be 0 or more"):
        noisy_accuracies(net, x, labels, (0.5, -0.1), draws=1, seed=0)
    with pytest.raises(ValueError, match="at least one digit"):
        noisy_accuracies(net, x[:0], labels[:0], LEVELS, draws=1, seed=0)
