"""The curves of runs compared: what is drawn of each, and how it is smoothed."""

from __future__ import annotations

import numpy as np
import pytest

from pages.figures.comparing import comparison_figure, points, smoothed
from simplenet.training import History, Record

HISTORY = History(
    [
        Record(i, 2.0 - i / 10, float(i), None, 0.9 + i / 100 if i % 2 == 0 else None)
        for i in range(5)
    ]
)


@pytest.mark.parametrize(
    ("what", "by", "x", "y"),
    [
        ("accuracy", "iteration", [0, 2, 4], [0.9, 0.92, 0.94]),
        ("error", "iteration", [0, 2, 4], [0.1, 0.08, 0.06]),
        ("accuracy", "epoch", [0, 2 / 60, 4 / 60], [0.9, 0.92, 0.94]),
        ("accuracy", "time", [0, 2, 4], [0.9, 0.92, 0.94]),
        ("loss", "time", [0, 1, 2, 3, 4], [2.0, 1.95, 1.9, 1.85, 1.8]),
    ],
)
def test_a_curve_is_what_was_measured_over_what_was_chosen(what, by, x, y):
    found = points(HISTORY, 1000, what, by)
    assert found[0] == pytest.approx(x)
    assert found[1] == pytest.approx(y)


def test_a_faultless_network_has_a_place_on_a_logarithmic_axis():
    _, y = points(History([Record(0, 0.1, 0.0, None, 1.0)]), 100, "error", "iteration")
    assert y[0] > 0


def test_smoothing_is_tensorboards():
    y = np.array([1.0, 0.0, 0.0, 1.0])
    assert np.array_equal(smoothed(y, 0.0), y)
    # (0.5, 0.25, 0.125, 0.5625) / (0.5, 0.75, 0.875, 0.9375)
    assert smoothed(y, 0.5) == pytest.approx([1.0, 1 / 3, 1 / 7, 0.6])
    assert smoothed(np.full(5, 0.3), 0.9) == pytest.approx(np.full(5, 0.3))


def test_each_run_has_a_colour_and_a_name():
    figure = comparison_figure(
        [HISTORY] * 8, [100] * 8, list("abcdefgh"), "error", "epoch", 0.5, ("Epoch", "Error")
    )
    assert [curve["name"] for curve in figure["data"]] == list("abcdefgh")
    assert len({curve["line"]["color"] for curve in figure["data"]}) == 8
    assert figure["layout"]["yaxis"]["type"] == "log"


@pytest.mark.parametrize(("value", "told"), [(20.0, 20), (3216.0, 3000), (96_000.0, 100_000)])
def test_how_rare_something_is_has_one_digit(value, told):
    from pages.kept.comparing import rounded

    assert rounded(value) == told
