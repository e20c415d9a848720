"""A sweep: how far it is, what came of it, and whether the best is better by more than noise."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import replace
from math import ceil

import streamlit as st

from pages.components.live_chart import live_chart
from pages.figures.sweeping import sweep_figure
from pages.kept.changing import stop_sweep
from pages.kept.chosen import actions, delete, repeat
from pages.kept.sweeps import back, label, leave, names_of, outcome, several
from pages.kept.table import table
from pages.language import T
from pages.language.words import listed, pair, roughly
from pages.platform.clock import show_by_clock
from pages.platform.place import place
from pages.session import browser_told, is_me, jobs, store
from pages.state import Chart, Widget
from simplenet.runs.store import Summary
from simplenet.runs.sweep import Axes, Point, chances, place_of, ranking
from simplenet.runs.sweep_time import seconds_left

REFRESH_S = 1.0
"""How often a sweep is shown anew while it goes on."""

RARE = 0.05
"""From what chance on a difference is told as more than noise."""

NAMED = 3
"""Combinations that are named of those that may be as good as the best."""

LEAST = 0.01
"""Below that it is not told how rare it would be."""


def sweep_shown(sweep: str) -> None:
    """Show a sweep, anew again and again while it goes on."""
    runs = store().sweep(sweep)
    live, mine = is_live(runs), is_mine(runs)
    with st.container(horizontal=True):
        back()
        if runs:
            buttons(sweep, runs, live, mine)
    if not runs:
        st.info(T("sweep.gone"), icon=":material/search_off:")
        several()
        return

    def part() -> None:
        now = store().sweep(sweep)
        results(now)
        if is_live(now) != live or not now:
            st.rerun()

    show_by_clock(part, (lambda: REFRESH_S) if live else None)
    with place():
        if not mine and browser_told():
            st.caption(T("sweep.foreign"))
    with st.expander(T("sweep.all_runs")):
        chosen = table(runs)
        with place():
            if mine and chosen:
                actions(chosen)


def is_live(runs: Sequence[Summary]) -> bool:
    """Return whether any run has not ended."""
    return any(run.ended is None for run in runs)


def is_mine(runs: Sequence[Summary]) -> bool:
    """Return whether a sweep is the visitor's own."""
    return all(is_me(run.visitor) for run in runs)


def results(runs: Sequence[Summary]) -> None:
    """Show how far a sweep is, and what came of it so far."""
    if not runs:
        return
    axes, points = outcome(runs)
    ended = sum(run.ended is not None for run in runs)
    words = [names_of(axes), T("sweep.progress", done=ended, all=len(runs))]
    standings = [(run.settings, run.result, run.ended is not None) for run in runs]
    left_s = seconds_left(standings, max(jobs().workers.cores, 1))
    if is_live(runs) and left_s:
        words.append(T("sweep.left", time=roughly(left_s)))
    st.progress(ended / len(runs), text=" · ".join(words))
    told = verdict(axes, points, is_live(runs))
    with place():
        if ranking(points):
            st.markdown(told)
    labels = {
        label(name, values[0])[0]: [label(name, value)[1] for value in values]
        for name, values in axes.items()
    }
    numbered = [
        replace(
            point,
            values=tuple(axes[n].index(v) for n, v in zip(axes, point.values, strict=True)),
        )
        for point in points
    ]
    scored = [point for point in points if point.scores]
    live_chart(
        sweep_figure(labels, numbered, T) if scored and labels else None,
        key=Chart.SWEEP_FIGURE,
        alt=T("sweep.alt", names=names_of(axes), n=len(scored), best=told.replace("*", "")),
        empty=told,
        height=380,
    )
    combinations(axes, points)


def verdict(axes: Axes, points: Sequence[Point], live: bool) -> str:
    """Return which values are best, and whether by more than noise, in words."""
    order = ranking(points)
    if not order:
        return T("sweep.first") if live else T("sweep.nothing")
    first = order[0]
    what, mean = called(axes, first), spread(first)
    best = (
        T("sweep.best", what=what, mean=mean) if live else T("sweep.best_end", what=what, mean=mean)
    )
    if len(order) == 1:
        return best
    return T("sweep.two", first=best, second=beyond_noise(axes, order))


