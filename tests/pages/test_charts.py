import base64
import json

import numpy as np
import pytest

from pages.before import POINTS, Before
from pages.components.live_chart import as_json
from pages.figures.training import (
    MOST_MARKS,
    accuracy_figure,
    loss_figure,
    probabilities_figure,
    reach,
    times_figure,
)
from pages.newest import Newest, newest
from simplenet.runs import TrainingRun
from simplenet.training import History, Record
from simplenet.training.curve import MOST_POINTS


def T(key, **values):  # noqa: N802
    return " ".join([key, *map(str, values.values())])


def history(n, every=3):
    return History(
        Record(i, 1 / (i + 1), 0.1 * i, *((i / n, i / n / 2) if i % every == 0 else ()))
        for i in range(n)
    )


def test_accuracies_are_drawn_where_they_were_measured():
    figure = accuracy_figure(history(10), 100, "run", T)
    batches, train, test = figure["data"]
    assert batches["name"] == "chart.batches"
    assert (train["name"], test["name"]) == ("chart.train 90.00%", "chart.test 45.00%")
    np.testing.assert_array_equal(train["x"], [0, 3, 6, 9])
    np.testing.assert_allclose(train["y"], [0, 0.3, 0.6, 0.9], atol=1e-6)
    np.testing.assert_allclose(test["y"], [0, 0.15, 0.3, 0.45], atol=1e-6)


def test_the_legend_of_the_losses_keeps_out_of_curves_that_stay_high():
    sinking = History(Record(i, 1 / (i + 1), 0.1) for i in range(100))
    high = History(Record(i, 12.0, 0.1) for i in range(100))
    places = [
        loss_figure(one, 100, "run", T)["layout"]["legend"]["yanchor"]
        for one in (History(), sinking, high)
    ]
    assert places == ["top", "top", "bottom"]


def test_sets_that_lie_together_can_be_told_apart_and_their_gap_is_said():
    same = History([Record(0, 2.3, 0.1, 0.101, 0.1), Record(1, 2.0, 0.2, 0.75, 0.765)])
    figure = accuracy_figure(same, 10, "run", T)
    _, train, test = figure["data"]
    assert "dash" not in train["line"]
    assert "dash" in test["line"]
    assert train["line"]["color"] != test["line"]["color"]
    assert figure["layout"]["legend"]["title"]["text"] == "chart.gap −1.50"


def test_accuracies_of_two_iterations_are_never_told_as_those_of_one():
    slow = History([Record(0, 2.3, 0.1, 0.1022, 0.1010), Record(1, 2.2, 0.2)])
    slow.evaluate(Record(1, 2.2, 0.2, None, 0.6024))
    together = newest(slow)
    assert together == Newest((0, 0.1010), (0, 0.1022))
    assert together.gap == pytest.approx(0.0012)
    apart = newest(slow, apart=True)
    assert apart == Newest((1, 0.6024), (0, 0.1022))
    assert apart.gap is None
    told = {
        found: accuracy_figure(slow, 10, "run", T, newest=found)
        for found in (None, together, apart)
    }
    names = {found: [one["name"] for one in fig["data"][1:]] for found, fig in told.items()}
    assert names[None] == names[together] == ["chart.train 10.22%", "chart.test 10.10%"]
    assert names[apart] == ["chart.train", "chart.test 60.24%"]
    titles = {found: fig["layout"]["legend"]["title"] for found, fig in told.items()}
    assert titles[together]["text"] == "chart.gap +0.12"
    assert titles[apart] == {}
    assert newest(History(), apart=True) == newest(History()) == Newest()


def test_errors_have_a_logarithmic_axis_that_perfection_does_not_break():
    known = [Record(0, 2.3, 0.1, 0.1, 0.1), Record(1, 0.1, 0.2, 1.0, 0.98)]
    figure = accuracy_figure(History(known), 10, "run", T, "error")
    _, train, test = figure["data"]
    assert figure["layout"]["yaxis"]["type"] == "log"
    (reached,) = figure["layout"]["shapes"]
    assert reached["y0"] == reached["y1"] == 1  # A number stands at the axis, however bad it is.
    assert accuracy_figure(History(known), 10, "run", T)["layout"]["shapes"] == []
    np.testing.assert_allclose(test["y"], [0.9, 0.02], rtol=1e-5)
    assert 0 < train["y"][1] < 1 / 60_000
    assert test["name"] == "chart.test 2.00%"
    assert (
        figure["layout"]["yaxis"]["uirevision"]
        != (accuracy_figure(History(known), 10, "run", T)["layout"]["yaxis"]["uirevision"])
    )  # A zoom in one is none in the other.


def test_between_two_evaluations_the_mini_batches_tell_how_it_goes():
    told = History(
        Record(i, 1.0, 0.1, batch_accuracy=i / 1000 if i % 10 == 0 else None) for i in range(201)
    )
    batches, *_ = accuracy_figure(told, 1000, "run", T)["data"]
    np.testing.assert_array_equal(batches["x"], np.arange(0, 201, 10))
    assert batches["y"][-1] == pytest.approx(np.mean(np.arange(110, 201, 10)) / 1000, abs=1e-3)
    # Errors: where the last mini-batches had none, the curve has a gap.
    perfect = History([Record(0, 1.0, 0.1, batch_accuracy=1.0)])
    batches, *_ = accuracy_figure(perfect, 1000, "run", T, "error")["data"]
    assert np.isnan(batches["y"]).all()


