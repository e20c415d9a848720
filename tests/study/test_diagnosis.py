"""What a diagnosis says of trainings, good and bad; on a part of MNIST, to be quick."""

import math
from dataclasses import replace

import numpy as np
import pytest

from simplenet import Dataset, SimpleNet, TrainingConfig, train
from simplenet.study.diagnosis import (
    EARLIEST,
    MEASURED,
    PLATEAU,
    SAMPLE,
    Course,
    Probe,
    diagnose,
    likeness,
)
from simplenet.training import History, Record

GOOD = [
    {},
    {"seed": 1, "iterations": 1600},
    {"iterations": 600},
    {"learning_rate": 0.05},
    {"learning_rate": 0.2},
    {"learning_rate": 0.3},
    {"learning_rate": 0.5, "iterations": 600},
    {"learning_rate": 0.5, "iterations": 1200},
    {"learning_rate": 1.0},
    {"learning_rate": 0.03, "momentum": 0.9},
    {"learning_rate": 0.05, "momentum": 0.9},
    {"learning_rate": 0.1, "momentum": 0.9, "iterations": 600},
    {"learning_rate": 0.01, "momentum": 0.95},
    {"hidden_size": 20},
    {"hidden_size": 20, "learning_rate": 0.5},
    {"hidden_size": 100, "iterations": 600},
    {"hidden_size": 256, "learning_rate": 0.3, "iterations": 200},
    {"batch_size": 20, "iterations": 1200},
    {"batch_size": 20, "learning_rate": 0.2, "iterations": 2000},
    {"batch_size": 50, "learning_rate": 0.3},
    {"batch_size": 200, "learning_rate": 0.5, "iterations": 400},
    {"batch_size": 1000, "learning_rate": 0.5, "iterations": 200},
    {"learning_rate": 0.3, "schedule": "cosine"},
    {"learning_rate": 0.1, "momentum": 0.9, "schedule": "cosine", "iterations": 600},
    {"learning_rate": 0.3, "augmentation": ("affine",), "iterations": 400},
    {"weight_init_std": 0.1, "iterations": 600},
    {"weight_init_std": 0.001, "iterations": 600},
]

BAD = [
    ({"learning_rate": 5}, "steps_too_large"),
    ({"learning_rate": 7, "iterations": 400}, "steps_too_large"),
    ({"learning_rate": 10, "iterations": 200}, "steps_too_large"),
    ({"learning_rate": 20, "iterations": 200}, "steps_too_large"),
    ({"learning_rate": 50, "iterations": 200}, "steps_too_large"),
    ({"learning_rate": 0.5, "momentum": 0.99, "iterations": 400}, "steps_too_large"),
    ({"learning_rate": 5, "batch_size": 20, "iterations": 400}, "steps_too_large"),
    ({"learning_rate": 0.01}, "steps_too_small"),
    ({"learning_rate": 0.005}, "steps_too_small"),
    ({"learning_rate": 0.001, "iterations": 600}, "steps_too_small"),
    ({"learning_rate": 0.0001, "iterations": 600}, "steps_too_small"),
    ({"learning_rate": 0.0001, "momentum": 0.9, "iterations": 600}, "steps_too_small"),
    ({"weight_init_std": 0}, "units_alike"),
    ({"weight_init_std": 0, "learning_rate": 0.5}, "units_alike"),
    ({"weight_init_std": 0, "hidden_size": 20, "iterations": 20}, "units_alike"),
    ({"weight_init_std": 1, "iterations": 600}, "units_saturated"),
    ({"weight_init_std": 5, "iterations": 200}, "units_saturated"),
    ({"weight_init_std": 10, "iterations": 200}, "units_saturated"),
    ({"weight_init_std": 10, "learning_rate": 0.5, "iterations": 200}, "units_saturated"),
    ({"batch_size": 1, "learning_rate": 0.1, "iterations": 4000}, "batch_too_small"),
    ({"batch_size": 1, "learning_rate": 0.3, "iterations": 4000}, "batch_too_small"),
    ({"batch_size": 1, "learning_rate": 0.5, "iterations": 4000}, "batch_too_small"),
    ({"batch_size": 2, "learning_rate": 0.1, "iterations": 4000}, "batch_too_small"),
    ({"batch_size": 2, "learning_rate": 0.3, "iterations": 4000}, "batch_too_small"),
    ({"batch_size": 2, "learning_rate": 0.5, "iterations": 4000}, "batch_too_small"),
]


def name(recipe):
    if isinstance(recipe, str):
        return recipe
    return ", ".join(f"{field} {value}" for field, value in recipe.items()) or "as it is"


