from dataclasses import replace

import numpy as np
import pytest

import simplenet.gradients
import simplenet.network
import simplenet.runs.comparison
from simplenet import SimpleNet
from simplenet.functions import softmax
from simplenet.runs.comparison import GradientComparison
from simplenet.study.measuring import MOST_REPEATS, difference, timed

RNG = np.random.default_rng(0)
X = RNG.uniform(size=(6, 12)).astype(np.float32)
T = RNG.integers(4, size=6)
NET = SimpleNet(12, 5, 4, 0.5, rng=RNG)


def finished(comparison, limit=7):
    state, done = None, False
    while not done:
        part = comparison.advance(state, 60.0, limit)
        state, done = part.state, part.finished
    return state, part.records[-1]


def test_all_parameters_by_the_definition_agree_with_backprop():
    _, last = finished(GradientComparison(NET.params, X, T, per_array=None))
    assert last.measured == last.chosen == last.parameters == 12 * 5 + 5 + 5 * 4 + 4
    for found in (last.definition_to_backprop, last.fast_to_backprop, last.definition_to_fast):
        assert set(found) == {"W1", "b1", "W2", "b2"}
        assert all(d.largest < 1e-8 and d.relative < 1e-7 for d in found.values())
    assert last.projected_definition_s == last.definition_s


def test_the_forward_passes_are_those_that_are_made(monkeypatch):
    """Each pass ends with one softmax."""
    passes = []
    for module in (simplenet.network, simplenet.gradients):
        monkeypatch.setattr(module, "softmax", lambda x: passes.append(1) or softmax(x))
    counted = {}
    for way, compute in (
        ("numerical", NET.numerical_gradient),
        ("fast_numerical", NET.fast_numerical_gradient),
        ("backprop", NET.gradient),
    ):
        passes.clear()
        compute(X, T)
        counted[way] = len(passes)
    monkeypatch.undo()
    assert finished(GradientComparison(NET.params, X, T))[1].forward_passes == counted


def test_a_time_is_the_median_of_enough_calls():
    calls = []
    result, seconds = timed(lambda: calls.append(1) or len(calls), enough_s=0, repeats=4)
    assert result == len(calls) == 4
    assert seconds > 0
    timed(lambda: calls.append(1), enough_s=60)
    assert len(calls) == 4 + MOST_REPEATS


def test_the_values_are_those_of_the_parameters_that_were_drawn():
    comparison = GradientComparison(NET.params, X, T, per_array=3, seed=4)
    state, _ = finished(comparison)
    flat = np.concatenate([g.ravel() for g in NET.numerical_gradient(X, T).values()])
    np.testing.assert_allclose(state.definition, flat[comparison.positions()], atol=1e-12)
    assert len(set(comparison.positions().tolist())) == 12


def test_a_wrong_gradient_is_seen(monkeypatch):
    true = SimpleNet.gradient

    def without_sigmoids_slope(net, x, t):
        gradient = true(net, x, t)
        gradient["W1"] = gradient["W1"] * 1.1
        return gradient

    monkeypatch.setattr(SimpleNet, "gradient", without_sigmoids_slope)
    _, last = finished(GradientComparison(NET.params, X, T, per_array=4))
    assert last.definition_to_backprop["W1"].relative > 0.01
    assert last.definition_to_backprop["W2"].relative < 1e-7


def test_only_the_chosen_arrays_are_measured():
    _, last = finished(GradientComparison(NET.params, X, T, arrays=("b1", "b2"), per_array=100))
    assert last.chosen == 5 + 4
    assert set(last.definition_to_backprop) == {"b1", "b2"}
    assert set(last.fast_to_backprop) == {"W1", "b1", "W2", "b2"}
    assert last.projected_definition_s == pytest.approx(last.definition_s * 89 / 9)
    assert 0 < last.per_parameter_s < last.definition_s


def test_all_parameters_never_take_less_than_those_that_are_measured():
    """Although the machine did something else for a while, as the median does not tell."""
    _, last = finished(GradientComparison(NET.params, X, T, per_array=4))
    slow = replace(last, measured=34_695, parameters=39_760, definition_s=18.1)
    slow = replace(slow, per_parameter_s=15.0 / 39_760)
    assert slow.projected_definition_s == pytest.approx(18.1 * 39_760 / 34_695)
    assert slow.projected_definition_s > slow.definition_s


def test_a_slice_ends_when_its_time_is_over():
    part = GradientComparison(NET.params, X, T).advance(None, 0.0, None)
    assert part.records[0].measured == 1
    assert not part.finished


def test_stopping_changes_no_number():
    comparison = GradientComparison(NET.params, X, T)
    part = comparison.advance(None, 60.0, 2)
    end = comparison.conclude(part.state, 60.0)
    assert end.state is part.state
    assert end.records == []


def test_difference_by_hand():
    found = difference(np.array([3.0, 0.0]), np.array([0.0, 4.0]))
    assert found.largest == 4.0
    assert found.relative == pytest.approx(5 / 7)
    assert difference(np.zeros(2), np.zeros(2)).relative == 0


@pytest.mark.parametrize("arrays", [(), ("W3",)])
def test_arrays_that_are_not_there_are_refused(arrays):
    with pytest.raises(ValueError, match="arrays must be some of"):
        GradientComparison(NET.params, X, T, arrays=arrays)


def test_a_large_network_is_compared_in_pieces_and_the_numbers_are_the_same(monkeypatch):
    whole = GradientComparison(NET.params, X, T, per_array=3)
    _, expected = finished(whole)
    monkeypatch.setattr(simplenet.runs.comparison, "UNIT_SAMPLES", 2 * len(NET.params["b1"]))
    state, records, slices = None, [], 0
    while not (records and records[-1].measured == records[-1].chosen):
        part = whole.advance(state, 0.0, None)
        state, slices = part.state, slices + 1
        records += part.records
    pieces = -(-len(X) // 2)  # Two digits a piece.
    assert slices == pieces - 1 + len(records)
    last = records[-1]
    assert last.fast_numerical_s > 0
    for key, value in NET.fast_numerical_gradient(X, T).items():
        np.testing.assert_allclose(state.fast_numerical[key], value, atol=1e-12)
    assert last.chosen == expected.chosen
    assert last.fast_to_backprop["W1"].largest == pytest.approx(
        expected.fast_to_backprop["W1"].largest, abs=1e-11
    )


def test_one_that_is_stopped_before_its_first_record_has_none(monkeypatch):
    monkeypatch.setattr(simplenet.runs.comparison, "UNIT_SAMPLES", 1)
    comparison = GradientComparison(NET.params, X, T)
    part = comparison.advance(None, 0.0, None)
    assert part.records == []
    assert not part.finished
    assert list(comparison.conclude(part.state, 60.0).records) == []


def test_what_takes_long_is_not_timed_twice(monkeypatch):
    monkeypatch.setattr(simplenet.study.measuring, "LONG_S", 0.0)
    calls = []
    timed(lambda: calls.append(1), enough_s=0.0)
    assert len(calls) == 1
