import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pages.figures.training import (
    MOST_POINTS,
    accuracy_figure,
    loss_figure,
    moving_average,
    probabilities_figure,
    times_figure,
)
from simplenet.training import Record


def T(key):  # noqa: N802
    return key


def history(n, every=3):
    return [
        Record(i, 1 / (i + 1), 0.1 * i, *((i / n, i / n / 2) if i % every == 0 else ()))
        for i in range(n)
    ]


def test_accuracies_are_drawn_where_they_were_measured():
    figure = accuracy_figure(history(10), 100, "run", T)
    train, test = figure.data
    assert (train.name, test.name) == ("chart.train", "chart.test")
    np.testing.assert_array_equal(train.x, [0, 3, 6, 9])
    np.testing.assert_allclose(train.y, [0, 0.3, 0.6, 0.9], atol=1e-6)
    np.testing.assert_allclose(test.y, [0, 0.15, 0.3, 0.45], atol=1e-6)


def test_the_axis_reaches_over_all_iterations_from_the_start():
    for figure in (
        accuracy_figure(history(1), 500, "run", T),
        loss_figure(history(1), 500, "run", T, 50),
    ):
        assert figure.layout.xaxis.range[1] > 500
        assert figure.layout.uirevision == "run"


def test_every_loss_is_drawn_while_there_are_few():
    batch, mean = loss_figure(history(60), 100, "run", T, 50).data
    np.testing.assert_allclose(batch.y, [1 / (i + 1) for i in range(60)], rtol=1e-6)
    assert mean.y[-1] == pytest.approx(np.mean([1 / (i + 1) for i in range(10, 60)]), rel=1e-6)


@pytest.mark.parametrize("n", [MOST_POINTS, MOST_POINTS + 1, 3 * MOST_POINTS + 7])
def test_a_long_curve_is_thinned(n):
    for trace in loss_figure(history(n), n, "run", T, 50).data:
        assert MOST_POINTS / 2 <= len(trace.y) <= MOST_POINTS
        assert trace.y.dtype == np.float32
        assert len(trace.x) == len(trace.y)
        assert trace.x[-1] == n - 1  # The curve ends where the metric is.


@given(st.lists(st.floats(0, 10), min_size=1, max_size=60), st.integers(1, 20))
def test_moving_average_is_the_mean_of_the_last(values, window):
    expected = [np.mean(values[max(0, i + 1 - window) : i + 1]) for i in range(len(values))]
    np.testing.assert_allclose(moving_average(np.array(values), window), expected, atol=1e-9)


def test_moving_average_of_nothing():
    assert len(moving_average(np.array([]), 5)) == 0


def test_the_probabilities_of_a_digit_are_ten_curves_and_a_mark():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(10), 4)
    figure = probabilities_figure([0, 1, 5, 9], probabilities, 5, 100, "run", T)
    assert [trace.name for trace in figure.data] == list("0123456789")
    assert len({trace.line.color for trace in figure.data}) == 10
    for digit, trace in enumerate(figure.data):
        np.testing.assert_array_equal(trace.x, [0, 1, 5, 9])
        np.testing.assert_allclose(trace.y, probabilities[:, digit], rtol=1e-6)
    (mark,) = figure.layout.shapes
    assert (mark.x0, mark.x1) == (5, 5)
    assert figure.layout.xaxis.range[1] > 100


def test_times_have_a_logarithmic_axis_that_holds_them_all():
    seconds = {"slow": 30.0, "quick": 0.07, "quickest": 5e-4}
    figure = times_figure(seconds, {name: name for name in seconds}, "s")
    axis = figure.layout.xaxis
    assert axis.type == "log"
    assert axis.range[0] < np.log10(5e-4)
    assert axis.range[1] > np.log10(30)
    assert list(figure.data[0].x) == list(seconds.values())
