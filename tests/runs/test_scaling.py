from functools import partial

import numpy as np
import pytest

import simplenet.runs.scaling
from simplenet import SimpleNet
from simplenet.runs.scaling import (
    THEORY,
    WAYS,
    Scaling,
    cycle_of_parameters,
    exponent_error,
    power_law,
)
from simplenet.study.measuring import timed

SMALL = Scaling(hidden_sizes=(2, 4), batch_sizes=(1, 3), hidden_size=2, batch_size=2)


@pytest.fixture(autouse=True)
def quick(stripes, monkeypatch):
    monkeypatch.setattr(simplenet.runs.scaling, "loaded", lambda source: stripes)
    monkeypatch.setattr(simplenet.runs.scaling, "timed", partial(timed, enough_s=0.0))


def test_every_way_is_measured_at_every_size():
    part = SMALL.advance(None, 60.0, None)
    assert part.finished
    measured = [(t.axis, t.way, t.hidden_size, t.batch_size) for t in part.records]
    assert measured == SMALL.plan()
    assert {(t.axis, t.way, t.size) for t in part.records} == {
        (axis, way, size)
        for axis, sizes in (("hidden_size", (2, 4)), ("batch_size", (1, 3)))
        for way in WAYS
        for size in sizes
    }
    assert all(t.seconds > 0 for t in part.records)


def test_slices_make_up_the_whole():
    state, measured, finished = None, [], False
    while not finished:
        part = SMALL.advance(state, 60.0, 5)
        state, finished = part.state, part.finished
        measured += [(t.axis, t.way, t.hidden_size, t.batch_size) for t in part.records]
    assert measured == SMALL.plan()
    assert len(SMALL.advance(None, 0.0, None).records) == 1


def test_one_that_is_stopped_keeps_its_points():
    part = SMALL.advance(None, 60.0, 4)
    end = SMALL.conclude(part.state, 60.0)
    assert (end.state, end.records) == (part.state, [])


def test_the_definition_is_measured_on_parameters_of_all_arrays():
    net = SimpleNet(784, 3, 10, rng=np.random.default_rng(0))
    moves = cycle_of_parameters(net, np.random.default_rng(0))
    seen = set()
    for _ in range(2000):
        array, index = next(moves)
        assert np.isfinite(array[index])
        seen.add(id(array))
    assert seen == {id(array) for array in net.params.values()}


def test_a_power_law_is_found():
    c, k = power_law([10, 20, 40], [0.3 * 10**1.7, 0.3 * 20**1.7, 0.3 * 40**1.7])
    assert (c, k) == pytest.approx((0.3, 1.7))


@pytest.mark.parametrize(("sizes", "seconds"), [([3], [1.0]), ([3, 3], [1, 2]), ([1, 2], [0, 1])])
def test_what_is_no_power_law_is_refused(sizes, seconds):
    with pytest.raises(ValueError, match="two different sizes, all positive"):
        power_law(sizes, seconds)


def test_theory_counts_the_multiplications():
    """Of the two layers; doubling a large size multiplies them by two to the exponent."""

    def cost(way, hidden, batch):
        layers = batch * hidden * (784 + 10)
        passes = 2 * (785 * hidden + 11 * hidden) if way == "numerical" else 2
        return passes * layers

    for axis, sizes in (
        ("hidden_size", [(1000, 100), (2000, 100)]),
        ("batch_size", [(50, 1000), (50, 2000)]),
    ):
        for way in WAYS:
            small, large = (cost(way, *size) for size in sizes)
            assert np.log2(large / small) == pytest.approx(THEORY[axis][way], abs=1e-3)


def test_sizes_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="hidden_sizes must be at least two"):
        Scaling(hidden_sizes=(16,))
    with pytest.raises(ValueError, match="must be between 1 and 1000"):
        Scaling(batch_sizes=(16, 5000))
    with pytest.raises(ValueError, match=r"at most 60000, .*, got 1000000"):
        Scaling(hidden_sizes=(16, 1000), batch_size=1000)
    with pytest.raises(ValueError, match=r"at most 60000, .*, got 200000"):
        Scaling(batch_sizes=(16, 1000), hidden_size=200)


def test_the_error_of_an_exponent_is_that_of_a_straight_fit():
    sizes, seconds = [16, 32, 64, 128, 256], [1.0, 2.3, 3.9, 8.4, 15.0]
    _, covariance = np.polyfit(np.log(sizes), np.log(seconds), 1, cov=True)
    assert exponent_error(sizes, seconds) == pytest.approx(np.sqrt(covariance[0, 0]))
    assert exponent_error(sizes, [3.0 * size for size in sizes]) == pytest.approx(0, abs=1e-9)
    assert exponent_error(sizes[:2], seconds[:2]) == np.inf  # Any line goes through two points.