@pytest.mark.parametrize(
    ("done", "iterations", "end"),
    [
        *((0, 500, 10), (10, 500, 10), (11, 500, 20), (300, 10_000, 500), (501, 10_000, 1000)),
        *((5001, 10_000, 10_000), (600, 700, 700), (3, 5, 5), (0, 0, 1), (10**6, 10**6, 10**6)),
    ],
)
def test_an_axis_follows_what_is_done_in_few_steps(done, iterations, end):
    assert reach(done, iterations) == end


def test_the_axis_of_a_curve_holds_all_of_it():
    for figure in (
        accuracy_figure(history(31), 500, "run", T),
        loss_figure(history(31), 500, "run", T),
    ):
        axis = figure["layout"]["xaxis"]
        assert axis["autorangeoptions"]["include"] == [0, 50]
        assert "range" not in axis  # It would end a zoom whenever it changed.
        assert figure["layout"]["uirevision"] == "run"


def test_every_loss_is_drawn_while_there_are_few():
    batch, mean = loss_figure(history(60), 100, "run", T)["data"]
    np.testing.assert_allclose(batch["y"], [1 / (i + 1) for i in range(60)], rtol=1e-6)
    assert mean["y"][-1] == pytest.approx(np.mean([1 / (i + 1) for i in range(10, 60)]), rel=1e-6)


@pytest.mark.parametrize("n", [MOST_POINTS, MOST_POINTS + 1, 3 * MOST_POINTS + 7])
def test_a_long_curve_is_thinned(n):
    for trace in loss_figure(history(n), n, "run", T)["data"]:
        assert MOST_POINTS / 2 <= len(trace["y"]) <= MOST_POINTS
        assert trace["y"].dtype == np.float32
        assert len(trace["x"]) == len(trace["y"])
        assert trace["x"][-1] == n - 1  # The curve ends where the metric is.


def test_many_accuracies_are_thinned_and_a_dip_is_kept():
    many = History(
        Record(i, 1.0, 0.1 * i, 0.9, 0.5 if i == 1234 else 0.9, None, 0.0) for i in range(5000)
    )
    _, train, test = accuracy_figure(many, 5000, "run", T)["data"]
    assert len(train["x"]) <= MOST_MARKS
    assert len(test["x"]) <= MOST_MARKS
    assert 1234 in test["x"]
    assert test["x"][-1] == train["x"][-1] == 4999


def test_a_figure_travels_as_its_bytes():
    figure = json.loads(as_json(loss_figure(history(3), 3, "run", T)))
    curve = figure["data"][0]
    for name, dtype, values in (("x", "i4", [0, 1, 2]), ("y", "f4", [1, 1 / 2, 1 / 3])):
        assert curve[name]["dtype"] == dtype
        read = np.frombuffer(base64.b64decode(curve[name]["bdata"]), f"<{dtype}")
        np.testing.assert_allclose(read, values, rtol=1e-6)


def test_the_probabilities_of_a_digit_are_ten_curves_and_a_mark():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), 4)
    figure = probabilities_figure([0, 1, 5, 9], probabilities, 5, 100, "run", T)
    assert [trace["name"] for trace in figure["data"]] == list("0123456789")
    assert len({trace["line"]["color"] for trace in figure["data"]}) == 10
    for digit, trace in enumerate(figure["data"]):
        np.testing.assert_array_equal(trace["x"], [0, 1, 5, 9])
        np.testing.assert_allclose(trace["y"], probabilities[:, digit], rtol=1e-6)
    (mark,) = figure["layout"]["shapes"]
    assert (mark["x0"], mark["x1"]) == (5, 5)
    assert figure["layout"]["xaxis"]["range"][1] > 100


def test_times_have_a_logarithmic_axis_that_holds_them_all():
    seconds = {"slow": 30.0, "quick": 0.07, "quickest": 5e-4}
    figure = times_figure(seconds, {name: name for name in seconds}, "s")
    axis = figure["layout"]["xaxis"]
    assert axis["type"] == "log"
    assert axis["range"][0] < np.log10(5e-4)
    assert axis["range"][1] > np.log10(30)
    assert list(figure["data"][0]["x"]) == list(seconds.values())


def test_the_training_before_is_drawn_gray_behind_as_far_as_the_axis_reaches():
    before = Before.of("a", TrainingRun(), history(5000))
    assert len(before.at) <= POINTS
    assert len(before.evaluated) <= POINTS
    for figure in (
        accuracy_figure(history(31), 5000, "run", T, "accuracy", before, "rate: 1"),
        accuracy_figure(history(31), 5000, "run", T, "error", before, "rate: 1"),
        loss_figure(history(31), 5000, "run", T, before, "rate: 1"),
    ):
        *others, gray = figure["data"]
        assert gray["name"] == "rate: 1"
        assert gray["zorder"] < 0
        assert gray["line"]["color"] not in {trace["line"]["color"] for trace in others}
        assert gray["x"][0] == 0
        assert gray["x"].max() <= 50
    # The new one has not told anything yet.
    figure = accuracy_figure(History(), 5000, "run", T, "error", before, "rate: 1")
    assert [len(trace["x"]) > 0 for trace in figure["data"]] == [False, False, False, True]
