"""A run that goes on from another: on the Train page, in the list, and compared."""

import numpy as np
import pytest

from pages.before import Before
from pages.figures.training import accuracy_figure, loss_figure
from simplenet.runs import TrainingRun
from simplenet.training import History, Record, TrainingConfig
from tests.pages.conftest import opened
from tests.pages.test_before import said, trained
from tests.waiting import until


def go_on(app, more=None):
    """Train the network at the end of the page further, and return the new run at its end."""
    from pages.session import jobs

    old = app.session_state["run"]
    if more:
        app.number_input(key=f"more_{old}").set_value(more)
    app.button(key="further").click().run()
    job = jobs().get(app.session_state["run"])
    assert job.id != old
    until(lambda: job.ended and not job.is_new)
    app.run()
    assert not app.exception
    return job


@pytest.mark.slow
def test_a_click_trains_a_network_further_and_the_curve_goes_on(app):
    opened(app, "train")
    first = trained(app, iterations=300)
    assert app.number_input(key=f"more_{first.id}").value == 300
    second = go_on(app)
    assert second.work.start.follows == first.id
    assert second.records.first == 301
    name = "The article's, but Iterations: 600, going on from iteration 300"
    status = app.get("progress")[0].proto.text
    assert status.startswith(f"{name} · Iteration 600 of 600 · finished")
    assert app.number_input(key="iterations").value == 600
    assert not any("another recipe" in words for words in said(app))
    whole = TrainingRun(TrainingConfig(iterations=600)).advance(None, 600, None)
    assert np.array_equal(second.state.params["W1"], whole.state.params["W1"])
    (link,) = (e for e in app.get("page_link") if "goes on from" in e.proto.label)
    assert first.id in link.proto.query_string
    third = go_on(app, more=6)
    assert third.records[-1].iteration == 606
    # The recipe alone trains from the beginning.
    app.button(key="reset").click().run()
    anew = trained(app, iterations=20)
    assert anew.work.start is None

    from pages.training.further import earlier

    before = earlier(third)
    assert (before.at[0] < 300, before.at[-1]) == (True, 600)
    assert list(before.evaluated) == [0, 300, 600]
    assert earlier(anew) is None


@pytest.mark.slow
def test_what_a_run_goes_on_from_may_be_deleted(app):
    from pages.moments import snapshots_of
    from pages.session import jobs, store

    opened(app, "train")
    first = trained(app, iterations=20)
    second = go_on(app, more=10)
    at = [iteration for iteration, _ in snapshots_of(second)]
    assert (at[0], at[-1]) == (20, 30)
    opened(app, "runs", compare=f"{first.id},{second.id}")
    assert list(app.dataframe[0].value["Goes on from iteration"]) == ["–", "20"]
    app.button(key="compare_back").click().run()
    opened(app, "train", run=second.id)
    store().delete([first.id], app.session_state["visitor"])
    jobs().drop([first.id])
    app.run()
    assert not app.exception
    assert "Goes on from iteration 20 of a run that is not kept any more." in said(app)
    opened(app, "runs")
    name = app.dataframe[0].value.iloc[0]["Run"]
    assert name == "The article's, but Iterations: 30, going on from iteration 20"
    assert go_on(opened(app, "train")).records[-1].iteration == 40


def test_the_curve_before_comes_first_and_paler():
    def history(n, start=0):
        return History(Record(i, 1.0, 0.1, 0.5, 0.5) for i in range(start, n))

    before = Before.of("a", TrainingRun(), history(11))
    args = history(20, 11), 100, "run", lambda key, **_: key
    for figure in (accuracy_figure(*args, earlier=before), loss_figure(*args, earlier=before)):
        *_, first = figure["data"]
        assert (first["x"][0], first["x"][-1]) == (0, 10)
        assert first["opacity"] < 1
        (mark,) = figure["layout"]["shapes"]
        assert mark["x0"] == mark["x1"] == 10
    _, _, test, first = accuracy_figure(*args, earlier=before)["data"]
    assert test["x"][0] == first["x"][-1]  # No gap between them.
    assert test["line"]["color"] == first["line"]["color"]
