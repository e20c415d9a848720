from __future__ import annotations

from dataclasses import replace

import pytest

from simplenet.runs import TrainingRun
from simplenet.runs.challenges import GOALS, Attempt, standing
from simplenet.runs.kinds import Result, training_result
from simplenet.training import TrainingConfig

LONG = {"learning_rate": 0.5, "momentum": 0.9}
WAYS = {
    "quick": TrainingRun(TrainingConfig(300, **LONG)),
    "broken": TrainingRun(TrainingConfig(1000, learning_rate=50.0)),
    "units": TrainingRun(TrainingConfig(3000, **LONG), 3),
    "batch": TrainingRun(TrainingConfig(10_000, batch_size=5)),
    "stop": TrainingRun(TrainingConfig(10_000, target_accuracy=0.95, **LONG)),
    "overfit": TrainingRun(TrainingConfig(6000, **LONG)),
    "numeric": TrainingRun(
        TrainingConfig(60, gradient="fast_numerical", learning_rate=2.0, momentum=0.5), 10
    ),
    "fair": TrainingRun(TrainingConfig(3000, schedule="cosine", augmentation=("affine",), **LONG)),
}
"""A training for each goal that one reaches within some seconds."""


@pytest.mark.slow
@pytest.mark.parametrize("name", WAYS)
def test_a_goal_can_be_reached_and_is_not_by_the_articles_recipe_cut_short(name):
    run = WAYS[name]
    done = run.advance(None, 600, None)
    attempt = Attempt(run, training_result(run, done.records), "finished")
    assert standing(GOALS[name], [attempt]).solved
    plain = TrainingRun(TrainingConfig(20))
    little = training_result(plain, plain.advance(None, 600, None).records)
    assert not standing(GOALS[name], [Attempt(plain, little, "finished")]).solved


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
