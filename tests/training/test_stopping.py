"""Trainings that end early: at an accuracy that is enough, or without progress."""

from dataclasses import replace

import numpy as np
import pytest

from simplenet import Record, SimpleNet, TrainingConfig, train
from simplenet.training import best_with, early_end

CONFIG = TrainingConfig(iterations=120, learning_rate=1.0, seed=9)  # An epoch is 6 iterations.


def new_net():
    return SimpleNet(784, 20, 10, rng=np.random.default_rng(1))


def trained(stripes, config):
    """The records of a training, the parameters after each evaluation, and those at its end."""
    net, seen, records = new_net(), {}, []
    for record in train(net, stripes, config):
        records.append(record)
        if record.test_accuracy is not None:
            seen[record.iteration] = {key: value.copy() for key, value in net.params.items()}
    return records, seen, net.params


def same(a, b):
    return all(np.array_equal(a[key], b[key]) for key in b)


def evaluations(*accuracies):
    best, params = None, {}
    for i, accuracy in enumerate(accuracies):
        best = best_with(best, Record(i, 1.0, 0.1, accuracy, accuracy), params)
    return best


@pytest.mark.parametrize(
    ("accuracies", "at", "since"),
    [((0.1,), 0, 0), ((0.1, 0.5), 1, 0), ((0.5, 0.1, 0.5), 0, 2), ((0.1, 0.4, 0.3, 0.6), 3, 0)],
)
def test_the_best_is_the_first_of_the_highest(accuracies, at, since):
    best = evaluations(*accuracies)
    assert (best.record.iteration, best.since) == (at, since)


@pytest.mark.parametrize(
    ("patience", "target", "accuracies", "end"),
    [
        (None, None, (0.9, 0.1, 0.1), None),
        (2, None, (0.9, 0.1), None),
        (2, None, (0.9, 0.1, 0.9), "patience"),
        (2, None, (0.9, 0.1, 0.1, 0.1), "patience"),
        (None, 0.9, (0.1, 0.89), None),
        (None, 0.9, (0.1, 0.9), "target"),
        (1, 0.9, (0.1, 0.5, 0.9), "target"),
    ],
)
def test_a_training_ends_at_its_target_or_when_patience_is_over(patience, target, accuracies, end):
    config = replace(CONFIG, patience=patience, target_accuracy=target)
    assert early_end(config, evaluations(*accuracies)) == end
    assert early_end(config, None) is None


def test_at_the_target_it_ends_with_the_network_that_reached_it(stripes):
    every, seen, _ = trained(stripes, CONFIG)
    known = [(r.iteration, r.test_accuracy) for r in every if r.test_accuracy is not None]
    iteration, accuracy = next(one for one in known if one[1] > 0.8)
    records, _, params = trained(stripes, replace(CONFIG, target_accuracy=accuracy))
    assert records[-1].iteration == iteration
    assert [r.loss for r in records] == [r.loss for r in every[: iteration + 1]]
    assert same(params, seen[iteration])


def test_without_progress_it_ends_with_the_best(stripes):
    every, seen, _ = trained(stripes, CONFIG)
    known = [(r.iteration, r.test_accuracy) for r in every if r.test_accuracy is not None]
    at = next(
        i for i in range(len(known)) if max(a for _, a in known[i + 1 : i + 4]) <= known[i][1]
    )
    records, _, params = trained(stripes, replace(CONFIG, patience=3))
    assert records[-1].iteration == known[at + 3][0]
    assert same(params, seen[known[at][0]])
    assert not same(params, seen[records[-1].iteration])


def test_the_last_iteration_counts_where_the_best_is_kept(stripes):
    config = replace(CONFIG, iterations=15, patience=100)
    records, seen, params = trained(stripes, config)
    assert [r.iteration for r in records if r.test_accuracy is not None] == [0, 6, 12, 15]
    best = max(seen, key=lambda i: (records[i].test_accuracy, -i))
    assert same(params, seen[best])


@pytest.mark.parametrize("cut", [2, 5, 6])
def test_in_pieces_it_ends_where_it_ends_in_one_piece(stripes, cut):
    config = replace(CONFIG, patience=2)
    whole, _, params = trained(stripes, config)
    net, best, after = new_net(), None, None
    for record in train(net, stripes, config):
        if record.test_accuracy is not None:
            kept = {key: value.copy() for key, value in net.params.items()}
            best = best_with(best, record, kept)
        after = record
        if record.iteration == cut:
            break
    rest = list(train(net, stripes, config, after, best=best))
    assert rest[-1].iteration == whole[-1].iteration
    assert same(net.params, params)


@pytest.mark.slow
@pytest.mark.parametrize(
    "wrong", [{"patience": 0}, {"target_accuracy": 0.0}, {"target_accuracy": 1.01}]
)
def test_an_early_end_that_cannot_be_is_named(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        TrainingConfig(**wrong)
