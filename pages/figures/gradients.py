"""The figures of the Gradients page, as pure functions from what was measured to a figure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas  # noqa: F401, Plotly uses what is there of it, even if a thread is just importing it
import plotly.graph_objects as go
from numpy.typing import NDArray

from pages.figures.training import BLUE, GREEN, GREY, ORANGE
from simplenet.network import Params
from simplenet.runs.scaling import Timing
from simplenet.study.bugs import FAILS, PASSES, ArrayCheck
from simplenet.study.lens import StepErrors
from simplenet.training import GradientMethod, History

COLOURS = {"numerical": ORANGE, "fast_numerical": BLUE, "backprop": GREEN}
SYMBOLS = {"numerical": "circle", "fast_numerical": "square", "backprop": "diamond"}
SHOWN_PER_ARRAY = 400
"""Points of an array in a chart of two gradients: enough to see whether they lie on the line."""

FLOOR = 1e-17
"""What stands for an error of 0 on a logarithmic axis."""


def scaling_figure(
    points: Mapping[GradientMethod, Sequence[Timing]],
    laws: Mapping[GradientMethod, tuple[float, float]],
    names: Mapping[GradientMethod, str],
    sizes: Sequence[int],
    title: str,
    seconds: str,
    revision: str,
) -> go.Figure:
    """Return the time of one gradient over a size, with the fitted power laws as lines.

    Parameters
    ----------
    points : mapping of way to sequence of Timing
    laws : mapping of way to (c, k)
        ``seconds = c * size ** k``, of the ways that have two points.
    names : mapping of way to str
    sizes : sequence of int
        All that will be measured: the axis reaches over them from the start.
    title, seconds : str
        Of the figure, which also names the size, and of the other axis.
    revision : str
        For how long zoom and hidden curves are kept.
    """
    figure = _figure(title, revision, height=380)
    x = np.array([min(sizes), max(sizes)])
    for way, found in points.items():
        figure.add_scatter(
            x=[p.size for p in found],
            y=[p.seconds for p in found],
            name=names[way],
            mode="markers",
            marker={"color": COLOURS[way], "size": 9, "symbol": SYMBOLS[way]},
            legendgroup=way,
            hovertemplate="%{x}: %{y:.3s}s",
        )
        if way in laws:
            c, k = laws[way]
            figure.add_scatter(
                x=x,
                y=c * x**k,
                mode="lines",
                line={"color": COLOURS[way], "width": 1.5, "dash": "dot"},
                legendgroup=way,
                showlegend=False,
                hoverinfo="skip",
            )
    reach = np.log10(x) + np.array([-0.1, 0.1])
    figure.update_xaxes(type="log", range=list(reach), tickvals=list(sizes))
    figure.update_yaxes(type="log", title=seconds, exponentformat="power", dtick=1)
    return figure


def loss_curve_figure(
    moves: NDArray[np.float64],
    losses: NDArray[np.float64],
    ends: NDArray[np.float64],
    end_losses: NDArray[np.float64],
    derivative: float,
    T: Callable[[str], str],
) -> go.Figure:
    """Return the loss over one weight, the secant of a finite step, and the tangent.

    Parameters
    ----------
    moves, losses : ndarray, shape (m,)
        How far the weight is moved, and by how much the loss is another then.
    ends, end_losses : ndarray, shape (2,)
        The same at the two points that the secant goes through.
    derivative : float
        The slope of the tangent.
    """
    figure = _secant_figure(T("lens.curve"), "lens_curve", moves, losses, ends, end_losses, T)
    figure.data[2].y = derivative * moves
    _fit(figure, losses)
    figure.update_yaxes(title=T("lens.loss_axis"))
    return figure


def lens_zoom_figure(
    moves: NDArray[np.float64],
    losses: NDArray[np.float64],
    ends: NDArray[np.float64],
    end_losses: NDArray[np.float64],
    derivative: float,
    T: Callable[[str], str],
) -> go.Figure:
    """Return the same near the two points, less the tangent: what is left is the difference.

    However small the step is, the tangent lies flat then, and the secant is as steep as its slope
    is off. The parameters are those of `loss_curve_figure`.
    """
    figure = _secant_figure(
        T("lens.zoom"),
        f"lens_zoom{moves[-1]:g}",
        moves,
        losses - derivative * moves,
        ends,
        end_losses - derivative * ends,
        T,
    )
    _fit(figure, np.concatenate([trace.y for trace in figure.data]))
    figure.update_yaxes(title=T("lens.zoom_axis"))
    return figure


def _secant_figure(
    title: str,
    revision: str,
    moves: NDArray[np.float64],
    losses: NDArray[np.float64],
    ends: NDArray[np.float64],
    end_losses: NDArray[np.float64],
    T: Callable[[str], str],
) -> go.Figure:
    """Return a curve, the line through two of its points, a flat tangent, and the two points."""
    figure = _figure(title, revision, height=360)
    slope = (end_losses[1] - end_losses[0]) / (ends[1] - ends[0])
    for name, y, colour, dash, width in (
        (T("lens.loss"), losses, GREY, "solid", 3),
        (T("lens.secant"), end_losses[0] + slope * (moves - ends[0]), ORANGE, "solid", 2),
        (T("lens.tangent"), np.zeros_like(moves), GREEN, "dash", 2),
    ):
        figure.add_scatter(
            x=moves,
            y=y,
            name=name,
            mode="lines",
            line={"color": colour, "dash": dash, "width": width},
            hovertemplate="%{x:.3g}: %{y:.3e}",
        )
    figure.add_scatter(
        x=ends,
        y=end_losses,
        mode="markers",
        hovertemplate="%{x:.3g}: %{y:.3e}",
        marker={"color": ORANGE, "size": 9},
        name="±h" if ends[0] else "0, h",
    )
    figure.update_xaxes(title=T("lens.move_axis"), exponentformat="power", nticks=6)
    return figure


def _fit(figure: go.Figure, values: NDArray[np.float64]) -> None:
    """Let the vertical axis reach over these values, and a little further."""
    low, high = values.min(), values.max()
    room = 0.15 * (high - low) or 1e-16
    figure.update_yaxes(range=[low - room, high + room], exponentformat="power")


def errors_figure(
    steps: NDArray[np.float64],
    errors: Sequence[StepErrors],
    chosen: tuple[float, float],
    T: Callable[[str], str],
) -> go.Figure:
    """Return the errors of finite steps on logarithmic axes, and the step that is chosen."""
    figure = _figure(T("lens.errors"), "errors", height=420)
    figure.update_layout(margin={"b": 110})  # On a phone the legend has three rows.
    names = {True: T("lens.central"), False: T("lens.forward")}
    for found in errors:
        figure.add_scatter(
            x=steps,
            y=np.maximum(found.errors, FLOOR),
            name=f"{names[found.central]}, {found.dtype}",
            mode="lines+markers",
            marker={"size": 4},
            line={
                "color": ORANGE if found.dtype == "float32" else BLUE,
                "dash": "solid" if found.central else "dot",
                "width": 2,
            },
            hovertemplate="h = %{x:.1e}: %{y:.1e}",
        )
    figure.add_scatter(
        x=[chosen[0]],
        y=[max(chosen[1], FLOOR)],
        name=T("lens.chosen"),
        mode="markers",
        marker={"color": GREEN, "size": 14, "symbol": "circle-open", "line": {"width": 3}},
        hovertemplate="h = %{x:.1e}: %{y:.1e}",
    )
    for x, words in ((0.02, T("lens.rounding")), (0.98, T("lens.truncation"))):
        figure.add_annotation(
            x=x,
            xref="paper",
            y=1,
            yref="paper",
            yanchor="top",
            xanchor="left" if x < 0.5 else "right",
            text=words,
            showarrow=False,
        )
    figure.update_xaxes(type="log", title="h", exponentformat="power", dtick=2)
    figure.update_yaxes(
        type="log", title=T("lens.error"), exponentformat="power", dtick=2, range=[-12.5, 2.5]
    )
    return figure


def check_figure(checks: Mapping[str, ArrayCheck], T: Callable[[str], str]) -> go.Figure:
    """Return the relative difference of each array on a logarithmic axis, and its two limits.

    They lie above what the numerical gradient may itself be off by, which differs by array.
    """
    figure = _figure(T("bugs.relative"), "check", height=360)
    colours = {"right": GREEN, "doubtful": BLUE, "wrong": ORANGE, "unclear": GREY}
    values = [check.difference.relative for check in checks.values()]
    figure.add_bar(
        x=list(checks),
        y=np.maximum(values, FLOOR),
        marker={"color": [colours[check.verdict] for check in checks.values()]},
        text=[f"{value:.0e}" for value in values],
        textposition="auto",
        hoverinfo="skip",
    )
    figure.update_yaxes(type="log", range=[-12.5, 0.5], exponentformat="power", dtick=2)
    for limit, words, side in (
        (PASSES, T("bugs.passes_below"), "top"),
        (FAILS, T("bugs.fails_above"), "bottom"),
    ):
        limits = [limit + check.error for check in checks.values()]
        for i, y in enumerate(limits):
            line = {"color": GREY, "dash": "dash", "width": 1.5}
            figure.add_shape(type="line", x0=i - 0.5, x1=i + 0.5, y0=y, y1=y, line=line)
        figure.add_annotation(
            x=1,
            xref="paper",
            xanchor="right",
            y=np.log10(limits[-1]),  # On a logarithmic axis, annotations lie by their exponents.
            yanchor=side,
            text=words,
            showarrow=False,
        )
    figure.update_layout(showlegend=False)
    return figure


def agreement_figure(gradient: Params, numerical: Params, T: Callable[[str], str]) -> go.Figure:
    """Return the partial derivatives by backprop over the numerical ones, and the line y = x.

    Both as shares of the largest numerical one of their array: the arrays differ in size.
    """
    figure = _figure(T("bugs.agreement"), "agreement", height=360)
    rng = np.random.default_rng(0)
    figure.add_scatter(
        x=[-1, 1],
        y=[-1, 1],
        mode="lines",
        line={"color": GREY, "dash": "dash", "width": 1.5},
        name="y = x",
        hoverinfo="skip",
    )
    for (key, value), colour, symbol in zip(
        numerical.items(),
        (BLUE, "#9a6fe0", ORANGE, GREEN),
        ("circle", "square", "diamond", "x"),
        strict=True,
    ):
        largest = np.abs(value).max() or 1.0
        x, y = value.ravel() / largest, gradient[key].ravel() / largest
        # The largest, which lie far out, and some of the others.
        shown = np.argsort(-np.abs(x))[: SHOWN_PER_ARRAY // 4]
        shown = np.union1d(shown, rng.choice(x.size, min(SHOWN_PER_ARRAY, x.size), replace=False))
        figure.add_scatter(
            x=x[shown],
            y=y[shown],
            name=key,
            mode="markers",
            marker={"color": colour, "size": 6, "symbol": symbol, "opacity": 0.7},
            hovertemplate="%{x:.3g}, %{y:.3g}",
        )
    figure.update_xaxes(title=T("bugs.numerical"), exponentformat="power")
    figure.update_yaxes(title=T("bugs.backprop"), exponentformat="power")
    return figure


def bars_figure(
    title: str, x: NDArray[np.integer], values: Mapping[str, NDArray[np.floating]]
) -> go.Figure:
    """Return numbers as bars, a colour a name."""
    figure = _figure(title, title, height=230)
    for (name, of), colour in zip(values.items(), (BLUE, ORANGE), strict=False):
        figure.add_bar(
            x=x, y=of, name=name, marker={"color": colour}, hovertemplate="%{x}: %{y:.4g}"
        )
    figure.update_layout(showlegend=len(values) > 1, bargap=0.25, margin={"b": 30, "t": 36})
    figure.update_layout(legend={"y": 1, "yanchor": "top", "x": 1, "xanchor": "right"})
    figure.update_xaxes(dtick=1 if len(x) <= 12 else None)
    figure.update_yaxes(exponentformat="power")
    return figure


def loss_of_probability_figure(p: float, loss: float, T: Callable[[str], str]) -> go.Figure:
    """Return the loss over the probability of the right digit, and where this digit is."""
    figure = _figure(T("microscope.loss_curve"), "loss", height=300)
    x = np.linspace(0.003, 1, 200)
    figure.add_scatter(x=x, y=-np.log(x), mode="lines", line={"color": GREY}, hoverinfo="skip")
    figure.add_scatter(
        x=[p],
        y=[loss],
        mode="markers",
        marker={"color": ORANGE, "size": 13},
        hovertemplate="%{x:.4f}: %{y:.4f}",
    )
    figure.update_layout(showlegend=False, margin={"b": 50})
    figure.update_xaxes(title=T("microscope.p_axis"), range=[-0.02, 1.02])
    figure.update_yaxes(title=T("chart.loss"), rangemode="tozero")
    return figure


def pair_figures(
    numerical: History,
    backprop: History,
    names: tuple[str, str],
    titles: tuple[str, str, str],
    iterations: int,
    revision: str,
    T: Callable[[str], str],
) -> tuple[go.Figure, go.Figure, go.Figure]:
    """Return the losses and the accuracies over the iterations, and the accuracies over time.

    Parameters
    ----------
    numerical, backprop : History
        Of the two trainings; either may be empty.
    names : tuple of str
        Of the two.
    titles : tuple of str
        Of the three figures.
    iterations : int
        Of the whole training.
    revision : str
        For how long zoom and hidden curves are kept.
    """
    losses, accuracies, clock = (_figure(title, revision, height=380) for title in titles)
    styles = (
        {"color": BLUE, "width": 6},
        {"color": ORANGE, "width": 2, "dash": "dash"},
    )
    for history, name, line in zip((numerical, backprop), names, styles, strict=True):
        shown, means = history.curve()
        x, y = history.first + shown, means.astype(np.float32)
        losses.add_scatter(x=x, y=y, name=name, mode="lines", line=line)
        known = history.evaluations
        accuracy = known["test_accuracy"].astype(np.float32)
        for figure, along in ((accuracies, known["iteration"]), (clock, known["elapsed_s"])):
            figure.add_scatter(x=along, y=accuracy, name=name, mode="lines+markers", line=line)
    for figure in (losses, accuracies):
        figure.update_xaxes(
            title=T("chart.iteration"), range=[-0.01 * iterations, 1.01 * iterations]
        )
    for figure in (accuracies, clock):
        figure.update_yaxes(range=[0, 1.02], tickformat=".0%")
    losses.update_yaxes(rangemode="tozero")
    clock.update_xaxes(title=T("without.seconds"), type="log", exponentformat="power", dtick=1)
    return losses, accuracies, clock


def _figure(title: str, revision: str, height: int) -> go.Figure:
    """Return a figure without anything on it, in the style of them all."""
    figure = go.Figure()
    figure.update_layout(
        title={"text": title, "font": {"size": 16}, "x": 0, "xref": "paper"},
        height=height,
        margin={"l": 20, "r": 10, "t": 40, "b": 90},
        # Below the axis, in as many rows as it needs.
        legend={
            "orientation": "h",
            "x": 0.5,
            "xanchor": "center",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
        },
        uirevision=revision,
    )
    # However wide the numbers are: the title of the axis stands beside them.
    figure.update_yaxes(automargin=True, title_standoff=10)
    figure.update_xaxes(title_standoff=8)
    return figure
