import copy
import textwrap
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.gradients import central_difference
from simplenet.network import forward
from simplenet.study.microscope import STAGES, Piece, Stage, code_of, dissect

ROOT = Path(__file__).parents[2]
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


def run(code, function, **known):
    """Run lines of a function; return what they return, or else all that they leave."""
    known = {name: copy.deepcopy(value) for name, value in known.items()}
    body = textwrap.indent(code, "    ")
    source = f"def piece({', '.join(known)}):\n{body}\n    return locals()"
    exec(source, module := dict(function.__globals__))
    return module["piece"](**known)


X_ROW, LABELS, ONES = X[np.newaxis], np.array([2]), np.ones(1)
EMPTY = {key: np.zeros_like(value) for key, value in NET.params.items()}
RIGHT = FOUND.y[[2]]
KNOWN = {
    "x": X_ROW,
    "labels": LABELS,
    "params": NET.params,
    "gradient": EMPTY,
    "n": 1,
    "samples": np.array([0]),
    "ones": ONES,
    "a1": FOUND.a1[np.newaxis],
    "y": FOUND.y[np.newaxis],
    "right": RIGHT,
    "safe": RIGHT + 1e-7,
    "delta1": FOUND.delta1[np.newaxis],
    "delta2": FOUND.delta2[np.newaxis],
}
BYTES = np.array([[0, 51, 255]], np.uint8)
STEP = SimpleNamespace(_vector=np.array([1.0, 2.0]), _step=np.array([0.5, 1.0]))
WHAT_THE_LINES_GIVE = {
    "input": [({"x": BYTES, "out": None, "dtype": float}, {"out": BYTES / 255})],
    "hidden": [({}, {"a1": KNOWN["a1"]}), ({"x": FOUND.s1}, FOUND.a1)],
    "output": [({}, {"y": KNOWN["y"]}), ({"x": FOUND.s2}, FOUND.y)],
    "loss": [({}, {"right": RIGHT, "safe": KNOWN["safe"]}), ({}, FOUND.loss)],
    "delta2": [({}, {"delta2": KNOWN["delta2"]})],
    "gradient2": [({}, {"gradient": {key: FOUND.gradient[key] for key in ("W2", "b2")}})],
    "delta1": [({}, {"delta1": KNOWN["delta1"]})],
    "gradient1": [({}, {"gradient": {key: FOUND.gradient[key] for key in ("W1", "b1")}})],
    "update": [
        ({"self": STEP, "momentum": 0, "learning_rate": 0.1}, {"self": {"_vector": [0.95, 1.9]}})
    ],
    "after": [({"params": FOUND.after}, (None, FOUND.y_after[np.newaxis]))],
}


def expect_equal(found, expected):
    if isinstance(expected, dict):
        for key, value in expected.items():
            expect_equal(found[key] if isinstance(found, dict) else getattr(found, key), value)
    elif isinstance(expected, tuple):
        for one, other in zip(found, expected, strict=True):
            expect_equal(one, other)
    elif expected is not None:
        np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_lines_of_a_stage_compute_what_it_shows(stage):
    given = WHAT_THE_LINES_GIVE[stage.name]
    for piece, (_, _, code), (more, expected) in zip(
        stage.code, code_of(stage), given, strict=True
    ):
        # Not what they are to compute: it must come from them.
        known = {key: value for key, value in KNOWN.items() if key not in piece.writes}
        expect_equal(run(code, piece.function, **known | more), expected)


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_the_code_of_each_stage_is_in_the_engines_files(stage):
    for path, line, code in code_of(stage):
        lines = (ROOT / path).read_text(encoding="utf-8").splitlines()
        shown = [text.strip() for text in code.splitlines()]
        assert [text.strip() for text in lines[line - 1 : line - 1 + len(shown)]] == shown
        assert len(shown) < 10


def test_what_no_line_or_no_one_piece_writes_is_refused():
    for writes in (("nothing",), ("a1", "nothing"), ("a1", "return")):
        with pytest.raises(ValueError, match="forward does not write"):
            code_of(Stage("x", "", (Piece(forward, writes),)))
