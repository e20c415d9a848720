"""What can be done with the runs that are chosen: open, repeat, compare, mark, name, delete."""

from __future__ import annotations

import streamlit as st

from pages.kept.changing import changing
from pages.kept.changing import describe as change
from pages.kept.named import name_of
from pages.language import T
from pages.session import jobs, me, store
from pages.state import (
    COMPARE,
    DELETED,
    MOST_COMPARED,
    PACE,
    PANEL,
    RACE_ID,
    RUN_ID,
    SCALING_ID,
    TUNED_ID,
    JobId,
    RunIds,
    Widget,
    run_field,
)
from pages.training.further import further, where_from
from pages.training.recipe import set_recipe
from pages.training.taking import take_along, take_results
from simplenet.runs.kinds import training_of
from simplenet.runs.store import MOST_NAME, MOST_NOTE, Summary

WHERE: dict[str, tuple[str, JobId, str | None]] = {
    "training": ("pages/train.py", RUN_ID, None),
    "fine-tuning": ("pages/draw.py", TUNED_ID, None),
    "race": ("pages/gradients.py", RACE_ID, "race"),
    "scaling": ("pages/gradients.py", SCALING_ID, "scaling"),
}
"""Which page shows a kind of run, by which id, and in which panel."""

TAKEN = "fine-tuning", "race", "scaling", "map"
"""The kinds, beside trainings, whose results can be taken along."""


def actions(chosen: list[Summary]) -> None:
    """Show what can be done with the runs that are chosen."""
    if not chosen:
        st.caption(T("runs.choose"))
        another()
        return
    one = chosen[0] if len(chosen) == 1 else None
    job = jobs().get(one.id) if one and one.kind == "training" and one.result.done else None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if one and one.kind in WHERE:
            if st.button(
                T("runs.open"), type="primary", icon=":material/open_in_new:", key=Widget.RUNS_OPEN
            ):
                open_run(one)
            if one.kind == "training" and st.button(
                T("runs.again"), icon=":material/replay:", key=Widget.RUNS_AGAIN
            ):
                repeat(one)
            if job:
                take_along(job)
            elif one.kind in TAKEN and one.result.done and (other := jobs().get(one.id)):
                take_results(other, one.kind)
        if not one:
            trainings = RunIds(run.id for run in chosen if run.kind == "training")
            st.button(
                T("runs.compare"),
                type="primary",
                icon=":material/compare_arrows:",
                key=Widget.RUNS_COMPARE,
                disabled=not 2 <= len(trainings) <= MOST_COMPARED,
                help=T("runs.compare_help", most=MOST_COMPARED),
                on_click=COMPARE.set,
                args=(trainings,),
            )
        starred = all(run.star for run in chosen)
        st.button(
            T("runs.unmark") if starred else T("runs.mark"),
            icon=":material/star:",
            key=Widget.RUNS_STAR,
            help=T("runs.star_help"),
            on_click=star,
            args=(chosen, not starred),
        )
        st.button(
            T("runs.delete"),
            icon=":material/delete:",
            key=Widget.RUNS_DELETE,
            on_click=delete,
            args=([run.id for run in chosen],),
        )
    if one:
        describe(one)
    if job:
        if job.ended and job.state:
            further(job, elsewhere=True)
        where_from(job)


def another() -> None:
    """Lead on to a training."""
    if st.button(
        T("home.train_link"),
        type="primary",
        icon=":material/model_training:",
        key=Widget.RUNS_TRAIN,
    ):
        st.switch_page("pages/train.py")


def describe(run: Summary) -> None:
    """Show the fields for the name of a run and for a note."""
    fields = {
        "name": (T("runs.own_name"), run.name, MOST_NAME),
        "note": (T("runs.note"), run.note, MOST_NOTE),
    }
    with st.container(horizontal=True):
        for column, (label, value, most) in fields.items():
            key = run_field(run.id, column)
            st.text_input(
                label,
                value,
                max_chars=most,
                key=key.name,
                placeholder=name_of(run) if column == "name" else None,
                on_change=lambda column=column, key=key: change(run.id, **{column: key.get()}),
            )


def open_run(run: Summary) -> None:
    """Show a run on its page, with its recipe in the fields."""
    page, followed, panel = WHERE[run.kind]
    followed.set(run.id)
    if panel:
        PANEL.set(panel)
    if run.kind == "training":
        job = jobs().get(run.id)
        if job:
            set_recipe(job.work)
            PACE.set(job.pace)
    st.switch_page(page)


def repeat(run: Summary) -> None:
    """Fill the fields of the Train page with the recipe of a run."""
    training = training_of(run.settings)
    if training:
        set_recipe(training)
        RUN_ID.clear()
        PACE.clear()
        PACE.set(PACE.default)
        st.switch_page("pages/train.py")


def star(runs: list[Summary], value: bool) -> None:
    """Mark runs, or take the mark away."""
    for run in runs:
        change(run.id, star=value)


def delete(ids: list[str]) -> None:
    """Delete runs, and remember which, to put them back."""
    with changing():
        store().delete(ids, me())
        jobs().drop(ids)
        DELETED.set(ids)


def deleted() -> None:
    """Say how many runs were deleted just now, and offer to put them back."""
    ids = DELETED.get()
    if not ids:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.markdown(T("runs.deleted", n=len(ids)), width="content")
        st.button(T("runs.undo"), icon=":material/undo:", key=Widget.RUNS_UNDO, on_click=put_back)


def put_back() -> None:
    """Put back what was deleted last."""
    with changing():
        store().put_back(DELETED.get(), me())
        DELETED.clear()
