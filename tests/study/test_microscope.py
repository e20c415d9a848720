import inspect

import numpy as np
import pytest

import simplenet.network
from simplenet import SimpleNet
from simplenet.gradients import central_difference
from simplenet.network import forward
from simplenet.study.microscope import STAGES, Stage, code_of, dissect

RNG = np.random.default_rng(0)
X = RNG.uniform(size=12)
NET = SimpleNet(12, 5, 4, 0.5, rng=RNG, dtype=np.float64)
FOUND = dissect(NET.params, X, 2, 0.3)


def test_the_forward_values_are_the_networks():
    np.testing.assert_allclose(FOUND.s1, X @ NET.params["W1"] + NET.params["b1"])
    np.testing.assert_allclose(FOUND.a1, 1 / (1 + np.exp(-FOUND.s1)))
    np.testing.assert_allclose(FOUND.y, NET.predict(X))
    np.testing.assert_allclose(np.exp(FOUND.s2) / np.exp(FOUND.s2).sum(), FOUND.y)
    assert FOUND.loss == pytest.approx(NET.loss(X[np.newaxis], [2]))


def test_the_errors_are_the_slopes_of_the_sums():
    """Moving a bias moves the sum that it is a part of, and nothing else."""
    net = SimpleNet.from_params(NET.params)
    for key, found in (("b1", FOUND.delta1), ("b2", FOUND.delta2)):
        slopes = [
            central_difference(lambda _: net.loss(X[np.newaxis], [2]), net.params[key], (i,))
            for i in range(len(found))
        ]
        np.testing.assert_allclose(found, slopes, atol=1e-8)
    np.testing.assert_allclose(FOUND.delta2, FOUND.y - np.eye(4)[2], atol=1e-6)
    np.testing.assert_allclose(FOUND.carried, NET.params["W2"] @ FOUND.delta2)
    np.testing.assert_allclose(FOUND.delta1, FOUND.carried * FOUND.a1 * (1 - FOUND.a1))


def test_the_gradient_is_that_of_the_engine():
    for key, value in NET.gradient(X[np.newaxis], [2]).items():
        np.testing.assert_allclose(FOUND.gradient[key], value)


def test_the_step_goes_against_the_gradient_and_helps():
    for key, value in NET.params.items():
        np.testing.assert_allclose(FOUND.after[key], value - 0.3 * FOUND.gradient[key])
        np.testing.assert_array_equal(FOUND.before[key], value)
    assert FOUND.loss_after < FOUND.loss
    assert FOUND.y_after[2] > FOUND.y[2]
    np.testing.assert_allclose(FOUND.y_after, SimpleNet.from_params(FOUND.after).predict(X))


def test_bytes_are_pixels_too():
    pixels = np.rint(255 * X).astype(np.uint8)
    found = dissect(NET.params, pixels, 1, 0.1)
    np.testing.assert_allclose(found.x, pixels / 255)


def test_what_cannot_be_is_refused():
    with pytest.raises(ValueError, match="learning_rate must be between"):
        dissect(NET.params, X, 1, 0.0)
    with pytest.raises(ValueError, match=r"labels must be in 0\.\.3"):
        dissect(NET.params, X, 4, 0.1)
    with pytest.raises(ValueError, match="x must have shape"):
        dissect(NET.params, X[:5], 1, 0.1)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_code_of_each_stage_is_in_the_engines_files(stage):
    for path, line, code in code_of(stage):
        file = simplenet.network.__file__.replace("simplenet/network.py", path)
        with open(file, encoding="utf-8") as source:
            lines = source.read().splitlines()
        shown = [text.strip() for text in code.splitlines()]
        assert [text.strip() for text in lines[line - 1 : line - 1 + len(shown)]] == shown
        assert len(shown) < 10


def test_the_forward_pass_is_shown_as_it_is():
    [(_, _, code), *_] = code_of(next(stage for stage in STAGES if stage.name == "output"))
    assert code in inspect.getsource(forward)


def test_code_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no line with"):
        code_of(Stage("x", "", ((forward, "not there", "return"),)))
