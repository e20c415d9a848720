"""Plotly figures, as pure functions from what was measured to a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas  # noqa: F401, Plotly uses what is there of it, even if a thread is just importing it
import plotly.graph_objects as go
from numpy.typing import NDArray

from simplenet.training import Record

# Readable on white and on dark blue, and apart from each other for colour-blind people.
BLUE, ORANGE, GREEN, GREY = "#4c7ef3", "#f08c2e", "#2fa37c", "#8a94a6"

TEN_COLOURS = (
    *("#4c7ef3", "#f08c2e", "#2fa37c", "#e0525b", "#9a6fe0"),
    *("#a5744f", "#e377c2", "#8a94a6", "#b3ac1e", "#22b5cf"),
)
"""One for each digit."""

MOST_POINTS = 2000
"""Points of a curve: more than a screen can show, few enough to draw twice a second."""


def accuracy_figure(
    records: Sequence[Record], iterations: int, revision: str, T: Callable[[str], str]
) -> go.Figure:
    """Return the accuracies on the training and the test set over the iterations."""
    figure = _curves(T("chart.accuracy"), iterations, revision, T)
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    for name, attribute, colour, dash in (
        (T("chart.train"), "train_accuracy", BLUE, "solid"),
        (T("chart.test"), "test_accuracy", ORANGE, "dash"),
    ):
        points = [r for r in records if getattr(r, attribute) is not None]
        figure.add_scatter(
            x=np.array([r.iteration for r in points]),
            y=np.array([getattr(r, attribute) for r in points], np.float32),
            name=name,
            mode="lines+markers",
            line={"color": colour, "dash": dash},
            marker={"size": 6},
            hovertemplate="%{y:.2%}",
        )
    return figure


def loss_figure(
    records: Sequence[Record],
    iterations: int,
    revision: str,
    T: Callable[[str], str],
    smoothed: int,
) -> go.Figure:
    """Return the loss of each mini-batch and the mean of the last `smoothed`, by iteration."""
    figure = _curves(T("chart.loss"), iterations, revision, T)
    figure.update_yaxes(rangemode="tozero")
    x = np.array([r.iteration for r in records])
    y = np.array([r.loss for r in records])
    shown = thinned(len(y))
    for name, values, colour, width in (
        (T("chart.batch_loss"), y, "rgba(47,163,124,0.35)", 1),
        (T("chart.mean_loss"), moving_average(y, smoothed), GREEN, 2.5),
    ):
        figure.add_scatter(
            x=x[shown],
            y=values[shown].astype(np.float32),
            name=name,
            mode="lines" if len(y) > 1 else "markers",
            line={"color": colour, "width": width},
            hovertemplate="%{y:.3f}",
        )
    return figure


def probabilities_figure(
    iterations: Sequence[int],
    probabilities: NDArray[np.floating],
    at: int,
    end: int,
    revision: str,
    T: Callable[[str], str],
) -> go.Figure:
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
    figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    for digit, colour in enumerate(TEN_COLOURS):
        figure.add_scatter(
            x=np.array(iterations),
            y=probabilities[:, digit].astype(np.float32),
            name=str(digit),
            mode="lines+markers",
            line={"color": colour},
            marker={"size": 4},
            hovertemplate="%{y:.1%}",
        )
    figure.add_vline(at, line={"color": GREY, "width": 1.5, "dash": "dot"})
    return figure


def times_figure(seconds: Mapping[str, float], labels: Mapping[str, str], title: str) -> go.Figure:
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
    figure = go.Figure(
        go.Bar(
            x=list(seconds.values()),
            y=list(seconds),
            orientation="h",
            marker={"color": [ORANGE, BLUE, GREEN]},
            text=[labels[name] for name in seconds],
            textposition="outside",
            cliponaxis=False,
            hoverinfo="skip",
        )
    )
    low, high = np.log10(min(seconds.values())), np.log10(max(seconds.values()))
    figure.update_layout(
        height=220,
        margin={"l": 10, "r": 80, "t": 10, "b": 40},
        dragmode=False,
        uirevision="times",
    )
    figure.update_xaxes(
        type="log",
        range=[np.floor(low - 0.3), np.ceil(high)],
        title=title,
        fixedrange=True,
        exponentformat="power",
        dtick=1 if high - low < 3 else 2,  # A phone has no place for more.
        tickangle=0,
    )
    figure.update_yaxes(autorange="reversed", automargin=True, fixedrange=True, showgrid=False)
    return figure


def thinned(n: int) -> NDArray[np.intp]:
    """Return which of `n` points are drawn: evenly many, the newest one always among them."""
    step = max(1, -(-(n - 1) // (MOST_POINTS - 1)))
    return np.append(np.arange(0, n - 1, step), np.arange(n)[-1:])


def moving_average(y: NDArray[np.floating], window: int) -> NDArray[np.floating]:
    """Return the mean of each value and those before it, at most `window` of them.

    Parameters
    ----------
    y : ndarray, shape (n,)
    window : int
        At least 1.

    Returns
    -------
    ndarray, shape (n,)
    """
    sums = np.concatenate([[0.0], np.cumsum(y)])
    ends = np.arange(1, len(y) + 1)
    starts = np.maximum(ends - window, 0)
    return np.asarray((sums[ends] - sums[starts]) / (ends - starts))


def _curves(title: str, iterations: int, revision: str, T: Callable[[str], str]) -> go.Figure:
    """Return a chart without curves whose axis reaches over all iterations: nothing will jump."""
    figure = go.Figure()
    figure.update_layout(
        title={"text": title, "font": {"size": 16}, "x": 0, "xref": "paper"},
        margin={"l": 50, "r": 10, "t": 40, "b": 90},
        # Below the curves: Plotly's tools are above them.
        legend={"orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.27, "yanchor": "top"},
        hovermode="x unified",
        uirevision=revision,
    )
    figure.update_yaxes(automargin=True)
    figure.update_xaxes(title=T("chart.iteration"), range=[-0.01 * iterations, 1.01 * iterations])
    return figure
