import json
import pickle
from dataclasses import replace

import numpy as np
import pytest

import simplenet.runs.training_run
import simplenet.training.evaluation
from simplenet import SimpleNet, TrainingConfig, train
from simplenet.runs import TrainingRun, described, largest_batch
from simplenet.training import History


@pytest.fixture(autouse=True)
def small_data(stripes, monkeypatch):
    monkeypatch.setattr(simplenet.runs.training_run, "loaded", lambda source: stripes)


RUN = TrainingRun(TrainingConfig(iterations=20, seed=7), hidden_size=12)


def in_slices(run, limit):
    state, records, finished = None, run.no_records(), False
    while not finished:
        part = run.advance(state, 60.0, limit)
        state, finished = part.state, part.finished
        records.extend(part.records)
    return state, records


MOVING = replace(RUN.training, momentum=0.9, schedule="cosine", augmentation=("affine",))


@pytest.mark.parametrize("limit", [None, 1, 7])
@pytest.mark.parametrize("run", [RUN, replace(RUN, training=MOVING)], ids=["plain", "with all"])
def test_slices_make_up_the_whole_training(stripes, run, limit):
    net = run.new_network()
    expected = list(train(net, stripes, run.training))
    state, records = in_slices(run, limit)
    assert [(r.iteration, r.loss) for r in records] == [(r.iteration, r.loss) for r in expected]
    for key, value in net.params.items():
        np.testing.assert_array_equal(state.params[key], value)


def test_a_limited_slice_ends_with_the_parameters_before_its_last_update(stripes):
    net, known = RUN.new_network(), {}
    for record in train(net, stripes, RUN.training, evaluating=False):
        known[record.iteration] = net.params["W1"].copy()
    state = RUN.advance(None, 9.0, 1).state
    assert (state.last.iteration, state.before) == (0, None)
    for limit in (1, 3):
        state = RUN.advance(state, 9.0, limit).state
        np.testing.assert_array_equal(state.before["W1"], known[state.last.iteration - 1])
        np.testing.assert_array_equal(state.params["W1"], known[state.last.iteration])
    state = RUN.advance(None, 9.0, 4).state
    np.testing.assert_array_equal(state.before["W1"], known[2])
    assert RUN.advance(state, 0.0, None).state.before is None  # At full speed.


def test_the_last_record_has_the_accuracy_of_the_network_that_is_kept(stripes):
    state, records = in_slices(RUN, None)
    net = SimpleNet.from_params(state.params)
    assert records[-1].iteration == 20
    assert records[-1].test_accuracy == net.accuracy(stripes.x_test, stripes.t_test)
    assert records[-1].train_accuracy == net.accuracy(stripes.x_train, stripes.t_train)
    assert state.last == records[-1]


def test_a_slice_ends_when_its_time_is_over():
    part = RUN.advance(None, 0.0, None)
    assert [r.iteration for r in part.records] == [0]
    assert not part.finished


def test_a_limited_slice_shows_what_it_did(stripes):
    part = RUN.advance(None, 60.0, 3)
    assert [r.iteration for r in part.records] == [0, 1, 2]
    net = SimpleNet.from_params(part.state.params)
    assert part.records[-1].test_accuracy == net.accuracy(stripes.x_test, stripes.t_test)


def test_a_stopped_run_is_evaluated(stripes):
    part = RUN.advance(None, 60.0, 5)
    end = RUN.conclude(part.state, 60.0)
    history = part.records
    history.extend(end.records)
    record = history[-1]
    net = SimpleNet.from_params(part.state.params)
    assert record.iteration == 4
    assert record.train_accuracy == net.accuracy(stripes.x_train, stripes.t_train)
    assert record.vanished == 0


@pytest.fixture
def small_pieces(monkeypatch):
    """Evaluations of 200 test and 600 training digits in pieces of 100."""
    monkeypatch.setattr(simplenet.training.evaluation, "PIECE", 100)


@pytest.mark.parametrize("limit", [None, 1, 7])
def test_slices_without_time_make_up_the_same_training(stripes, small_pieces, limit):
    expected_state, expected = in_slices(RUN, limit)
    state, history, slices = None, History(), []
    while not (slices and slices[-1].finished):
        part = RUN.advance(state, 0.0, limit)
        state = part.state
        history.extend(part.records)
        slices.append(part)
        assert len(part.records) <= 1
        if len(part.records):
            whole = state.last.iteration in (0, 6, 12, 18, 20)
            assert part.pending == (whole or limit is not None)
    known = [(r.iteration, r.loss, r.train_accuracy, r.vanished) for r in history]
    assert known == [(r.iteration, r.loss, r.train_accuracy, r.vanished) for r in expected]
    for key, value in expected_state.params.items():
        np.testing.assert_array_equal(state.params[key], value)
    if limit is None:
        assert len(slices) == 21 + 5 * (2 + 6)
        assert history.evaluations["iteration"].tolist() == [0, 6, 12, 18, 20]


