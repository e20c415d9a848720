import pickle

import numpy as np
import pytest

from simplenet import SimpleNet
from simplenet.runs import mapping
from simplenet.runs.mapping import Mapping
from simplenet.study.layer_map import neighbours_agree


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(mapping, "DIGITS", 100)
    monkeypatch.setattr(mapping, "ITERATIONS", 300)


def groups():
    """Three groups far from each other in forty directions, of which two would not do."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    return (3 * np.eye(3, 40))[labels] + 0.1 * rng.normal(size=(120, 40)), labels


@pytest.mark.slow
def test_neighbours_come_together(small):
    values, labels = groups()
    places = mapping.arranged(values, 0)
    assert places.shape == (120, 2)
    assert neighbours_agree(places, labels) > 0.8  # Without any order: 0.33.


def test_a_map_is_made_in_two_phases_and_the_same_each_time(small):
    net = SimpleNet(784, 5, 10, weight_init_std=0.3, rng=np.random.default_rng(0))
    ends = []
    for _ in range(2):
        work = pickle.loads(pickle.dumps(Mapping(net.params, "it")))
        first = work.advance(None, 0.1, None)
        assert [record.phase for record in first.records] == ["activations"]
        assert not first.finished
        second = work.advance(first.state, 0.1, None)
        assert [record.phase for record in second.records] == ["arranged"]
        assert second.finished
        ends.append(second.records[0].map.places)
    assert ends[0].shape == (100, 2)
    assert np.isfinite(ends[0]).all()
    np.testing.assert_array_equal(*ends)
    assert work.conclude(first.state, 0.1).finished


@pytest.mark.parametrize("hidden", [1, 3])
def test_units_that_all_say_the_same_can_be_mapped(small, hidden):
    net = SimpleNet(784, hidden, 10, weight_init_std=0)
    places = mapping.arranged(mapping.activations(net.params), 0)
    assert not places.any()


def test_a_single_unit_can_be_mapped(small):
    net = SimpleNet(784, 1, 10, weight_init_std=0.1, rng=np.random.default_rng(0))
    assert np.isfinite(mapping.arranged(mapping.activations(net.params), 0)).all()
