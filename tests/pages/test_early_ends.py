"""Trainings that end early, as the Train page and the list of runs tell them."""

from dataclasses import replace

import numpy as np
import pytest

from pages.figures.training import accuracy_figure
from simplenet.network import SimpleNet
from simplenet.runs import TrainingRun
from simplenet.training import History, Record, TrainingConfig
from tests.pages.conftest import opened
from tests.pages.test_before import said, trained


def status(app):
    return app.get("progress")[0].proto.text


@pytest.mark.slow
def test_at_its_target_a_training_stops_and_says_so(app):
    opened(app, "train")
    assert app.number_input(key="target_accuracy").value is None
    job = trained(app, target_accuracy=0.5)
    assert job.records[-1].iteration == 600
    mine = "The article's, but Stop at accuracy: 0.5"
    assert status(app).startswith(f"{mine} · Iteration 600 of 10,000 · stopped after epoch 1")
    assert "the accuracy of 0.5 is reached" in status(app)
    assert any("weights of epoch 1, the best" in words for words in said(app))
    app.button(key="reset").click().run()
    assert app.number_input(key="target_accuracy").value is None


@pytest.mark.slow
def test_without_progress_it_stops_with_its_best_network_everywhere(app):
    from pages.moments import snapshots_of
    from simplenet.data import loaded

    opened(app, "train")
    job = trained(app, patience=1, learning_rate=1e-6)
    assert job.status == "finished"
    best = job.state.kept
    assert best.record.iteration < job.records[-1].iteration < 10_000
    assert "no progress since epoch" in status(app)
    assert "whose weights it keeps" in status(app)
    metrics = {metric.label: metric.value for metric in app.metric}
    assert metrics["Test accuracy"] == f"{best.record.test_accuracy:.2%}"
    assert metrics["Train accuracy"] == f"{best.record.train_accuracy:.2%}"
    data = loaded("bundled")
    right = round(
        10_000 * SimpleNet.from_params(best.params).accuracy(data.pixels_test, data.t_test)
    )
    assert any(f"it reads {right:,}" in block.value for block in app.markdown)
    moments = snapshots_of(job)
    assert moments[-1][0] == best.record.iteration
    assert np.array_equal(moments[-1][1]["W1"], best.params["W1"])
    opened(app, "runs")
    row = app.dataframe[0].value.iloc[0]
    assert row["Status"] == "ended early"
    assert row["Test accuracy"] == best.record.test_accuracy


def test_what_cannot_be_is_named_and_nothing_is_fine(app):
    opened(app, "train")
    app.number_input(key="target_accuracy").set_value(95.0).run()
    assert app.error[0].value == "Stop at accuracy must be between 0.01 and 1."
    assert app.button(key="train").disabled
    app.number_input(key="target_accuracy").set_value(None).run()
    assert not app.error
    app.number_input(key="patience").set_value(0).run()
    assert "Stop without progress must be between 1" in app.error[0].value


def test_a_curve_shows_the_target_and_the_best():
    records = [Record(i, 1.0, 0.1, i / 10, i / 10) for i in (0, 1, 2)]
    args = History(records), 100, "run", lambda key, **_: key
    *_, aim, star = accuracy_figure(*args, target=0.98, best=records[1])["data"]
    assert aim["y"] == [0.98, 0.98]
    assert aim["text"][1] == "chart.target 98%"
    assert (star["x"], star["y"]) == ([1], [0.1])
    *_, aim, star = accuracy_figure(*args, "error", target=1.0, best=records[1])["data"]
    assert 0 < aim["y"][0] < 1e-4  # A logarithmic axis has no 0.
    assert star["y"] == [0.9]
    assert len(accuracy_figure(*args)["data"]) == 3


def test_a_recipe_with_an_early_end_is_not_the_articles(app):
    from pages.training.naming import recipe_name

    opened(app, "train")
    run = replace(TrainingRun(), training=TrainingConfig(patience=3))
    assert recipe_name(run) == "The article's, but Stop without progress: 3"
