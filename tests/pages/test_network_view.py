import base64

import numpy as np
import pytest

from pages.components.network_view import Active, forward_data, weights_data
from simplenet import SimpleNet


@pytest.fixture
def net():
    return SimpleNet(784, 6, 10, weight_init_std=0.3, rng=np.random.default_rng(0))


def told(part, shape):
    """The weights as the browser reads them."""
    steps = np.frombuffer(base64.b64decode(part["bytes"]), "<i2")
    return (steps * part["scale"]).reshape(shape)


def test_the_browser_is_told_every_weight(net):
    data = weights_data(net.params)
    assert data["units"] == 6
    for name, part in (("W1", data["w1"]), ("W2", data["w2"])):
        weights = net.params[name]
        np.testing.assert_allclose(
            told(part, weights.shape), weights, atol=0.6 * np.abs(weights).max() / 32767
        )


def test_a_small_change_of_a_weight_can_be_seen(net):
    before = told(weights_data(net.params)["w1"], (784, 6))
    net.params["W1"][300, 2] += 1e-4
    after = told(weights_data(net.params)["w1"], (784, 6))
    assert after[300, 2] > before[300, 2]


def test_a_single_huge_weight_leaves_the_others_their_colours(net):
    usual = weights_data(net.params)["limit"]
    net.params["W1"][0, 0] = 1000
    assert weights_data(net.params)["limit"] == pytest.approx(usual, rel=0.1)


def test_weights_that_are_all_zero_can_be_shown():
    data = weights_data(SimpleNet(784, 3, 10, weight_init_std=0).params)
    assert data["limit"] == 0
    assert not told(data["w1"], (784, 3)).any()


def test_the_signals_are_those_of_the_network(net):
    x = np.random.default_rng(1).random(784).astype(np.float32)
    data = forward_data(net.params, x)
    np.testing.assert_allclose(data["signals"]["y"], net.predict(x), atol=1e-4)
    assert len(data["signals"]["a1"]) == len(data["signals"]["s1"]) == 6
    image = np.frombuffer(base64.b64decode(data["image"]), np.uint8)
    np.testing.assert_allclose(image / 255, x, atol=0.51 / 255)


def test_what_is_lit_comes_with_the_errors_that_run_back():
    forward = Active(("first", "hidden"))
    assert forward.data() == {"parts": ["first", "hidden"], "delta1": None, "delta2": None}
    delta2 = np.linspace(-1, 1, 10)
    back = Active(("second",), delta2).data()
    np.testing.assert_allclose(back["delta2"], delta2, rtol=1e-3)
    assert back["delta1"] is None


def test_every_stage_of_a_step_lights_what_takes_part():
    from pages.panels.microscope import BACK, LIT
    from simplenet.study.microscope import STAGES

    names = [stage.name for stage in STAGES]
    assert list(LIT) == names
    assert all(LIT.values())
    assert "".join("b" if name in BACK else "f" for name in names) == "ffffbbbbbf"
