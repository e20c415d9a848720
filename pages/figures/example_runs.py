"""An example of the list of runs, for who has none yet. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import NamedTuple

from pages.figures.miniatures import as_image

WIDTH, HEIGHT = 96, 40
"""Of a curve, in pixels."""


class ExampleRun(NamedTuple):
    """What is shown of a run.

    Parameters
    ----------
    name, result : str
        What it is called, and what came of it.
    accuracies : sequence of float
        In [0, 1], one after the other in equal steps.
    """

    name: str
    result: str
    accuracies: Sequence[float]


_STYLE = """<style>
.example-runs { max-width: 46rem; border: 1px dashed; border-color: color-mix(in srgb, currentcolor 35%, transparent); border-radius: 0.5rem; }
.example-runs div { display: flex; gap: 1rem; align-items: center; padding: 0.75rem 1rem; }
.example-runs div + div { border-top: 1px dashed color-mix(in srgb, currentcolor 25%, transparent); }
.example-runs span { flex: 1; min-width: 0; opacity: 0.8; }
.example-runs b { font-variant-numeric: tabular-nums; font-weight: 600; }
</style>"""  # noqa: E501


def example_runs(runs: Sequence[ExampleRun]) -> str:
    """Return runs as a list, each with its curve, as HTML: dashed, as it is an example."""
    rows = "".join(
        f"<div><span>{escape(run.name)}</span><b>{escape(run.result)}</b>"
        f"{_curve(run.accuracies)}</div>"
        for run in runs
    )
    return f'{_STYLE}<div class="example-runs">{rows}</div>'


def _curve(accuracies: Sequence[float]) -> str:
    """Return accuracies as a curve over a line at 0."""
    end = max(len(accuracies) - 1, 1)
    points = " ".join(
        f"{2 + (WIDTH - 4) * i / end:.1f},{HEIGHT - 2 - (HEIGHT - 4) * accuracy:.1f}"
        for i, accuracy in enumerate(accuracies)
    )
    line = f'<path d="M0 {HEIGHT - 1}H{WIDTH}" stroke="#8a94a6" stroke-opacity="0.5"/>'
    curve = f'<polyline points="{points}" fill="none" stroke="#4c7ef3" stroke-width="2"/>'
    return as_image(f"{line}{curve}", WIDTH, HEIGHT)
