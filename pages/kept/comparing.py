"""Runs compared: their curves, what differs in their recipes, and which digits only one reads."""

from __future__ import annotations

from string import ascii_uppercase
from typing import Any, NamedTuple

import streamlit as st

from pages.components.confusion import confusion
from pages.components.live_chart import live_chart
from pages.components.mosaic import mosaic
from pages.figures.comparing import comparison_figure
from pages.kept.chosen import repeat
from pages.kept.named import name_of
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, duration
from pages.platform.choice import choose_one
from pages.session import TrainingJob, jobs, network_of, store
from pages.state import (
    COMPARE,
    COMPARE_BY,
    COMPARE_CELL,
    COMPARE_PAIR,
    COMPARE_WHAT,
    SMOOTHING,
    By,
    Chart,
    Component,
    RunIds,
    What,
    Widget,
    between,
)
from pages.training.ending import tested
from pages.training.further import further
from pages.training.naming import ORDER, described, in_words
from pages.training.recipe import settings_of
from simplenet.data import loaded
from simplenet.runs import TrainingRun
from simplenet.runs.store import Summary
from simplenet.study.agreement import agreement
from simplenet.study.exam import counted

SHOWN = 12
"""Digits that are shown of those that only one network reads."""

MOST_NAME = 40
"""Characters of what a run is called here: a phone has room for it; the table tells the rest."""

MOST_NAMED = 3
"""Up to how many runs are called by their names over the columns of a table."""

RARE, NEVER = 0.05, 1e-6
"""From what chance on a difference is told as more than an accident; and below which it is not told
any more how rare it would be."""


class Compared(NamedTuple):
    """A run that is compared, with a letter, and with what is different in it, or its own name."""

    letter: str
    name: str
    run: Summary
    job: TrainingJob

    @property
    def label(self) -> str:
        """The letter and the name."""
        return f"{self.letter}: {self.name}"

    @property
    def told(self) -> str:
        """The same in Markdown, of which a name that a person gave can make nothing."""
        return quoted(self.label) if self.run.name else f"**{self.label}**"


def compared(ids: RunIds) -> None:
    """Show runs compared."""
    st.button(
        T("compare.back"),
        icon=":material/arrow_back:",
        key=Widget.COMPARE_BACK,
        on_click=back,
    )
    runs = found(ids)
    if len(runs) < len(ids):
        st.info(T("compare.lost", n=len(ids) - len(runs)), icon=":material/search_off:")
    if len(runs) < 2:
        return
    curves(runs)
    recipes(runs)
    figures(runs)
    pair(runs)
    next_step(runs)


def next_step(runs: list[Compared]) -> None:
    """Lead on with the best of the runs: to train it further, or to change its recipe."""
    over = [run for run in runs if run.job.ended and run.job.state and accuracy_of(run) is not None]
    if not over:
        return
    best = max(over, key=lambda run: accuracy_of(run) or 0.0)
    with st.container(border=True):
        values = {"name": best.told, "accuracy": f"{accuracy_of(best):.2%}"}
        st.markdown(T("compare.best", **values))
        with st.container(horizontal=True, vertical_alignment="bottom"):
            with st.container(width="content"):
                further(best.job, leads=True, elsewhere=True)
            if st.button(T("compare.change"), icon=":material/tune:", key=Widget.COMPARE_CHANGE):
                repeat(best.run)


def accuracy_of(run: Compared) -> float | None:
    """Return what a run came to on the test digits, if that is known."""
    return run.run.result.test_accuracy


def back() -> None:
    """Go back to the list."""
    COMPARE.clear()
    COMPARE.keep(None)


def found(ids: RunIds) -> list[Compared]:
    """Return those of the runs that are kept and are trainings."""
    there = []
    for run in store().summaries(ids):
        job = jobs().get(run.id)
        if job and isinstance(job.work, TrainingRun):
            there.append((run, job))
    different = differing([job.work for _, job in there])
    runs: list[Compared] = []
    for run, job in there:
        values = settings_of(job.work)
        short = described({name: values[name] for name in different})
        # A chart would take what is between these for HTML.
        name = (run.name or short or name_of(run)).replace("<", "‹").replace(">", "›")
        name = name if len(name) <= MOST_NAME else f"{name[:MOST_NAME]}…"
        runs.append(Compared(ascii_uppercase[len(runs)], name, run, job))
    return runs


def differing(works: list[TrainingRun]) -> list[str]:
    """Return the settings that are not the same in all recipes, those that matter most first."""
    settings = [settings_of(work) for work in works]
    return [name for name in ORDER if any(s[name] != settings[0][name] for s in settings)]


