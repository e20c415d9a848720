"""Runs that end early, runs that go on from another, and runs that an older release has kept."""

import json
import pickle
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

import simplenet.runs.training_run
import simplenet.training.evaluation
from simplenet import TrainingConfig, train
from simplenet.runs import TrainingRun, TrainingState, described, going_on
from simplenet.runs.bundle import Bundle, bundle_to_bytes
from simplenet.runs.kinds import settings_of, training_of, training_result
from simplenet.runs.packing import pack, unpack
from simplenet.training import History

LAST_RELEASE = Path(__file__).parent / "last_release"

RUN = TrainingRun(TrainingConfig(iterations=120, learning_rate=1.0, seed=9), hidden_size=20)
PATIENT = replace(RUN, training=replace(RUN.training, patience=2))


@pytest.fixture(autouse=True)
def small_data(stripes, monkeypatch):
    monkeypatch.setattr(simplenet.runs.training_run, "loaded", lambda source: stripes)


def to_the_end(run, limit=None, budget_s=60.0, *, kept=False):
    """Run slices to the end; with `kept`, what is between two is written down and read again."""
    state, history, finished = None, History(), False
    while not finished:
        part = run.advance(state, budget_s, limit)
        state, finished = part.state, part.finished
        history.extend(part.records)
        if kept:
            run, state = unpack(pack(run), TrainingRun), unpack(pack(state), TrainingState)
    return state, history


def same(a, b):
    return all(np.array_equal(a[key], b[key]) for key in b)


@pytest.mark.parametrize("limit", [None, 1, 7])
@pytest.mark.parametrize("budget_s", [60.0, 0.0])
def test_it_ends_at_the_same_iteration_at_any_pace_and_on_any_server(
    stripes, monkeypatch, limit, budget_s
):
    monkeypatch.setattr(simplenet.training.evaluation, "PIECE", 300)
    net = PATIENT.new_network()
    expected = list(train(net, stripes, PATIENT.training))
    state, history = to_the_end(PATIENT, limit, budget_s, kept=True)
    assert expected[-1].iteration < 120
    assert history[-1].iteration == expected[-1].iteration
    assert np.array_equal(history.losses, [r.loss for r in expected])
    assert same(state.kept.params, net.params)
    assert state.kept.record.iteration < state.last.iteration


def test_what_it_keeps_is_told_wherever_the_run_is_told():
    state, history = to_the_end(PATIENT)
    best, result = state.kept.record, training_result(PATIENT, history)
    assert (result.test_accuracy, result.train_accuracy) == (
        best.test_accuracy,
        best.train_accuracy,
    )
    assert (result.done, result.total) == (state.last.iteration, 120)
    about = described(PATIENT, history, best)
    assert about["iteration"] == best.iteration
    assert about["recipe"]["training"]["patience"] == 2
    assert "target_accuracy" not in about["recipe"]["training"]
    assert "start" not in about["recipe"]
    content = bundle_to_bytes(Bundle(PATIENT, history, state, {}, "finished"))
    with ZipFile(BytesIO(content)) as archive:
        card = archive.read("README.md").decode()
    assert f"those after iteration {best.iteration}, the best on the test digits" in card


def test_a_run_that_is_stopped_keeps_the_best_too():
    state, history = None, History()
    while not (state and state.last.iteration == 20):
        part = PATIENT.advance(state, 60.0, 1)
        state = part.state
        history.extend(part.records)
    end = PATIENT.conclude(state, 60.0)
    history.extend(end.records)
    # What a single step is tested by is no evaluation: both sets are one.
    known = [history[i].test_accuracy for i in (0, 6, 12, 18, 20)]
    assert end.state.kept.record.test_accuracy == max(known)


def test_without_an_early_end_nothing_is_kept_but_the_newest():
    state, history = to_the_end(RUN)
    assert state.best is None
    assert state.kept.params is state.params
    assert state.kept.record is state.last
    assert training_result(RUN, history).test_accuracy == history[-1].test_accuracy


# From one run to another