def part(mnist, train_size):
    return Dataset(
        mnist.pixels_train[:train_size],
        mnist.t_train[:train_size],
        mnist.pixels_test[:500],
        mnist.t_test[:500],
    )


@pytest.fixture(scope="module")
def digits(mnist):
    return part(mnist, 10_000)


def run(data, hidden_size=50, weight_init_std=0.01, iterations=800, every=None, **recipe):
    """Train a network; return it, and what is found at its end, or each `every` iterations."""
    config = TrainingConfig(iterations=iterations, **recipe)
    rng = np.random.default_rng([config.seed, 0, 1])
    net = SimpleNet(784, hidden_size, 10, weight_init_std, rng)
    sample = data.pixels_train[:SAMPLE], data.t_train[:SAMPLE]
    history, records, found = History(), [], []
    for told in train(net, data, config):
        records.append(told)
        if told.iteration == iterations or (every and told.iteration % every == 0):
            history.extend(records)
            records.clear()
            found += diagnose(config, history, net, *sample)
    return net, found


def record(iteration, loss=1.0, train_accuracy=None, test_accuracy=None):
    return Record(iteration, loss, 0.0, train_accuracy, test_accuracy)


@pytest.fixture
def net():
    return SimpleNet(784, 12, 10, 0.1, np.random.default_rng(3), np.float64)


@pytest.fixture
def sample(stripes):
    return stripes.x_train[:300], stripes.t_train[:300]


@pytest.mark.slow
def test_enough_recipes_are_tried():
    assert len(GOOD) >= 20
    assert len(GOOD) + len(BAD) >= 40


@pytest.mark.slow
@pytest.mark.parametrize("recipe", GOOD, ids=name)
def test_of_a_good_training_nothing_is_said_at_any_moment(digits, recipe):
    _, found = run(digits, **recipe, every=100)
    assert found == []


@pytest.mark.slow
@pytest.mark.parametrize(("recipe", "sign"), BAD, ids=name)
def test_of_a_bad_training_its_cause_is_told_once_with_what_was_measured(digits, recipe, sign):
    _, (finding,) = run(digits, **recipe)
    assert finding.sign == sign
    assert finding.evidence
    assert all(math.isfinite(value) for value in finding.evidence.values())


@pytest.mark.slow
def test_of_the_articles_training_nothing_is_said(mnist):
    net, found = run(mnist, iterations=6000, every=600)
    assert found == []
    assert net.accuracy(mnist.pixels_test, mnist.t_test) > 0.93


@pytest.mark.slow
@pytest.mark.parametrize(
    "recipe",
    [
        {"learning_rate": 10, "iterations": 400},
        {"learning_rate": 0.5, "momentum": 0.99, "iterations": 400},
        {"learning_rate": 0.005, "iterations": 600},
        {"weight_init_std": 0, "iterations": 600},
        {"weight_init_std": 5, "iterations": 600},
        {"batch_size": 1, "learning_rate": 0.5, "iterations": 2000},
    ],
    ids=name,
)
def test_with_its_fix_a_training_is_better_and_nothing_is_wrong_with_it(digits, recipe):
    worse, (finding,) = run(digits, **recipe)
    better, found = run(digits, **recipe | finding.fix)
    assert found == []
    test = digits.pixels_test, digits.t_test
    assert better.accuracy(*test) > worse.accuracy(*test) + 0.03


@pytest.mark.slow
def test_a_training_set_that_is_known_by_heart_is_overfitted(mnist):
    few = part(mnist, 500)
    recipe = {"learning_rate": 0.5, "iterations": 600}
    worse, (finding,) = run(few, **recipe)
    assert finding.sign == "overfitting"
    gap = worse.accuracy(few.pixels_train, few.t_train) - worse.accuracy(
        few.pixels_test, few.t_test
    )
    assert finding.evidence["gap_points"] == pytest.approx(100 * gap)
    better, found = run(few, **recipe | finding.fix)
    assert found == []
    test = mnist.pixels_test, mnist.t_test
    assert better.accuracy(*test) > worse.accuracy(*test) + 0.01


def test_before_there_is_a_record_there_is_nothing_to_say(net, sample):
    assert diagnose(TrainingConfig(), History(), net, *sample) == []


