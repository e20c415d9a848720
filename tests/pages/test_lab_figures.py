import numpy as np
import pytest

from pages.figures.gradients import (
    FLOOR,
    agreement_figure,
    bars_figure,
    check_figure,
    errors_figure,
    lens_zoom_figure,
    loss_curve_figure,
    loss_of_probability_figure,
    pair_figures,
    scaling_figure,
)
from simplenet.runs.scaling import WAYS, Timing
from simplenet.study.bugs import ArrayCheck
from simplenet.study.lens import StepErrors
from simplenet.study.measuring import Difference
from simplenet.training import History, Record


def T(key):  # noqa: N802
    return key


def test_scaling_has_a_point_a_measurement_and_a_line_a_law():
    points = {way: [Timing("hidden_size", way, h, 100, 2.0 * h) for h in (16, 32)] for way in WAYS}
    figure = scaling_figure(
        points, {"backprop": (2.0, 1.0)}, dict.fromkeys(WAYS, "x"), (16, 32, 64), "t", "s", "r"
    )
    *_, law = figure.data
    assert len(figure.data) == 4
    np.testing.assert_allclose(figure.data[0].y, [32, 64])
    np.testing.assert_allclose(law.x, [16, 64])
    np.testing.assert_allclose(law.y, [32, 128])
    assert (figure.layout.xaxis.type, figure.layout.yaxis.type) == ("log", "log")


def test_secant_and_tangent_touch_the_curve():
    moves = np.linspace(-1, 1, 21)
    losses, ends = moves**2 + moves, np.array([-0.5, 0.5])
    figure = loss_curve_figure(moves, losses, ends, ends**2 + ends, 1.0, T)
    curve, secant, tangent, points = figure.data
    np.testing.assert_allclose(curve.y, losses)
    np.testing.assert_allclose(np.interp(points.x, secant.x, secant.y), points.y)
    np.testing.assert_allclose(tangent.y, moves)
    low, high = figure.layout.yaxis.range
    assert low < losses.min() < losses.max() < high


@pytest.mark.parametrize("h", [2.0, 0.1, 1e-4, 1e-12])
@pytest.mark.parametrize("forward", [True, False])
def test_secant_and_tangent_are_apart_to_the_eye_at_every_step(h, forward):
    """As far as a tenth of the height of the chart, with a curve that bends as the loss does."""

    def loss(w):
        return 1e-3 * np.tanh(w + 0.3)

    moves, ends = np.linspace(-1.6 * h, 1.6 * h, 81), np.array([0 if forward else -h, h])
    here, derivative = loss(0), 1e-3 * (1 - np.tanh(0.3) ** 2)
    figure = lens_zoom_figure(moves, loss(moves) - here, ends, loss(ends) - here, derivative, T)
    _, secant, tangent, points = figure.data
    np.testing.assert_allclose(np.interp(points.x, secant.x, secant.y), points.y, atol=1e-18)
    low, high = figure.layout.yaxis.range
    assert np.abs(secant.y - tangent.y).max() > 0.1 * (high - low)
    for trace in figure.data:
        assert low < min(trace.y) <= max(trace.y) < high


def test_a_flat_loss_can_be_drawn():
    moves = np.linspace(-1, 1, 5)
    ends = np.array([0.0, 1e-4])
    figure = loss_curve_figure(moves, 0 * moves, ends, 0 * ends, 0.0, T)
    low, high = figure.layout.yaxis.range
    assert low < 0 < high


def test_errors_of_zero_have_a_place_on_the_logarithmic_axis():
    steps = np.array([1e-8, 1e-4])
    errors = [StepErrors("float64", True, steps, np.array([0.0, 1e-6]))]
    figure = errors_figure(steps, errors, (1e-4, 0.0), T)
    np.testing.assert_array_equal(figure.data[0].y, [FLOOR, 1e-6])
    assert figure.data[1].x == (1e-4,)


def array_check(relative, error):
    return ArrayCheck(Difference(relative, relative), error, (0,), 1.0, 1.0, 1.0)


def test_the_limits_of_the_check_lie_above_what_the_difference_itself_may_be_off_by():
    checks = {
        "W1": array_check(1e-9, 0.0),
        "b1": array_check(1e-6, 0.0),
        "W2": array_check(0.5, 1e-2),
        "b2": array_check(1e-3, 1e-2),
    }
    figure = check_figure(checks, T)
    heights = [shape.y0 for shape in figure.layout.shapes]
    errors = np.array([0, 0, 1e-2, 1e-2])
    np.testing.assert_allclose(heights, [*(1e-7 + errors), *(1e-4 + errors)])
    assert all(shape.y0 == shape.y1 for shape in figure.layout.shapes)
    assert [shape.x0 for shape in figure.layout.shapes] == 2 * [-0.5, 0.5, 1.5, 2.5]
    assert len(set(figure.data[0].marker.color)) == 4  # Right, look twice, wrong, cannot tell.
    empty = check_figure({"W1": array_check(0.0, 0.0)}, T)
    assert list(empty.data[0].y) == [FLOOR]
    assert [note.y for note in empty.layout.annotations] == pytest.approx([-7, -4])


def test_two_equal_gradients_lie_on_the_line():
    rng = np.random.default_rng(0)
    gradient = {key: rng.normal(size=(40, 50)) for key in ("W1", "b1", "W2", "b2")}
    _, *arrays = agreement_figure(gradient, gradient, T).data
    assert [array.name for array in arrays] == list(gradient)
    for array in arrays:
        np.testing.assert_array_equal(array.x, array.y)
        assert max(abs(array.x)) == 1  # The largest is among those that are shown.
        assert len(array.x) < 600


def test_bars_have_a_legend_only_where_there_are_several():
    one = bars_figure("t", np.arange(3), {"a": np.ones(3)})
    two = bars_figure("t", np.arange(3), {"a": np.ones(3), "b": np.zeros(3)})
    assert not one.layout.showlegend
    assert two.layout.showlegend
    assert [bar.name for bar in two.data] == ["a", "b"]


def test_the_loss_of_a_digit_lies_on_the_curve():
    curve, point = loss_of_probability_figure(0.5, float(np.log(2)), T).data
    assert point.y[0] == pytest.approx(np.interp(0.5, curve.x, curve.y), abs=1e-3)


def test_two_trainings_are_drawn_over_iterations_and_over_time():
    def records(pace):
        return History(Record(i, 1 / (i + 1), pace * (i + 1), 0.5, 0.01 * i) for i in range(5))

    losses, accuracies, clock = pair_figures(
        records(10.0), records(0.1), ("n", "b"), ("l", "a", "c"), 100, "r", T
    )
    for figure in (losses, accuracies):
        slow, quick = figure.data
        np.testing.assert_array_equal(slow.x, quick.x)
        np.testing.assert_array_equal(slow.y, quick.y)
    slow, quick = clock.data
    np.testing.assert_allclose(slow.x, 100 * quick.x)
    assert clock.layout.xaxis.type == "log"
    empty, *_ = pair_figures(History(), records(1.0), ("n", "b"), ("l", "a", "c"), 100, "r", T)
    assert len(empty.data[0].x) == 0