@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_a_run_that_goes_on_ends_as_one_long_run_does(momentum):
    long = replace(RUN, training=replace(RUN.training, momentum=momentum))
    half = replace(long, training=replace(long.training, iterations=60))
    expected, whole = to_the_end(long)
    state, first = to_the_end(half)
    run = going_on(half, "half", state, 60)
    ended, second = to_the_end(run, kept=True)
    assert same(ended.params, expected.params)
    assert second.first == 61
    assert np.array_equal(np.concatenate([first.losses, second.losses]), whole.losses)
    assert ended.last.elapsed_s > state.last.elapsed_s
    assert same(run.new_network().params, state.params)


def test_it_goes_on_from_a_stopped_run_and_once_more():
    expected, _ = to_the_end(RUN)
    part = RUN.advance(None, 60.0, 21)
    stopped = RUN.conclude(part.state, 0.0).state  # It was tested on a part, if at all.
    run = going_on(RUN, "a", stopped, 30)
    state, _ = to_the_end(run)
    assert state.last.iteration == 50
    again = going_on(run, "b", state, 70)
    state, _ = to_the_end(again)
    assert (again.start.follows, again.start.from_iteration) == ("b", 50)
    assert same(state.params, expected.params)


def test_the_cosine_is_that_of_all_iterations_together():
    half = replace(RUN, training=replace(RUN.training, iterations=60, schedule="cosine"))
    state, _ = to_the_end(half)
    run = going_on(half, "half", state, 60)
    assert half.training.learning_rate_at(60) < 0.001
    assert run.training.learning_rate_at(61) == pytest.approx(0.5, abs=0.02)
    assert run.training.learning_rate_at(120) < 0.001


def test_patience_begins_anew_and_the_best_stays():
    state, _ = to_the_end(PATIENT)
    run = going_on(PATIENT, "a", state, 120)
    assert run.start.state.best.since == 0
    ended, history = to_the_end(run)
    assert ended.last.iteration > state.last.iteration
    best = max(state.kept.record.test_accuracy, np.nanmax(history.evaluations["test_accuracy"]))
    assert ended.kept.record.test_accuracy == best
    assert training_result(run, history).test_accuracy == best


def test_a_target_that_is_reached_is_left_out():
    aimed = replace(RUN, training=replace(RUN.training, target_accuracy=0.5))
    state, _ = to_the_end(aimed)
    assert state.last.iteration < 120
    run = going_on(aimed, "a", state, 60)
    assert run.training.target_accuracy is None
    assert to_the_end(run)[0].last.iteration == state.last.iteration + 60
    higher = replace(RUN, training=replace(RUN.training, target_accuracy=1.0, iterations=6))
    state, _ = to_the_end(higher)
    assert going_on(higher, "a", state, 6).training.target_accuracy == 1.0


def test_a_run_that_goes_on_travels_and_has_plain_settings():
    state, _ = to_the_end(replace(RUN, training=replace(RUN.training, iterations=6)))
    run = going_on(RUN, "before", state, 6)
    assert pickle.loads(pickle.dumps(run)) == run
    settings = settings_of(run)
    assert json.loads(json.dumps(settings)) == settings
    assert (settings["follows"], settings["from_iteration"]) == ("before", 6)
    assert training_of(settings) == replace(run, start=None)
    about = described(run, History([state.last]))
    assert json.loads(json.dumps(about))["recipe"]["start"]["follows"] == "before"
    with pytest.raises(ValueError, match="iterations"):
        going_on(RUN, "before", state, 1_000_000)


# Of an older release


def test_a_run_of_the_last_release_opens_goes_on_and_can_be_repeated():
    run = unpack((LAST_RELEASE / "work.safetensors").read_bytes(), TrainingRun)
    state = unpack((LAST_RELEASE / "state.safetensors").read_bytes(), TrainingState)
    settings = json.loads((LAST_RELEASE / "settings.json").read_text())
    assert run == TrainingRun(TrainingConfig(iterations=40, momentum=0.5, seed=3), hidden_size=1)
    assert training_of(settings) == run
    assert state.last.iteration == 19
    part = run.advance(state, 60.0, None)
    assert [r.iteration for r in part.records] == list(range(20, 41))
    assert part.finished
    assert going_on(run, "old", part.state, 40).training.iterations == 80
