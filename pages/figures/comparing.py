"""The curves of several runs over each other, as a pure function from histories to a figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pages.figures.training import LEAST_ERROR, TEN_COLOURS, Figure
from pages.state import By, What
from simplenet.data.loading import TRAIN_SIZE
from simplenet.training import History

COLOURS = TEN_COLOURS[:8]
"""One for each run."""

HEIGHT = 380


def comparison_figure(
    histories: Sequence[History],
    batch_sizes: Sequence[int],
    names: Sequence[str],
    what: What,
    by: By,
    smoothing: float,
    titles: tuple[str, str],
) -> Figure:
    """Return the curves of runs over each other.

    Parameters
    ----------
    histories : sequence of History, at most 8
    batch_sizes : sequence of int
    names : sequence of str
    what : {"accuracy", "error", "loss"}
        The accuracy on the test set; what is missing to 1, on a logarithmic axis; or the loss of
        the mini-batches.
    by : {"iteration", "epoch", "time"}
    smoothing : float
        As `smoothed` has it.
    titles : tuple of str
        Of the axis below, and of the one at the left.
    """
    data = []
    for history, size, name, colour in zip(histories, batch_sizes, names, COLOURS, strict=False):
        x, y = points(history, size, what, by)
        data.append(
            {
                "type": "scatter",
                "x": x.astype(np.float32),
                "y": smoothed(y, smoothing).astype(np.float32),
                "name": name,
                "mode": "lines+markers" if len(x) < 25 else "lines",
                "line": {"color": colour, "width": 2.5},
                "hovertemplate": "%{y:.3f}" if what == "loss" else "%{y:.2%}",
            }
        )
    axis = {
        "accuracy": {"tickformat": ".0%"},
        "error": {"type": "log", "tickformat": ".1%"},
        "loss": {"rangemode": "tozero"},
    }[what]
    layout = {
        "height": HEIGHT,
        "hovermode": "x",
        "uirevision": f"{what} {by}",
        "margin": {"l": 8, "r": 8, "t": 8, "b": 8},
        "legend": {"orientation": "h", "y": -0.22},
        "xaxis": {"title": {"text": titles[0]}, "automargin": True, "rangemode": "tozero"},
        "yaxis": {"title": {"text": titles[1]}, "automargin": True} | axis,
    }
    return {"data": data, "layout": layout}


def points(
    history: History, batch_size: int, what: What, by: By
) -> tuple[NDArray[np.floating], NDArray[np.floating]]:
    """Return the points of the curve of a run, x and y, of equal length."""
    if what == "loss":
        drawn, y = history.curve()
        iterations, elapsed_s = history.first + drawn, history.elapsed_s[drawn]
    else:
        known = history.evaluations
        there = ~np.isnan(known["test_accuracy"])
        y, iterations = known["test_accuracy"][there], known["iteration"][there]
        elapsed_s = known["elapsed_s"][there]
        if what == "error":
            y = np.maximum(1 - y, LEAST_ERROR)
    x = {
        "iteration": iterations,
        "epoch": iterations * batch_size / TRAIN_SIZE,
        "time": elapsed_s,
    }[by]
    return np.asarray(x, np.float64), np.asarray(y, np.float64)


def smoothed(y: NDArray[np.floating], share: float) -> NDArray[np.floating]:
    """Return a curve smoothed as TensorBoard does it.

    Parameters
    ----------
    y : ndarray, shape (n,)
    share : float
        Of the mean so far that the next one keeps, in [0, 1): 0 changes nothing.

    Returns
    -------
    ndarray, shape (n,)
        ``m[i] = share * m[i - 1] + (1 - share) * y[i]``, divided by ``1 - share ** (i + 1)``, so
        that the beginning is not drawn to 0.
    """
    result, mean = np.empty_like(y), 0.0
    for i, value in enumerate(y):
        mean = share * mean + (1 - share) * value
        result[i] = mean / (1 - share ** (i + 1))
    return result
