"""The list of runs: searched, sorted, and chosen from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, NamedTuple

import streamlit as st

from pages.components.run_cards import Card, run_cards
from pages.figures.example_runs import ExampleRun, example_runs
from pages.kept.named import kind_name, name_of, recipe_words, status_name
from pages.language import T
from pages.networks import saved_model
from pages.state import RUNS_ORDER, RUNS_SEARCH, RUNS_TICKED, Component, Place, runs_key
from simplenet.runs.store import Summary

EXAMPLES = "robust", "robust-50", "article"
"""The shipped networks that stand for runs where there is none."""

ROW, MOST_ROWS = 35, 10
"""Height of a row in pixels; rows that are seen without scrolling."""


def table(runs: list[Summary]) -> list[Summary]:
    """Show runs as a table, or on a phone as cards, and return those that are chosen."""
    with st.container(horizontal=True):
        search = st.text_input(
            T("runs.search"),
            key=RUNS_SEARCH.name,
            icon=":material/search:",
            placeholder=T("runs.search_hint"),
            label_visibility="collapsed",
            max_chars=80,
            width=420,
        )
        # No list: the button that unfolds one is called Open.
        order = st.segmented_control(
            T("runs.order"),
            list(ORDERS),
            default=RUNS_ORDER.default,
            required=True,
            format_func=orders().__getitem__,
            key=RUNS_ORDER.name,
            label_visibility="collapsed",
            persist_state="session",
        )
    shown = sorted(map(row_of, runs), key=ORDERS[order])
    if search:
        shown = [row for row in shown if search.lower() in words_of(row).lower()]
    if not shown:
        st.info(T("runs.not_found"), icon=":material/search_off:")
        return []
    ticked = run_cards([card_of(row) for row in shown], key=Component.RUN_CARDS)
    with st.container(key=Place.RUNS_TABLE):
        in_table = table_of(shown)
        st.caption(T("runs.keys"))
    chosen = in_table if ticked is None else ticked
    return [row.run for row in shown if row.run.id in chosen]


def example() -> None:
    """Show what the list looks like, with the shipped networks in the place of runs."""
    runs = []
    for name in EXAMPLES:
        saved = saved_model(name)
        history = saved.metadata.get("history", ()) if saved else ()
        accuracies = [point["test_accuracy"] for point in history]
        if accuracies:
            runs.append(ExampleRun(name, f"{accuracies[-1]:.2%}", accuracies))
    if runs:
        st.caption(T("runs.example"))
        st.html(example_runs(runs))


class Row(NamedTuple):
    """A run with its words: each is made once, as there may be a thousand runs."""

    run: Summary
    name: str
    status: str
    kind: str


def last_without(value: float | None, row: Row) -> tuple[bool, float, float]:
    """Return a place in a list that begins with the largest values, and ends with None."""
    return value is None, -(value or 0.0), -row.run.started_at


ORDERS: dict[str, Callable[[Row], Any]] = {
    "newest": lambda row: -row.run.started_at,
    "oldest": lambda row: row.run.started_at,
    "best": lambda row: last_without(row.run.result.test_accuracy, row),
    "longest": lambda row: last_without(row.run.result.elapsed_s, row),
    "name": lambda row: row.name.casefold(),
}
"""What the list can be sorted by. The heads of the table do it, too, but for a mouse alone."""


def orders() -> dict[str, str]:
    """Return what the orders are called."""
    return {
        "newest": T("runs.newest"),
        "oldest": T("runs.oldest"),
        "best": T("runs.best"),
        "longest": T("runs.longest"),
        "name": T("runs.by_name"),
    }


def row_of(run: Summary) -> Row:
    """Return a run with its words."""
    return Row(run, name_of(run), status_name(run), kind_name(run))


def card_of(row: Row) -> Card:
    """Return what a card says of a run."""
    run, tested = row.run, row.run.result.test_accuracy
    return Card(
        run.id,
        row.name,
        run.star,
        row.kind if tested is None else f"{tested:.2%}",
        row.status,
        round(1000 * run.started_at),
        run.result.curve,
    )


def table_of(shown: list[Row]) -> tuple[str, ...]:
    """Show a table of runs, and return the ids of those that are chosen.

    What was chosen stays so where it has another row now.
    """
    runs = [row.run for row in shown]
    before = set(RUNS_TICKED.get())
    event = st.dataframe(
        {
            T("runs.star"): ["★" if run.star else "" for run in runs],
            T("runs.name"): [row.name for row in shown],
            T("train.test_accuracy"): [run.result.test_accuracy for run in runs],
            T("runs.curve"): [list(run.result.curve) or None for run in runs],
            T("runs.status"): [row.status for row in shown],
            T("runs.done"): [run.result.done for run in runs],
            T("runs.of"): [run.result.total for run in runs],
            T("runs.started"): [datetime.fromtimestamp(run.started_at, UTC) for run in runs],
            T("runs.took"): [run.result.elapsed_s for run in runs],
            T("runs.kind"): [row.kind for row in shown],
            T("runs.note"): [run.note for run in runs],
        },
        hide_index=True,
        height=ROW * (min(len(shown), MOST_ROWS) + 1) + 3,
        row_height=ROW,
        on_select="rerun",
        selection_mode="multi-row",
        selection_default={
            "selection": {"rows": [i for i, run in enumerate(runs) if run.id in before]}
        },
        key=runs_key([run.id for run in runs]),
        column_config={
            T("runs.star"): st.column_config.TextColumn(width=50),
            T("runs.name"): st.column_config.TextColumn(width="large"),
            T("train.test_accuracy"): st.column_config.NumberColumn(format="percent"),
            T("runs.curve"): st.column_config.LineChartColumn(y_min=0, y_max=1, width="small"),
            T("runs.done"): st.column_config.NumberColumn(format="localized"),
            T("runs.of"): st.column_config.NumberColumn(format="localized"),
            T("runs.started"): st.column_config.DatetimeColumn(
                format="YYYY-MM-DD HH:mm", timezone=st.context.timezone
            ),
            T("runs.took"): st.column_config.NumberColumn(format="%.1f s"),
        },
    )
    rows = event["selection"]["rows"]
    chosen = tuple(runs[row].id for row in rows if row < len(runs))
    RUNS_TICKED.set(chosen)
    return chosen


def words_of(row: Row) -> str:
    """Return all words of a run that are searched."""
    recipe = recipe_words(row.run) if row.run.name else ""
    return " ".join([row.name, recipe, row.run.note, row.status, row.kind])
