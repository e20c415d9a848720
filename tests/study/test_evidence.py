import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.study.evidence import flip_evidence


@pytest.fixture(scope="module")
def net():
    return SimpleNet(784, 8, 10, weight_init_std=0.3, rng=np.random.default_rng(0))


def test_it_is_what_flipping_each_pixel_does(net):
    x = np.random.default_rng(1).uniform(0, 1, 784)
    exact = SimpleNet.from_params({k: v.astype(np.float64) for k, v in net.params.items()})

    def log_odds(x):
        y = exact.predict(x)[4]
        return np.log(y / (1 - y))

    found = flip_evidence(exact, x, 4)
    assert found.shape == (784,)
    for pixel in (0, 17, 400, 783):
        flipped = x.copy()
        flipped[pixel] = 1 - x[pixel]
        assert found[pixel] == pytest.approx(log_odds(x) - log_odds(flipped), rel=1e-6, abs=1e-9)


def test_ink_and_blank_speak_for_what_they_are_right_about():
    # One hidden unit that wants pixel 0 inked and pixel 1 blank, and stands for the digit 3.
    net = SimpleNet(784, 1, 10, weight_init_std=0)
    net.params["W1"][:2, 0] = 5, -5
    net.params["W2"][0, 3] = 10
    x = np.zeros(784)
    x[0] = 1
    found = flip_evidence(net, x, 3)
    assert found[0] > 1
    assert found[1] > 1
    np.testing.assert_allclose(found[2:], 0, atol=1e-12)
    assert (flip_evidence(net, x, 5)[:2] < 0).all()


def test_a_network_that_is_certain_gives_finite_numbers(net):
    net = SimpleNet.from_params(net.params)
    net.params["b2"][2] = 500
    assert np.isfinite(flip_evidence(net, np.ones((1, 784)), 2)).all()
    assert np.isfinite(flip_evidence(net, np.ones((1, 784)), 1)).all()


def test_what_does_not_fit_is_refused(net):
    with pytest.raises(ValueError, match="784 pixels, got 783"):
        flip_evidence(net, np.zeros(783), 1)
    with pytest.raises(ValueError, match=r"0\.\.9, got 10"):
        flip_evidence(net, np.zeros(784), 10)