@pytest.mark.parametrize("pieces_before", [0, 1, 4])
def test_a_run_that_is_stopped_has_the_test_accuracy_first(stripes, small_pieces, pieces_before):
    history, state = History(), None
    while not (state and state.last.iteration == 6):
        part = RUN.advance(state, 0.0, None)
        state = part.state
        history.extend(part.records)
    for _ in range(pieces_before):  # Stopped in the middle of an evaluation.
        part = RUN.advance(state, 0.0, None)
        state = part.state
        history.extend(part.records)
    net = SimpleNet.from_params(state.params)
    calls, finished = 0, False
    while not finished:
        end = RUN.conclude(state, 0.0)
        state, finished, calls = end.state, end.finished, calls + 1
        history.extend(end.records)
        last = history[-1]
        assert (last.train_accuracy is not None) == finished
        tested = calls + pieces_before >= 2
        accuracy = net.accuracy(stripes.x_test, stripes.t_test)
        assert last.test_accuracy == (accuracy if tested else None)
    assert calls == 8 - pieces_before
    assert len(history) == 7
    assert last.train_accuracy == net.accuracy(stripes.x_train, stripes.t_train)
    assert RUN.conclude(state, 0.0).finished  # Once more changes nothing.


def test_what_a_slice_sends_does_not_grow_with_the_run():
    run = replace(RUN, training=replace(RUN.training, iterations=1000))
    state, sizes = None, []
    while not (state and state.last.iteration >= 100):
        part = run.advance(state, 60.0, 5)
        state = part.state
        if not part.records.snapshots:
            sizes.append((len(part.records), len(pickle.dumps(part))))
    sizes = [size for n, size in sizes if n == 5]
    assert len(sizes) > 5
    assert max(sizes) - min(sizes) < 500


def test_the_seed_draws_weights_and_batches_and_nothing_is_shared():
    assert np.array_equal(RUN.new_network().params["W1"], RUN.new_network().params["W1"])
    other = TrainingRun(TrainingConfig(seed=8), hidden_size=12)
    assert not np.array_equal(RUN.new_network().params["W1"], other.new_network().params["W1"])


def test_a_description_tells_recipe_end_and_history():
    state, records = in_slices(RUN, None)
    about = described(RUN, records)
    assert about["recipe"]["hidden_size"] == 12
    assert about["recipe"]["training"]["iterations"] == about["iteration"] == 20
    assert about["test_accuracy"] == state.last.test_accuracy
    assert [record["iteration"] for record in about["history"]] == [0, 6, 12, 18, 20]
    assert "params" not in json.dumps(about)  # The snapshots are not for the file.


def test_it_travels_to_a_worker():
    assert pickle.loads(pickle.dumps(RUN)) == RUN


@pytest.mark.parametrize(
    "wrong", [{"hidden_size": 0}, {"hidden_size": 1001}, {"weight_init_std": -0.1}]
)
def test_what_cannot_be_is_refused(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        TrainingRun(**wrong)


@pytest.mark.parametrize("limit", [1, 5, 1000])
def test_a_limited_slice_ends_when_its_time_is_over_too(limit):
    assert len(RUN.advance(None, 0.0, limit).records) == 1


FAST = TrainingConfig(gradient="fast_numerical")


@pytest.mark.parametrize(
    ("hidden", "augmentation", "most"), [(50, (), 1000), (1000, (), 50), (1000, ("affine",), 15)]
)
def test_an_iteration_that_could_not_be_stopped_for_long_is_refused(hidden, augmentation, most):
    config = replace(FAST, augmentation=augmentation)
    assert largest_batch(config, hidden) == most
    TrainingRun(replace(config, batch_size=most), hidden)
    words = f"batch_size must be at most {most} with .* {hidden} hidden units.*, got {most + 1}"
    with pytest.raises(ValueError, match=words):
        TrainingRun(replace(config, batch_size=most + 1), hidden)
    TrainingRun(replace(config, gradient="backprop", batch_size=10_000), hidden)


def test_the_definition_is_no_run():
    with pytest.raises(ValueError, match="'numerical' takes minutes for an iteration"):
        TrainingRun(TrainingConfig(gradient="numerical", batch_size=1), hidden_size=1)