def beyond_noise(axes: Axes, order: Sequence[Point]) -> str:
    """Return whether the best is better than all others by more than noise, in words."""
    found = dict(zip(order[1:], chances(order), strict=True))
    known = {point: chance for point, chance in found.items() if chance is not None}
    if not known:
        one_each = max(point.runs for point in order) == 1
        return T("sweep.one_seed") if one_each else T("sweep.few_scores")
    closest = max(known, key=known.__getitem__)
    values = {
        "next": called(axes, closest),
        "mean": spread(closest),
        "share": share(known[closest]),
        "most": f"{max(ceil(100 * known[closest]), 1)}%",
        "n": len(found),
    }
    rivals = [point for point in found if known.get(point, 1.0) >= RARE]
    if len(found) == 1:
        return T("sweep.chance", **values) if rivals else T("sweep.real", **values)
    if not rivals:
        return T("sweep.real_all", **values)
    named = [T("sweep.rival", what=called(axes, p), mean=spread(p)) for p in rivals[:NAMED]]
    values |= {"rivals": T("sweep.or").join(named), "more": len(rivals) - len(named)}
    return T("sweep.chance_more", **values) if values["more"] else T("sweep.chance_all", **values)


def called(axes: Axes, point: Point) -> str:
    """Return the values of a place of the grid, in words."""
    return listed(pair(*label(name, value)) for name, value in zip(axes, point.values, strict=True))


def spread(point: Point) -> str:
    """Return a mean, with its standard deviation if there is one."""
    mean = f"{point.mean:.2%}"
    return mean if point.std is None else f"{mean} ± {point.std:.2%}"


def share(chance: float) -> str:
    """Return how often something comes about by chance, in percent."""
    return f"{chance:.0%}" if chance >= LEAST else f"< {LEAST:.0%}"


def combinations(axes: Axes, points: Sequence[Point]) -> None:
    """Show all places of the grid as a table, the best first."""
    order = sorted(points, key=lambda point: point.mean or 0.0, reverse=True)
    st.markdown(T("sweep.table"))
    columns: dict[str, list[object]] = {}
    formats = {}
    for i, (name, values) in enumerate(axes.items()):
        head, here = label(name, values[0])[0], [point.values[i] for point in order]
        if all(isinstance(value, int | float) for value in values):
            columns[head] = here
            whole = all(isinstance(value, int) for value in values)
            formats[head] = st.column_config.NumberColumn(format="localized" if whole else "plain")
        else:
            columns[head] = [label(name, value)[1] for value in here]
    st.dataframe(
        columns
        | {
            T("sweep.mean"): [rounded(point.mean) for point in order],
            T("sweep.std"): [rounded(point.std) for point in order],
            T("sweep.finished"): [
                T("runs.done_of", done=len(point.scores), all=point.runs) for point in order
            ],
        },
        hide_index=True,
        width="content",
        placeholder="–",
        # As numbers, so that a click on their head sorts them.
        column_config=formats
        | {
            T("sweep.mean"): st.column_config.NumberColumn(format="percent", width=90),
            T("sweep.std"): st.column_config.NumberColumn(format="percent"),
        },
    )


def rounded(value: float | None) -> float | None:
    """Return a share as the words on this page round it: browsers round halves another way."""
    return None if value is None else float(f"{100 * value:.2f}") / 100


def buttons(sweep: str, runs: Sequence[Summary], live: bool, mine: bool) -> None:
    """Show what can be done with a sweep."""
    axes, points = outcome(runs)
    order = ranking(points)
    if mine and live:
        st.button(
            T("sweep.stop"),
            icon=":material/stop:",
            key=Widget.SWEEP_STOP,
            on_click=stop_sweep,
            args=(sweep,),
        )
    if (
        order
        and not live
        and st.button(
            T("sweep.use"), type="primary", icon=":material/model_training:", key=Widget.SWEEP_USE
        )
    ):
        repeat(next(run for run in runs if place_of(axes, run.settings) == order[0].values))
    if mine:
        several()
    st.download_button(
        T("sweep.csv"),
        lambda: as_csv(store().sweep(sweep)),
        file_name=f"sweep-{sweep}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=Widget.SWEEP_CSV,
        on_click="ignore",
    )
    if mine:
        st.button(
            T("sweep.delete"),
            icon=":material/delete:",
            key=Widget.SWEEP_DELETE,
            on_click=delete_all,
            args=([run.id for run in runs],),
        )


def delete_all(ids: list[str]) -> None:
    """Delete the runs of a sweep, and go back to the list, where they can be put back."""
    delete(ids)
    leave()


def as_csv(runs: Sequence[Summary]) -> str:
    """Return a table with a row a run: its settings, and what came of it."""
    settings = list(runs[0].settings) if runs else []
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    results = ("done", "loss", "train_accuracy", "test_accuracy", "elapsed_s")
    writer.writerow(["run", *settings, "ended", *results])
    for run in runs:
        values = [run.settings[name] for name in settings]
        writer.writerow(
            [
                run.id,
                *("+".join(v) if isinstance(v, list) else v for v in values),
                run.ended,
                *(getattr(run.result, name) for name in results),
            ]
        )
    return text.getvalue()
