"""What is suggested after a training that went well."""

import numpy as np
import pytest

from simplenet import Dataset, SimpleNet, TrainingConfig, train
from simplenet.study.diagnosis import SAMPLE, fair_rate
from simplenet.study.suggestion import MOST_UNITS, suggest
from simplenet.training import LIMITS, History, Record

GOOD_RATE = fair_rate(0.0, 100)


@pytest.fixture
def sample(stripes):
    return stripes.x_train[:300], stripes.t_train[:300]


def net_of(hidden_size):
    return SimpleNet(784, hidden_size, 10, 0.1, np.random.default_rng(3))


def told(train_points, test_points, fall=0.0, every=100):
    """A training with these accuracies, whose loss falls by a share from fifth to fifth."""
    n = every * (len(train_points) - 1) + 1
    losses = (1 - fall) ** (5 * np.arange(n) / n)
    known = zip(np.divide(train_points, 100), np.divide(test_points, 100), strict=True)
    accuracies = dict(zip(range(0, n, every), known, strict=True))
    return History(
        Record(i, float(losses[i]), 0.0, *accuracies.get(i, (None, None))) for i in range(n)
    )


FLAT, RISING = np.full(16, 95.0), np.linspace(80, 95, 16)


@pytest.mark.parametrize(
    ("train_points", "test_points", "hidden_size", "augmentation", "reason", "change"),
    [
        (FLAT, FLAT - 1, 10, (), "more_units", {"hidden_size": 20}),
        (FLAT + 4, FLAT + 2.5, 50, (), "varied_digits", {"augmentation": ("affine",)}),
        (
            *(FLAT + 4, FLAT + 2.5, 50, ("affine",)),
            *("varied_digits", {"augmentation": ("affine", "elastic")}),
        ),
        (RISING + 3, RISING + 2.9, 50, (), "more_iterations", {"iterations": 20_000}),
        (FLAT + 3, FLAT + 2.9, 50, (), "more_units", {"hidden_size": 100}),
    ],
    ids=["too few units", "a gap", "a gap in spite of it", "still rising", "nothing moves"],
)
def test_the_end_of_a_training_tells_what_is_lacking(
    sample, train_points, test_points, hidden_size, augmentation, reason, change
):
    config = TrainingConfig(learning_rate=GOOD_RATE, augmentation=augmentation)
    found = suggest(config, told(train_points, test_points), net_of(hidden_size), *sample)
    assert (found.reason, found.change) == (reason, change)
    assert all(np.isfinite(value) for value in found.evidence.values())


def test_what_cannot_be_more_is_not_suggested(sample):
    last = LIMITS["iterations"][1]
    config = TrainingConfig(learning_rate=GOOD_RATE, iterations=last)
    assert suggest(config, told(RISING + 3, RISING + 2.9), net_of(50), *sample) is None
    assert suggest(config, told(FLAT + 3, FLAT + 2.9), net_of(MOST_UNITS), *sample) is None
    every_kind = TrainingConfig(
        learning_rate=GOOD_RATE, augmentation=("affine", "elastic", "thickness")
    )
    found = suggest(every_kind, told(FLAT + 4, FLAT + 2.5), net_of(50), *sample)
    assert found.reason == "more_units"


def test_with_few_evaluations_the_loss_decides(sample):
    config = TrainingConfig(learning_rate=GOOD_RATE, iterations=200)
    few = told(FLAT[:3], FLAT[:3], fall=0.1)
    found = suggest(config, few, net_of(50), *sample)
    assert (found.reason, found.change) == ("more_iterations", {"iterations": 400})
    assert found.evidence["fallen_share"] == pytest.approx(0.1, abs=0.01)
    assert suggest(config, told(FLAT[:3], FLAT[:3]), net_of(50), *sample) is None


def test_of_a_short_training_nothing_is_suggested(sample):
    config = TrainingConfig(learning_rate=0.1, iterations=50)
    assert suggest(config, told(FLAT[:3], FLAT[:3], 0.1, every=25), net_of(50), *sample) is None
    with pytest.raises(ValueError, match="at least one digit"):
        suggest(config, told(FLAT[:3], FLAT[:3]), net_of(50), sample[0][:0], sample[1][:0])


@pytest.mark.slow
def test_longer_steps_are_suggested_where_they_pay_and_they_do(mnist):
    data = Dataset(
        *(mnist.pixels_train[:10_000], mnist.t_train[:10_000]),
        *(mnist.pixels_test[:2000], mnist.t_test[:2000]),
    )

    def trained(config):
        net = SimpleNet(784, 50, 10, 0.01, np.random.default_rng(1))
        history = History(train(net, data, config))
        sample = data.pixels_train[:SAMPLE], data.t_train[:SAMPLE]
        return net, suggest(config, history, net, *sample)

    net, found = trained(TrainingConfig(iterations=1000))
    assert found.reason == "longer_steps"
    assert found.evidence["gain"] > 3
    better, next_one = trained(TrainingConfig(iterations=1000, **found.change))
    assert better.accuracy(data.pixels_test, data.t_test) > (
        net.accuracy(data.pixels_test, data.t_test) + 0.02
    )
    assert next_one is None or next_one.reason != "longer_steps"


@pytest.mark.parametrize(("share", "reason"), [(1.0, "more_iterations"), (0.5, "longer_steps")])
def test_steps_that_are_long_already_are_not_to_be_longer(sample, monkeypatch, share, reason):
    monkeypatch.setattr("simplenet.study.suggestion.Probe.gain", lambda _, rate: rate)
    config = TrainingConfig(learning_rate=share * GOOD_RATE, iterations=200)
    found = suggest(config, told(FLAT[:3], FLAT[:3], fall=0.1), net_of(50), *sample)
    assert found.reason == reason