def curves(runs: list[Compared]) -> None:
    """Show the curves over each other."""
    whats: dict[What, str] = {
        "accuracy": T("train.test_accuracy"),
        "error": T("compare.error"),
        "loss": T("chart.loss"),
    }
    bys: dict[By, str] = {
        "iteration": T("chart.iteration"),
        "epoch": T("compare.epoch"),
        "time": T("compare.time"),
    }
    SMOOTHING.open(between(0.0, 0.99))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        what = choose_one(COMPARE_WHAT, T("compare.what"), whats)
        by = choose_one(COMPARE_BY, T("compare.by"), bys)
        smoothing = st.slider(
            T("compare.smoothing"),
            0.0,
            0.99,
            step=0.01,
            key=SMOOTHING.name,
            help=T("compare.smoothing_help"),
            width=220,
            persist_state="session",
        )
    SMOOTHING.keep(smoothing)
    live_chart(
        comparison_figure(
            [run.job.records.now() for run in runs],
            [run.job.work.training.batch_size for run in runs],
            [run.label for run in runs],
            what,
            by,
            smoothing,
            (bys[by], whats[what]),
        ),
        key=Chart.COMPARED,
        alt=T(
            "compare.alt",
            names="; ".join(run.label for run in runs),
            what=whats[what],
        ),
    )


def recipes(runs: list[Compared]) -> None:
    """Show what differs between the recipes, and nothing else."""
    different = differing([run.job.work for run in runs])
    begins = [run.job.work.begins_at for run in runs]
    if not different and not any(begins):
        st.markdown(T("compare.same"))
        return
    table = {T("runs.name"): [run.label for run in runs]}
    for name in different:
        column = [in_words({name: settings_of(run.job.work)[name]})[0] for run in runs]
        table[column[0][0]] = [words for _, words in column]
    if any(begins):
        table[T("compare.goes_on")] = [count(at) if at else "–" for at in begins]
    st.markdown(T("compare.different"))
    st.dataframe(table, hide_index=True, width="content")


def figures(runs: list[Compared]) -> None:
    """Show what came of each run, a column each: so it fits a phone."""
    results = [run.run.result for run in runs]
    measured = {
        T("train.test_accuracy"): [_percent(result.test_accuracy) for result in results],
        T("train.train_accuracy"): [_percent(result.train_accuracy) for result in results],
        T("train.loss"): ["–" if one.loss is None else f"{one.loss:.3f}" for one in results],
        T("runs.done"): [count(result.done) for result in results],
        T("runs.took"): [duration(result.elapsed_s or 0.0) for result in results],
    }
    # What many runs are called has no room here, and stands above.
    names = [run.label if len(runs) <= MOST_NAMED else run.letter for run in runs]
    columns = {name: [values[i] for values in measured.values()] for i, name in enumerate(names)}
    st.markdown(T("compare.figures"))
    st.table({T("compare.of_run"): list(measured)} | columns, hide_index=True, width="content")


def _percent(accuracy: float | None) -> str:
    """Return an accuracy as it is shown; a dash where it is not known."""
    return "–" if accuracy is None else f"{accuracy:.2%}"


def pair(runs: list[Compared]) -> None:
    """Show which digits one of two runs reads and the other does not."""
    runs = [run for run in runs if run.job.state]
    if len(runs) < 2:
        return
    if len(runs) > 2:
        chosen = st.multiselect(
            T("compare.pair"),
            range(len(runs)),
            default=COMPARE_PAIR.default,
            format_func=lambda i: runs[i].label,
            max_selections=2,
            key=COMPARE_PAIR.name,
            persist_state="session",
        )
        if len(chosen) != 2:
            st.caption(T("compare.two"))
            return
        runs = [runs[i] for i in sorted(chosen)]
    a, b = runs
    (y_a, labels), (y_b, _) = (
        tested(run.run.id, network_of(run.job).record.iteration, run.job) for run in (a, b)
    )
    read_a, read_b = y_a.argmax(axis=1), y_b.argmax(axis=1)
    right_a, right_b = read_a == labels, read_b == labels
    met = agreement(right_a, right_b)
    values: dict[str, Any] = {"a": a.told, "b": b.told, "one": count(met.only_a)}
    values |= {"other": count(met.only_b), "both": count(met.both), "all": count(len(labels))}
    st.markdown(T("compare.agreement", **values))
    if met.chance < NEVER:
        st.markdown(T("compare.never", times=count(round(1 / NEVER))))
    elif met.chance < RARE:
        st.markdown(T("compare.real", times=count(rounded(1 / met.chance))))
    else:
        st.markdown(T("compare.chance", share=f"{met.chance:.0%}"))
    cell = COMPARE_CELL.get()
    columns = st.columns(2, gap="medium")
    for column, run, only, read, other, keys in (
        (columns[0], a, right_a & ~right_b, read_a, read_b, (Component.ONLY_A, Component.MATRIX_A)),
        (columns[1], b, right_b & ~right_a, read_b, read_a, (Component.ONLY_B, Component.MATRIX_B)),
    ):
        rows = only.nonzero()[0][:SHOWN]
        with column:
            st.markdown(T("compare.only", name=run.told))
            if len(rows):
                mosaic(
                    loaded("bundled").pixels_test[rows].reshape(-1, 28, 28) / 255,
                    key=keys[0],
                    alt=T("compare.only", name=run.label),
                    signed=False,
                    side=56,
                    captions=[f"{labels[row]}, {other[row]}" for row in rows],
                )
            confusion(counted(labels, read, 10), cell, key=keys[1], on_pick=COMPARE_CELL.set)


def rounded(value: float) -> int:
    """Return a number with its first digit only, such as 3000 for 3216."""
    return int(float(f"{value:.0e}"))
