"""The charts of the Inspect page, as pure functions from what was measured to a figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pages.figures.training import GREY, ORANGE, TEN_COLOURS, Figure

HEIGHT = 220


def removal_figure(lost: NDArray[np.floating], title: str) -> Figure:
    """Return by how many points the recall of each digit changes, as bars in the digits' colours.

    Parameters
    ----------
    lost : ndarray, shape (10,)
        Points that are lost; below 0, they are gained.
    title : str
    """
    bars = {
        "type": "bar",
        "x": [str(digit) for digit in range(len(lost))],
        "y": np.asarray(-lost, np.float32),
        "marker": {"color": list(TEN_COLOURS)},
        "hovertemplate": "%{x}: %{y:+.1f}<extra></extra>",
    }
    reach = max(1.0, float(np.abs(lost).max()))
    layout = _layout(title)
    layout["xaxis"] = {"type": "category", "fixedrange": True, "showgrid": False}
    low, high = float(min(-lost.max(), 0)), float(max(-lost.min(), 0))
    layout["yaxis"] = {
        "range": [low - 0.1 * reach, high + 0.1 * reach],
        "fixedrange": True,
        "automargin": True,
    }
    return {"data": [bars], "layout": layout}


def noise_figure(
    levels: Sequence[float],
    accuracies: NDArray[np.floating],
    chosen: float,
    T: Callable[[str], str],
) -> Figure:
    """Return the mean accuracy over the noise on the weights, with the range of the draws.

    Parameters
    ----------
    levels : sequence of float, length m
    accuracies : ndarray, shape (m, draws)
        In [0, 1].
    chosen : float
        The level that a line marks.
    """
    x = np.array(levels, np.float32)
    low, mean, high = (f(axis=1) for f in (accuracies.min, accuracies.mean, accuracies.max))
    band = {
        "type": "scatter",
        "x": np.concatenate([x, x[::-1]]),
        "y": np.concatenate([high, low[::-1]]).astype(np.float32),
        "mode": "lines",
        "fill": "toself",
        "fillcolor": "rgba(240,140,46,0.25)",
        "line": {"width": 0},
        "hoverinfo": "skip",
    }
    curve = {
        "type": "scatter",
        "x": x,
        "y": mean.astype(np.float32),
        "mode": "lines+markers",
        "line": {"color": ORANGE, "width": 2.5, "dash": "dash"},  # Of the test set, as elsewhere.
        "marker": {"size": 7},
        "hovertemplate": "%{x}×: %{y:.1%}<extra></extra>",
    }
    layout = _layout(T("units.noise_chart"))
    layout["yaxis"] = {
        "range": [0, 1.02],
        "tickformat": ".0%",
        "fixedrange": True,
        "automargin": True,
    }
    layout["xaxis"] = {"title": {"text": T("units.noise_axis")}, "fixedrange": True}
    layout["margin"]["b"] = 44
    layout["shapes"] = [
        {
            "type": "line",
            "line": {"color": GREY, "width": 1.5, "dash": "dot"},
            "x0": chosen,
            "x1": chosen,
            "y0": 0,
            "y1": 1,
            "yref": "y domain",
        }
    ]
    return {"data": [band, curve], "layout": layout}


def _layout(title: str) -> dict[str, Any]:
    """Return the layout of a small chart that only its data change."""
    return {
        "title": {"text": title, "font": {"size": 14}, "x": 0, "xref": "paper", "y": 0.97},
        "height": HEIGHT,
        "margin": {"l": 40, "r": 8, "t": 32, "b": 28},
        "showlegend": False,
        "dragmode": False,
        "uirevision": title,
    }
