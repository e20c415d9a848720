"""The table of a measurement."""

# ruff: noqa: E501, the notes have a paragraph a line

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchmarks.load.measures import TIMES

if TYPE_CHECKING:
    from benchmarks.load.stage import Stage

HEADING = "## A class at once: `make load`"
NOTES = """
Each visitor speaks Streamlit's own protocol, as a browser does: it fetches the files, opens the first page, changes pages, clicks on Train within the first minute, follows the training by the clock of the page, draws, and trains again; half of them speak Chinese. All visitors are one process on the same cores as the server and its workers. A page is timed until its script has ended, a click on Train until the button is off and the status of the training is there, a tick from its request to the end of its answer. The throughput is that of all trainings together while there is one for each core, compared with trainings whose visitors have left, just before and just after.
"""


def goals(stage: Stage) -> list[tuple[str, str, str]]:
    """Return what is wanted of a class of thirty and of one of fifty, and what was found."""
    found = stage.measures
    pages, longest = (f"{found.at('page change', percent):.2f}" for percent in (95, 100))
    errors = ("errors", "none", str(found.errors.total()))
    if stage.visitors == 50:
        return [errors, ("page change, 95th percentile, s", "under 1", pages)]
    if stage.visitors != 30:
        return []
    return [
        errors,
        ("page change, 95th percentile, s", "under 0.5", pages),
        ("page change, longest, s", "under 3", longest),
        (
            "click on Train, 95th percentile, s",
            "under 0.7",
            f"{found.at('click on Train', 95):.2f}",
        ),
        ("throughput, % of that without visitors", "85 or more", _share(stage)),
        (
            "server, MB with all there; at the end",
            "under 700, and flat",
            "; ".join(f"{server.rss:.0f}" for server, _ in stage.memory[1:]),
        ),
    ]


def _share(stage: Stage) -> str:
    """Return the throughput of the trainings in percent of that without visitors."""
    return f"{100 * stage.rate / stage.alone:.0f}" if stage.alone and stage.rate else "–"


def report(stages: Sequence[Stage]) -> str:
    """Return what was measured, as a section in Markdown."""
    wanted = [(stage.visitors, *goal) for stage in stages for goal in goals(stage)]
    lines = [HEADING, ""]
    if wanted:
        lines += ["| visitors | what | wanted | measured |", "| --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(map(str, goal))} |" for goal in wanted] + [""]
    lines += ["| visitors | what | median, s | 95th percentile, s | longest, s | n |"]
    lines.append("| --- | --- | --- | --- | --- | --- |")
    for stage in stages:
        for what in TIMES:
            found = stage.measures
            times = " | ".join(f"{found.at(what, percent):.2f}" for percent in (50, 95, 100))
            lines.append(f"| {stage.visitors} | {what} | {times} | {len(found.times[what])} |")
    lines += ["", "| visitors | " + " | ".join(map(str, (s.visitors for s in stages))) + " |"]
    lines.append("| --- |" + " --- |" * len(stages))
    rows = {
        "minutes": [f"{s.seconds / 60:.1f}" for s in stages],
        "errors": [str(s.measures.errors.total()) for s in stages],
        "trainings started": [str(s.measures.trainings) for s in stages],
        "iterations a second of all trainings": [f"{s.rate:,.0f}" for s in stages],
        "of those without visitors, %": [_share(s) for s in stages],
        "cores: server; workers; visitors": [
            f"{s.server:.2f}; {s.workers:.2f}; {s.load:.2f}" for s in stages
        ],
        "received, MB a minute": [
            f"{s.measures.received / 1e6 / (s.seconds / 60):.0f}" for s in stages
        ],
        "server, MB at the start; with all there; at the end": [
            "; ".join(f"{server.rss:.0f}" for server, _ in s.memory) for s in stages
        ],
        "its share of that (PSS)": [
            "; ".join(f"{server.pss:.0f}" for server, _ in s.memory) for s in stages
        ],
        "workers together, MB (PSS)": [
            "; ".join(f"{workers.pss:.0f}" for _, workers in s.memory) for s in stages
        ],
    }
    lines += [f"| {what} | {' | '.join(values)} |" for what, values in rows.items()]
    for stage in stages:
        for error, often in stage.measures.errors.most_common():
            lines.append(f"\n{stage.visitors} visitors, {often} times: {error}")
    return "\n".join(lines) + "\n" + NOTES
