"""What came of a sweep, as pure functions from its points to a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import mean
from typing import Any

from pages.figures.training import BLUE, GREY, Figure
from simplenet.runs.sweep import Point

HEIGHT = 380

CELLS = [[0.0, "#84837a"], [0.5, "#bcae6c"], [1.0, "#fee838"]]
"""The bright half of Cividis, a scale that colour-blind people see as others do: the brighter, the
better, and black is readable on all of it."""

LINES = [[0.0, "#8a94a6"], [1.0, "#b8860b"]]
"""From gray to gold, both to be seen on white and on dark blue."""

Labels = Mapping[str, Sequence[str]]
"""What the values of each setting are called, by the name of the setting."""


def sweep_figure(labels: Labels, points: Sequence[Point], T: Callable[..., str]) -> Figure:
    """Return the mean accuracies of a sweep.

    Parameters
    ----------
    labels : mapping of str to sequence of str
        The one to three settings that are varied.
    points : sequence of Point
        With the places of their values in `labels` as `values`.
    T : callable
        Returns a text of the interface.
    """
    draw = {1: _line, 2: _heat, 3: _parallel}[len(labels)]
    data, layout = draw(labels, [point for point in points if point.scores], T)
    frame = {"height": HEIGHT, "margin": {"l": 8, "r": 8, "t": 16, "b": 8}}
    return {"data": data, "layout": frame | {"uirevision": " ".join(labels)} | layout}


def _line(labels: Labels, points: Sequence[Point], T: Callable[..., str]) -> tuple[Any, Any]:
    """Return a line with its spread, and above it each run as a small point."""
    ((name, values),) = labels.items()
    data = [
        {
            "type": "scatter",
            "x": [values[p.values[0]] for p in points],
            "y": [p.mean for p in points],
            "error_y": {"type": "data", "array": [p.std or 0.0 for p in points], "thickness": 2},
            "mode": "lines+markers",
            "line": {"color": BLUE, "width": 2.5},
            "marker": {"size": 10},
            "name": T("sweep.mean"),
            "cliponaxis": False,
            "hovertemplate": "%{y:.2%} ± %{error_y.array:.2%}<extra></extra>",
        },
        {
            "type": "scatter",
            "x": [values[p.values[0]] for p in points for _ in p.scores],
            "y": [score for p in points for score in p.scores],
            "mode": "markers",
            "marker": {"size": 7, "color": GREY, "line": {"color": "white", "width": 1}},
            "name": T("sweep.each"),
            "cliponaxis": False,
            "hovertemplate": "%{y:.2%}<extra></extra>",
        },
    ]
    return data, {
        "xaxis": _axis(name, values),
        "yaxis": {
            "title": {"text": T("sweep.accuracy")},
            "automargin": True,
            "tickformat": ".0%",
        },
        "showlegend": False,
    }


def _heat(labels: Labels, points: Sequence[Point], T: Callable[..., str]) -> tuple[Any, Any]:
    """Return a heat map, the first setting from left to right."""
    (across, xs), (up, ys) = labels.items()
    z: list[list[float | None]] = [[None for _ in xs] for _ in ys]
    words = [["" for _ in xs] for _ in ys]
    for point in points:
        column, row = point.values
        z[row][column] = point.mean
        spread = "" if point.std is None else f"<br>± {point.std:.2%}"
        words[row][column] = f"{point.mean:.2%}{spread}"
    heat = {
        "type": "heatmap",
        "x": list(xs),
        "y": list(ys),
        "z": z,
        "text": words,
        "texttemplate": "%{text}",
        "hovertemplate": f"{across}: %{{x}}<br>{up}: %{{y}}<br>%{{text}}<extra></extra>",
        "textfont": {"color": "#111111", "size": 13},
        "colorscale": CELLS,
        "colorbar": {"tickformat": ".0%", "thickness": 12, "outlinewidth": 0},
        "xgap": 3,
        "ygap": 3,
    }
    margin = {"l": 8, "r": 8, "t": 40, "b": 8}  # Plotly's tools are there on a phone.
    return [heat], {"xaxis": _axis(across, xs), "yaxis": _axis(up, ys), "margin": margin}


def _parallel(labels: Labels, points: Sequence[Point], T: Callable[..., str]) -> tuple[Any, Any]:
    """Return parallel coordinates: a line a combination, through its values to its accuracy."""
    means = [mean(point.scores) for point in points]
    dimensions: list[dict[str, Any]] = [
        {
            "label": name,
            "values": [point.values[i] for point in points],
            "tickvals": list(range(len(values))),
            "ticktext": list(values),
            "range": [-0.1, len(values) - 0.9],
        }
        for i, (name, values) in enumerate(labels.items())
    ]
    dimensions.append({"label": T("sweep.accuracy"), "values": means, "tickformat": ".0%"})
    lines = {
        "type": "parcoords",
        "dimensions": dimensions,
        "line": {"color": means, "colorscale": LINES},
        "labelfont": {"size": 13},
        "tickfont": {"size": 12},
        "rangefont": {"size": 1, "color": "rgba(0,0,0,0)"},  # The ticks say it already.
    }
    return [lines], {"margin": {"l": 60, "r": 60, "t": 80, "b": 16}}


def _axis(title: str, values: Sequence[str]) -> dict[str, Any]:
    """Return the axis of a setting: its values at even distances."""
    return {
        "title": {"text": title},
        "type": "category",
        "categoryorder": "array",
        "categoryarray": list(values),
        "automargin": True,
    }