def test_it_is_too_early_for_anything_but_units_that_are_alike(sample):
    large = SimpleNet(784, 20, 10, 10.0, np.random.default_rng(0))
    rising = [record(i, 5.0 + i) for i in range(EARLIEST + 1)]
    config = TrainingConfig(learning_rate=50)
    assert diagnose(config, History(rising[:-1]), large, *sample) == []
    (finding,) = diagnose(config, History(rising), large, *sample)
    assert finding.sign == "units_saturated"
    alike = SimpleNet(784, 20, 10, 0.0)
    (finding,) = diagnose(config, History(rising[:1]), alike, *sample)
    assert finding.sign == "units_alike"
    assert finding.fix == {"weight_init_std": 0.01}


def test_units_that_large_steps_made_alike_were_not_so_by_the_first_weights(net, sample):
    first = replace(record(0), params=net.params)
    alike = SimpleNet(784, 12, 10, 0.0)
    assert diagnose(TrainingConfig(), History([first]), alike, *sample) == []


@pytest.mark.parametrize(("own", "told"), [(0.5, True), (3, False)])
def test_units_that_began_alike_are_told_of_until_they_have_parted(net, sample, own, told):
    first = replace(record(0), params=SimpleNet(784, 12, 10, 0.0).params)
    weights = {key: own * value for key, value in net.params.items()}
    weights["W1"] = weights["W1"] + 0.1 * np.random.default_rng(9).standard_normal((784, 1))
    parting = SimpleNet.from_params(weights)
    found = diagnose(TrainingConfig(), History([first]), parting, *sample)
    assert [finding.sign for finding in found] == ["units_alike"] * told


def test_the_newest_losses_count():
    course = Course(np.arange(107.0))
    assert course.now == np.arange(107 - course.window, 107).mean()
    assert course.slope_per_1000() == pytest.approx(1000)
    assert course.scatter == pytest.approx(np.arange(20).std() / course.now)


def test_a_loss_that_rises_is_enough(net, sample):
    config = TrainingConfig(learning_rate=2)
    losses = [2.3] * 100 + [1.0] * 200 + [1.7] * 200
    (finding,) = diagnose(config, History(map(record, range(500), losses)), net, *sample)
    assert finding.sign == "steps_too_large"
    assert finding.evidence["loss"] == pytest.approx(1.7)
    assert finding.evidence["loss_lowest"] == pytest.approx(1.0)
    assert finding.fix["learning_rate"] <= 0.5
    losses[-200:] = [1.5] * 200
    assert diagnose(config, History(map(record, range(500), losses)), net, *sample) == []


def test_steps_are_too_small_if_far_longer_ones_gain_more_after_the_slow_beginning(mnist):
    net = SimpleNet(784, 50, 10, 0.01, np.random.default_rng(0))
    sample = mnist.pixels_train[:SAMPLE], mnist.t_train[:SAMPLE]

    def found(learning_rate, records):
        history = History(record(i, 2.3) for i in range(records))
        return diagnose(TrainingConfig(learning_rate=learning_rate), history, net, *sample)

    (finding,) = found(0.001, PLATEAU + 1)
    assert finding.sign == "steps_too_small"
    assert finding.evidence["iterations_left"] > 10_000
    assert 80 < finding.evidence["gain_of_100"] < 101  # As a straight line.
    assert finding.evidence["slope_per_1000"] == pytest.approx(0, abs=1e-9)
    assert finding.fix["learning_rate"] >= 0.1
    assert found(0.001, PLATEAU) == []
    assert found(0.05, PLATEAU + 1) == []  # As slow, but 100 times as long would do harm.


