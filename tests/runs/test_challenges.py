from __future__ import annotations

from dataclasses import replace

import pytest

from simplenet.runs import TrainingRun
from simplenet.runs.challenges import GOALS, Attempt, standing
from simplenet.runs.kinds import Result, training_result
from simplenet.training import TrainingConfig

LONG = {"learning_rate": 0.5, "momentum": 0.9}
SINKING = LONG | {"schedule": "cosine"}
WAYS = {
    ("quick",): TrainingRun(TrainingConfig(300, **LONG)),
    ("broken",): TrainingRun(TrainingConfig(1000, learning_rate=50.0)),
    ("units",): TrainingRun(TrainingConfig(3000, **LONG), 3),
    ("batch",): TrainingRun(TrainingConfig(10_000, batch_size=5)),
    ("overfit",): TrainingRun(TrainingConfig(6000, **LONG)),
    ("numeric",): TrainingRun(
        TrainingConfig(60, gradient="fast_numerical", learning_rate=2.0, momentum=0.5), 10
    ),
    ("few",): TrainingRun(TrainingConfig(8000, seed=3, **SINKING), 20),
    ("strong", "fair", "stop"): TrainingRun(
        TrainingConfig(5000, augmentation=("affine",), target_accuracy=0.98, **SINKING), 100
    ),
}
"""Trainings of some seconds, by the goals that each reaches: as their hints say."""


@pytest.mark.slow
@pytest.mark.parametrize("names", WAYS)
def test_a_goal_can_be_reached_and_is_not_by_the_articles_recipe_cut_short(names):
    run, plain = WAYS[names], TrainingRun(TrainingConfig(20))
    done = run.advance(None, 600, None)
    attempt = Attempt(run, training_result(run, done.records), "finished")
    little = training_result(plain, plain.advance(None, 600, None).records)
    for name in names:
        assert standing(GOALS[name], [attempt]).solved
        assert not standing(GOALS[name], [Attempt(plain, little, "finished")]).solved


def test_there_is_a_way_to_each_goal():
    assert sorted(name for names in WAYS for name in names) == sorted(GOALS)


RUN = TrainingRun()
DONE = Result(done=10_000, total=10_000, train_accuracy=0.95, test_accuracy=0.94)


@pytest.mark.parametrize(
    ("name", "run", "result", "ended", "counts"),
    [
        ("few", replace(RUN, hidden_size=20), DONE, "finished", True),
        ("few", replace(RUN, hidden_size=21), DONE, "finished", False),
        ("units", replace(RUN, hidden_size=3), DONE, "finished", True),
        ("units", replace(RUN, hidden_size=4), DONE, "finished", False),
        ("quick", RUN, replace(DONE, done=300), "stopped", True),
        ("quick", RUN, replace(DONE, done=301), "stopped", False),
        ("batch", replace(RUN, training=TrainingConfig(batch_size=5)), DONE, "finished", True),
        ("batch", replace(RUN, training=TrainingConfig(batch_size=6)), DONE, "finished", False),
        ("broken", RUN, replace(DONE, done=1000), "stopped", True),
        ("broken", RUN, replace(DONE, done=999), "stopped", False),
        ("stop", RUN, replace(DONE, done=600), "finished", True),
        ("stop", RUN, replace(DONE, done=600), "stopped", False),
        ("stop", RUN, DONE, "finished", False),
        ("numeric", RUN, DONE, "finished", False),
        ("fair", RUN, replace(DONE, test_accuracy=0.97), "finished", True),
        ("fair", RUN, replace(DONE, test_accuracy=0.969), "finished", False),
    ],
)
def test_only_what_keeps_the_rule_counts(name, run, result, ended, counts):
    assert standing(GOALS[name], [Attempt(run, result, ended)]).counted == counts


def test_the_best_attempt_is_told_and_the_goal_itself_is_enough():
    def told(name, *accuracies):
        made = [Attempt(RUN, replace(DONE, test_accuracy=a), "finished") for a in accuracies]
        return standing(GOALS[name], made)

    assert told("strong") == standing(GOALS["strong"], [])
    assert (told("strong").best, told("strong").solved) == (None, False)
    assert (told("strong", 0.9, 0.97, None).best, told("strong", 0.97).solved) == (0.97, False)
    assert told("strong", 0.98).solved
    assert (told("broken", 0.3, 0.15, 0.5).best, told("broken", 0.15).solved) == (0.15, True)
    assert not told("broken", 0.16).solved
    assert told("overfit", 0.93).best == pytest.approx(0.02)
    assert told("overfit", None).best is None
    assert not told("fair", 0.97).solved  # The test set read better by two points: that is a gap.
