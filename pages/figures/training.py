"""The charts of a training, as pure functions from what was measured to a figure.

A figure is a plain dictionary, as Plotly takes it in the browser, with NumPy arrays for its curves:
Plotly's own class checks each entry again whenever a page is shown, which took a third of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pages.before import Before
from pages.newest import Newest
from pages.newest import newest as newest_of
from pages.state import Scale
from simplenet.training import Curve, History, Record

Figure: TypeAlias = dict[str, Any]

# Readable on white and on dark blue, and apart from each other for colour-blind people.
BLUE, ORANGE, GREEN, GREY = "#4c7ef3", "#f08c2e", "#2fa37c", "#8a94a6"
FAINT_BLUE = "rgba(76,126,243,0.4)"

TEN_COLOURS = (
    *("#4c7ef3", "#f08c2e", "#898465", "#c91905", "#8a00f5"),
    *("#984563", "#bac0c6", "#b3188f", "#0edc8e", "#97b9ff"),
)
"""One for each digit; those who see two kinds of colours only tell any two of them, too."""

MOST_MARKS, MARKED = 200, 25
"""The most points of a curve of evaluations. And from how many points on they have no marks: so
many marks would hide whether the line is dashed."""


LOW = 0.5
"""Below this test accuracy the legend stands where a curve of high accuracies would be."""

LEAST_ERROR = 1e-5
"""Drawn instead of an error of 0, which a logarithmic axis does not have. It is less than one digit
of 60,000."""

ERROR_TICKS = (1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001, 1e-4, 1e-5)

SHORT_NUMBERS = {"tickangle": 0, "ticklabeloverflow": "allow"}
"""An axis whose numbers have room as they are: Plotly need not measure each one at each update,
which takes a fifth of it."""

ALL_WRONG = {
    "type": "line",
    "xref": "paper",
    "x0": 0,
    "x1": 1,
    "y0": 1,
    "y1": 1,
    "line": {"width": 0},
}
"""An unseen line at 100 %, so that the axis of the errors reaches to it: `autorangeoptions` does
nothing on a logarithmic one in Plotly.js 4.1, and between 87 and 94 % there would be no number."""


def accuracy_figure(
    history: History,
    iterations: int,
    revision: str,
    T: Callable[..., str],
    scale: Scale = "accuracy",
    before: Before | None = None,
    named: str = "",
    target: float | None = None,
    best: Record | None = None,
    earlier: Before | None = None,
    newest: Newest | None = None,
) -> Figure:
    """Return the accuracies on the training set, on the test set and on the mini-batches.

    Parameters
    ----------
    history : History
    iterations : int
        Of the whole training.
    revision : str
        For how long zoom and hidden curves are kept.
    scale : {"accuracy", "error"}
        Whether the accuracies are shown, or what is missing to 1, on a logarithmic axis: there
        98 % is as far from 96 % as 96 % is from 92 %.
    before : Before, optional
        A training whose test accuracy is drawn behind, as far as the axis reaches.
    named : str
        What it is called.
    target : float, optional
        The test accuracy at which the training ends, in [0, 1]: a thin line.
    best : Record, optional
        The best evaluation so far: a star.
    earlier : Before, optional
        What it goes on from: its test accuracy comes first, paler.
    newest : Newest, optional
        The accuracies that the legend tells; those of the newest evaluation of both sets if it is
        not given. Of one that is older than the other it tells none.
    """
    newest = newest or newest_of(history)
    low = newest.test is None or newest.test[1] < LOW
    legend_at = int((scale == "accuracy") == low)
    figure = _small("", history, iterations, revision, legend_at)
    layout, known = figure["layout"], history.evaluations
    layout["meta"] = T("chart.accuracy") if scale == "accuracy" else T("chart.error")
    layout["margin"]["t"] = 8
    layout["legend"] |= {
        "orientation": "v",
        "traceorder": "reversed",
        "title": _gap(newest, T),
        "font": {"size": 11},
    }
    layout["yaxis"] |= _axis(scale) | {"uirevision": f"{revision} {scale}"}
    layout["shapes"] = [ALL_WRONG] if scale == "error" else []
    at, means = history.batch_curve()
    tested = _evaluated(known, "test")
    if earlier and len(tested[0]):  # One line goes on from the other.
        points = zip((earlier.evaluated[-1:], earlier.test_accuracy[-1:]), tested, strict=True)
        x, y = (np.concatenate(parts) for parts in points)
        tested = x, y
    curves = (
        (T("chart.batches"), at, means, {"color": FAINT_BLUE, "width": 1.5}, None, None),
        (
            T("chart.train"),
            *_evaluated(known, "train"),
            {"color": BLUE, "width": 2},
            "circle",
            newest.train if newest.test is None or newest.gap is not None else None,
        ),
        (
            T("chart.test"),
            *tested,
            {"color": ORANGE, "width": 2.5, "dash": "7px,5px"},
            "circle-open",
            newest.test,
        ),
    )
    for name, x, accuracy, line, symbol, told in curves:
        y = accuracy if scale == "accuracy" else _errors(accuracy, symbol is not None)
        marked = len(x) < MARKED or symbol is None
        figure["data"].append(
            {
                "type": "scatter",
                "x": x.astype(np.int32),
                "y": y.astype(np.float32),
                "name": f"{name} {_told(told[1], scale):.2%}" if told else name,
                "mode": "lines+markers" if symbol and marked else "lines",
                "line": line,
                "marker": {"size": 5 if symbol == "circle" else 8, "symbol": symbol},
                "hovertemplate": f"{name} %{{y:.2%}}<extra></extra>",
                "showlegend": bool(symbol) or not before,  # There is room for four lines.
            }
        )
    if earlier:
        y = earlier.test_accuracy
        y = y if scale == "accuracy" else _errors(y, counted=True)
        line = {"color": ORANGE, "width": 2.5, "dash": "7px,5px"}
        name = T("chart.earlier")
        figure["data"].append(_first(earlier.evaluated, y, name, line, "%{y:.2%}"))
        layout["shapes"].append(_upright(int(earlier.at[-1])))
    if target is not None:
        height = target if scale == "accuracy" else max(1 - target, LEAST_ERROR)
        figure["data"].append(_aim(height, f"{T('chart.target')} {100 * height:.4g}%", figure))
    if best:
        figure["data"].append(_star(best, scale, T("chart.best")))
    if before:
        y = before.test_accuracy
        y = y if scale == "accuracy" else _errors(y, counted=True)
        figure["data"].append(_behind(before.evaluated, y, named, figure, "%{y:.2%}"))
    return figure


def _first(
    x: NDArray[np.integer], y: NDArray[np.floating], name: str, line: Figure, number: str
) -> Figure:
    """Return the curve of what a training goes on from."""
    return {
        "type": "scatter",
        "x": x.astype(np.int32),
        "y": y.astype(np.float32),
        "name": name,
        "mode": "lines",
        "opacity": 0.5,
        "line": line,
        "hovertemplate": f"{name} {number}<extra></extra>",
        "showlegend": False,
    }


def _upright(at: int) -> Figure:
    """Return a dotted line over the whole height of a chart."""
    return {
        "type": "line",
        "line": {"color": GREY, "width": 1.5, "dash": "dot"},
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "yref": "y domain",
    }


def _aim(y: float, name: str, figure: Figure) -> Figure:
    """Return a thin line over the whole axis of a chart, with its name at the end."""
    end = figure["layout"]["xaxis"]["autorangeoptions"]["include"][1]
    return {
        "type": "scatter",
        "x": [0, end],
        "y": [y, y],
        "name": name,
        "mode": "lines+text",
        "text": ["", name],
        "textposition": "bottom left",
        "textfont": {"size": 11, "color": GREY},
        "zorder": -1,
        "line": {"color": GREY, "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def _star(best: Record, scale: Scale, name: str) -> Figure:
    """Return the mark of the best evaluation."""
    accuracy = best.test_accuracy or 0.0
    return {
        "type": "scatter",
        "x": [best.iteration],
        "y": [accuracy if scale == "accuracy" else max(1 - accuracy, LEAST_ERROR)],
        "name": name,
        "mode": "markers",
        "marker": {"color": ORANGE, "size": 13, "symbol": "star"},
        "hovertemplate": f"{name} %{{y:.2%}}<extra></extra>",
        "showlegend": False,
    }


def _behind(
    x: NDArray[np.integer], y: NDArray[np.floating], name: str, figure: Figure, number: str
) -> Figure:
    """Return the curve of a training before, as far as the axis of a chart reaches."""
    seen = x <= figure["layout"]["xaxis"]["autorangeoptions"]["include"][1]
    return {
        "type": "scatter",
        "x": x[seen].astype(np.int32),
        "y": y[seen].astype(np.float32),
        "name": name,
        "mode": "lines",
        "zorder": -1,
        "line": {"color": GREY, "width": 2, "dash": "2px,2px"},
        "hovertemplate": f"{name} {number}<extra></extra>",
    }


def _evaluated(
    known: Mapping[str, NDArray[Any]], of: str
) -> tuple[NDArray[np.integer], NDArray[np.floating]]:
    """Return the iterations and the accuracies on a set, "train" or "test", that are drawn."""
    accuracy = known[f"{of}_accuracy"]
    there = np.flatnonzero(~np.isnan(accuracy))
    drawn, _ = Curve(MOST_MARKS).read(accuracy[there])
    return known["iteration"][there[drawn]], accuracy[there[drawn]]


def _errors(accuracy: NDArray[np.floating], counted: bool) -> NDArray[np.floating]:
    """Return the shares of errors, for a logarithmic axis.

    None at all of a set that was counted is the least that can be; of some mini-batches it says
    little, and is left out.
    """
    error = 1 - accuracy
    return np.where(error > LEAST_ERROR, error, LEAST_ERROR if counted else np.nan)


def _axis(scale: Scale) -> Figure:
    """Return the axis of the accuracies."""
    if scale == "accuracy":
        return {"range": [0, 1.02], "tickformat": ".0%"}
    return {
        "type": "log",
        "autorange": True,
        "tickvals": ERROR_TICKS,
        "ticktext": [f"{100 * tick:g}%" for tick in ERROR_TICKS],
    }


def _told(accuracy: float, scale: Scale) -> float:
    """Return an accuracy, or the share of errors, as a legend tells it."""
    return accuracy if scale == "accuracy" else max(1 - accuracy, LEAST_ERROR)


def _gap(newest: Newest, T: Callable[..., str]) -> Figure:
    """Return the title of a legend: by how much the accuracies of the two sets differ."""
    if newest.gap is None:
        return {}
    words = T("chart.gap", points=f"{100 * newest.gap:+.2f}".replace("-", "−"))
    return {"text": words, "font": {"size": 11}}


def loss_figure(
    history: History,
    iterations: int,
    revision: str,
    T: Callable[[str], str],
    before: Before | None = None,
    named: str = "",
    earlier: Before | None = None,
) -> Figure:
    """Return the loss of each mini-batch and the mean of the last `SMOOTHED`, by iteration.

    Of a long history the smallest and the largest loss of each stretch are drawn. `before` is a
    training whose loss is drawn behind, `earlier` what it goes on from, as `accuracy_figure` does
    it.
    """
    shown, means = history.curve()
    losses = history.losses
    high = len(means) and means[-1] > losses.max() / 2
    figure = _small(T("chart.loss"), history, iterations, revision, legend_at=0 if high else 1)
    figure["layout"]["yaxis"]["rangemode"] = "tozero"
    for name, values, colour, width in (
        (T("chart.batch_loss"), losses[shown], "rgba(47,163,124,0.35)", 1),
        (T("chart.mean_loss"), means, GREEN, 2.5),
    ):
        figure["data"].append(
            {
                "type": "scatter",
                "x": (history.first + shown).astype(np.int32),
                "y": values.astype(np.float32),
                "name": name,
                "mode": "lines" if len(losses) > 1 else "markers",
                "line": {"color": colour, "width": width},
                "hovertemplate": "%{y:.3f}",
            }
        )
    if earlier:
        line = {"color": GREEN, "width": 2.5}
        name = T("chart.earlier")
        figure["data"].append(_first(earlier.at, earlier.loss, name, line, "%{y:.3f}"))
        figure["layout"]["shapes"] = [_upright(int(earlier.at[-1]))]
    if before:
        figure["data"].append(_behind(before.at, before.loss, named, figure, "%{y:.3f}"))
    return figure


def probabilities_figure(
    iterations: Sequence[int],
    probabilities: NDArray[np.floating],
    at: int,
    end: int,
    revision: str,
    T: Callable[[str], str],
) -> Figure:
    """Return the ten probabilities of one digit over a training.

    Parameters
    ----------
    iterations : sequence of int, length n
        When they were measured.
    probabilities : ndarray, shape (n, 10)
        What the network made of the digit then.
    at : int
        The iteration that a line marks.
    end : int
        Iterations of the whole training.
    revision : str
        For how long zoom and hidden curves are kept.
    """
    figure = _curves(T("pin.chart"), end, revision, T)
    figure["layout"]["yaxis"] |= {"range": [0, 1.02], "tickformat": ".0%"}
    figure["data"] = [
        {
            "type": "scatter",
            "x": np.array(iterations, np.int32),
            "y": probabilities[:, digit].astype(np.float32),
            "name": str(digit),
            "mode": "lines+markers",
            "line": {"color": colour},
            "marker": {"size": 4},
            "hovertemplate": "%{y:.1%}",
        }
        for digit, colour in enumerate(TEN_COLOURS)
    ]
    figure["layout"]["shapes"] = [_upright(at)]
    return figure


def times_figure(seconds: Mapping[str, float], labels: Mapping[str, str], title: str) -> Figure:
    """Return times as bars on a logarithmic axis.

    Parameters
    ----------
    seconds : mapping of str to float
        Time by name.
    labels : mapping of str to str
        The same times, as they are written on the bars.
    title : str
        Of the axis.
    """
    bars = {
        "type": "bar",
        "x": list(seconds.values()),
        "y": list(seconds),
        "orientation": "h",
        "marker": {"color": [ORANGE, BLUE, GREEN]},
        "text": [labels[name] for name in seconds],
        "textposition": "outside",
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
    low, high = np.log10(min(seconds.values())), np.log10(max(seconds.values()))
    layout = {
        "height": 220,
        "margin": {"l": 10, "r": 80, "t": 10, "b": 40},
        "dragmode": False,
        "uirevision": "times",
        "xaxis": {
            "type": "log",
            "range": [float(np.floor(low - 0.3)), float(np.ceil(high))],
            "title": {"text": title},
            "fixedrange": True,
            "exponentformat": "power",
            "dtick": 1 if high - low < 3 else 2,  # A phone has no place for more.
            "tickangle": 0,
        },
        "yaxis": {
            "autorange": "reversed",
            "automargin": True,
            "fixedrange": True,
            "showgrid": False,
        },
    }
    return {"data": [bars], "layout": layout}


def thinned(n: int, most: int) -> NDArray[np.intp]:
    """Return which of `n` points are shown: evenly many, the newest one always among them."""
    step = max(1, -(-(n - 1) // (most - 1)))
    return np.append(np.arange(0, n - 1, step), np.arange(n)[-1:])


def reach(done: int, iterations: int) -> int:
    """Return how far an axis reaches that follows what is done, so that it seldom changes.

    The next of 10, 20, 50, 100, 200, 500 and so on, or all iterations if that is less.
    """
    power = 10 ** max(len(str(max(done, 1))) - 1, 1)
    end: int = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= done)
    return min(end, max(iterations, 1))


def _small(
    title: str, history: History, iterations: int, revision: str, legend_at: float
) -> Figure:
    """Return a chart without curves, of little height: its legend lies where they hardly come.

    `legend_at` is 0 at the bottom, 1 at the top.
    """
    end = reach(max(history.first + len(history) - 1, 0), iterations)
    layout = {
        "title": {"text": title, "font": {"size": 14}, "x": 0, "xref": "paper", "y": 0.97},
        "margin": {"l": 40, "r": 18, "t": 28, "b": 24},
        "legend": {
            "orientation": "h",
            "x": 1,
            "xanchor": "right",
            "y": 0.04 + 0.92 * legend_at,
            "yanchor": "top" if legend_at else "bottom",
            "bgcolor": "rgba(0,0,0,0)",
        },
        "hovermode": "x unified",
        "uirevision": revision,
        # Not a range, which would end a zoom when it changes.
        "xaxis": {"autorange": True, "autorangeoptions": {"include": [0, end]}, **SHORT_NUMBERS},
        # No automargin: it has Plotly draw a new chart twice.
        "yaxis": {**SHORT_NUMBERS},
    }
    return {"data": [], "layout": layout}


def _curves(title: str, iterations: int, revision: str, T: Callable[[str], str]) -> Figure:
    """Return a chart without curves whose axis reaches over all iterations: nothing will jump."""
    layout = {
        "title": {"text": title, "font": {"size": 16}, "x": 0, "xref": "paper"},
        "margin": {"l": 50, "r": 10, "t": 40, "b": 90},
        # Below the curves: Plotly's tools are above them.
        "legend": {
            "orientation": "h",
            "x": 0.5,
            "xanchor": "center",
            "y": -0.27,
            "yanchor": "top",
        },
        "hovermode": "x unified",
        "uirevision": revision,
        "xaxis": {
            "title": {"text": T("chart.iteration")},
            "range": [-0.01 * iterations, 1.01 * iterations],
        },
        "yaxis": {"automargin": True},
    }
    return {"data": [], "layout": layout}