def history_of(train_accuracies, test_accuracies):
    n = len(train_accuracies)
    return History(
        record(i, 0.3, train_accuracies[i // 20], test_accuracies[i // 20])
        if i % 20 == 0
        else record(i, 0.3)
        for i in range(20 * n)
    )


def test_a_gap_that_grows_while_the_test_set_stands_still_is_overfitting(net, sample):
    grows, stands = np.linspace(0.9, 0.98, 12), np.linspace(0.9, 0.95, 12)
    stands[3:] = stands[3]
    (finding,) = diagnose(TrainingConfig(), history_of(grows, stands), net, *sample)
    assert finding.sign == "overfitting"
    evidence = finding.evidence
    assert evidence["gap_points"] == pytest.approx(100 * (grows[-1] - stands[-1]))
    assert evidence["train_growth_points"] > evidence["test_growth_points"]
    assert finding.fix == {"augmentation": ("affine",)}
    varied = TrainingConfig(augmentation=("elastic",))
    (finding,) = diagnose(varied, history_of(grows, stands), net, *sample)
    assert finding.fix == {"hidden_size": 6}


def test_a_training_set_that_is_known_by_heart_need_not_grow(net, sample):
    history = history_of(np.ones(12), np.full(12, 0.97))
    (finding,) = diagnose(TrainingConfig(), history, net, *sample)
    assert finding.sign == "overfitting"


@pytest.mark.parametrize(
    ("train_accuracies", "test_accuracies"),
    [
        (np.linspace(0.9, 0.98, 12), np.linspace(0.87, 0.95, 12)),
        (np.linspace(0.9, 0.94, 12), np.repeat([0.9, 0.93], [3, 9])),
        (np.linspace(0.98, 0.9, 12), np.linspace(0.95, 0.87, 12)),
        (np.linspace(0.9, 0.98, 5), np.full(5, 0.9)),
    ],
    ids=["the test set grows, too", "a small gap", "nothing is learned", "too early to say"],
)
def test_a_gap_alone_is_no_overfitting(net, sample, train_accuracies, test_accuracies):
    history = history_of(train_accuracies, test_accuracies)
    assert diagnose(TrainingConfig(), history, net, *sample) == []


def test_a_training_without_accuracies_of_both_sets_is_not_called_overfitted(net, sample):
    history = history_of([0.99] * 12, [None] * 12)
    assert diagnose(TrainingConfig(), history, net, *sample) == []


def test_likeness_is_the_mean_cosine_of_the_units(net):
    units = np.vstack([net.params["W1"], net.params["b1"], net.params["W2"].T])
    lengths = np.linalg.norm(units, axis=0)
    cosines = units.T @ units / np.outer(lengths, lengths)
    others = cosines[~np.eye(12, dtype=bool)]
    assert likeness(net.params) == pytest.approx(others.mean())
    copies = {key: value[..., :1].repeat(5, -1) for key, value in net.params.items()}
    copies["W2"] = net.params["W2"][:1].repeat(5, axis=0)
    assert likeness(copies) == pytest.approx(1)
    assert likeness(SimpleNet(784, 5, 10, 0.0).params) == 1
    assert likeness(SimpleNet(784, 1, 10, 0.0).params) == 0


@pytest.mark.parametrize("rows", [None, [3], [5, 7, 7, 250]])
def test_a_gain_is_what_the_step_itself_would_bring(net, sample, rows):
    x, t = sample
    probe = Probe(net, x, t.argmax(axis=1))
    assert probe.loss == pytest.approx(net.loss(x[:MEASURED], t[:MEASURED]))
    of = slice(None) if rows is None else rows
    gradient = net.gradient(x[of], t[of])
    moved = SimpleNet.from_params({k: v - 0.3 * gradient[k] for k, v in net.params.items()})
    expected = probe.loss - moved.loss(x[:MEASURED], t[:MEASURED])
    gain = probe.gain(0.3, None if rows is None else np.array(rows))
    assert gain == pytest.approx(expected, rel=1e-6)


def test_what_is_saturated_and_what_has_vanished_is_counted(sample):
    x, t = sample
    net = SimpleNet(784, 12, 10, 10.0, np.random.default_rng(3), np.float64)
    net.params["b1"][:3] = 1000, -1000, 0
    probe = Probe(net, x, t.argmax(axis=1))
    assert probe.vanished_share == net.accuracy_and_vanished(x, t)[1] > 0
    ends = (probe.a1 < 0.01) | (probe.a1 > 0.99)
    assert probe.saturated_share == pytest.approx(ends.mean())
    assert 2 / 12 <= probe.stuck_share == np.mean(ends.mean(axis=0) >= 0.95) < 1


def test_bytes_and_labels_mean_the_same(mnist):
    net = SimpleNet(784, 20, 10, 10.0, np.random.default_rng(0))
    history = History(record(i, 9.0) for i in range(200))
    pixels, t = mnist.pixels_train[:50], mnist.t_train[:50]
    of_bytes = diagnose(TrainingConfig(), history, net, pixels, t)
    of_floats = diagnose(TrainingConfig(), history, net, pixels / 255, t.argmax(axis=1))
    assert [finding.sign for finding in of_bytes] == ["units_saturated"]
    assert of_bytes == of_floats


@pytest.mark.parametrize(
    ("x", "t", "message"),
    [
        (np.zeros((0, 784)), np.zeros(0, int), "at least one"),
        (np.full((2, 784), 7.0), [1, 2], "7.0"),
        (np.zeros((2, 784)), [1, 2, 3], "2 integer labels"),
    ],
    ids=["no digit", "no pixel", "another number of labels"],
)
def test_what_cannot_be_is_refused(net, x, t, message):
    with pytest.raises(ValueError, match=message):
        diagnose(TrainingConfig(), History([record(0)]), net, x, t)
