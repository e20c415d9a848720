"""The fields of a new sweep: what varies, with which values, and how long that takes."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import streamlit as st

from pages.kept.sweeps import back, label
from pages.language import T
from pages.language.text import quoted
from pages.language.words import count, limit, megabytes, roughly
from pages.platform.place import place
from pages.session import jobs, me, store
from pages.state import (
    NEW,
    NO_ROOM,
    SWEEP,
    SWEEP_AXES,
    SWEEP_ITERATIONS,
    SWEEP_SEEDS,
    Widget,
    sweep_values,
)
from pages.training.naming import recipe_name
from pages.training.recipe import entered
from simplenet.data.augmentation import AUGMENTATIONS
from simplenet.jobs import NoRoomError
from simplenet.runs import LIMITS, TrainingRun
from simplenet.runs.sweep import (
    MOST_AXES,
    MOST_RUNS,
    MOST_SEEDS,
    VARIED,
    grid,
    kept_bytes,
    size,
)
from simplenet.runs.sweep_time import Pace, Timed, calibrated, seconds
from simplenet.training import TrainingConfig

FIRST = {
    "learning_rate": "0.03, 0.1, 0.3, 1",
    "momentum": "0, 0.5, 0.9",
    "hidden_size": "10, 30, 100",
    "batch_size": "20, 100, 300",
    "weight_init_std": "0.001, 0.01, 0.1",
    "iterations": "600, 2000, 6000",
}
"""The values of the numbers, before others are written."""

OPTIONS: dict[str, tuple[Any, ...]] = {
    "schedule": ("constant", "cosine"),
    "augmentation": ((), *((kind,) for kind in AUGMENTATIONS), AUGMENTATIONS),
}
"""What can be tried of a setting that is chosen from a list."""

FIRST_OPTIONS: dict[str, tuple[Any, ...]] = {
    "schedule": OPTIONS["schedule"],
    "augmentation": ((), AUGMENTATIONS),
}


class NoSweepError(ValueError):
    """The entered values are no sweep; the message says so to the person."""


def sweep_form() -> None:
    """Show the fields of a new sweep, and start it."""
    back()
    st.markdown(T("sweep.intro"))
    fields()
    st.caption(T("sweep.base", recipe=recipe_name(base())))
    runs: list[TrainingRun] = []
    with place():
        try:
            runs = planned()
        except NoSweepError as error:
            st.error(str(error), icon=":material/error:")
        else:
            expected(runs)
    st.button(
        T("sweep.start"),
        type="primary",
        icon=":material/play_arrow:",
        key=Widget.SWEEP_START,
        disabled=not runs,
        on_click=start,
    )


def start() -> None:
    """Start the sweep that is entered, whatever is clicked next; a second click changes nothing."""
    if SWEEP.get() != NEW:
        return
    try:
        SWEEP.set(jobs().sweep(planned(), me()))
    except NoSweepError:
        return  # The form says what is wrong.
    except NoRoomError as error:
        NO_ROOM.set((error.of, error.most))
        return
    NO_ROOM.clear()


def fields() -> None:
    """Show the fields: what varies, with which values, how often and how long."""
    chosen = st.pills(
        T("sweep.axes"),
        VARIED,
        selection_mode="multi",
        default=list(SWEEP_AXES.default),
        format_func=lambda name: label(name, first_value(name))[0],
        key=SWEEP_AXES.name,
        persist_state="session",
    )
    for name in VARIED:
        with place():
            if name in chosen:
                values_field(name)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            T("sweep.seeds"),
            min_value=1,
            max_value=MOST_SEEDS,
            value=SWEEP_SEEDS.default,
            key=SWEEP_SEEDS.name,
            help=T("sweep.seeds_help"),
            persist_state="session",
            width=162,
        )
        if "iterations" not in chosen:
            low, high = (int(limit) for limit in LIMITS["iterations"])
            st.number_input(
                T("train.iterations"),
                min_value=low,
                max_value=high,
                value=SWEEP_ITERATIONS.default,
                step=1000,
                key=SWEEP_ITERATIONS.name,
                help=T("sweep.iterations_help"),
                persist_state="session",
                width=162,
            )


def values_field(name: str) -> None:
    """Show the field for the values of a setting."""
    setting = label(name, first_value(name))[0]
    field = sweep_values(name)
    if name in OPTIONS:
        st.multiselect(
            T("sweep.choices", name=setting),
            OPTIONS[name],
            default=FIRST_OPTIONS[name],
            format_func=lambda value: option(name, value),
            key=field.name,
            persist_state="session",
            width=560,
        )
    else:
        st.text_input(
            T("sweep.values", name=setting),
            FIRST[name],
            key=field.name,
            max_chars=200,
            persist_state="session",
            width=420,
        )


def option(name: str, value: Any) -> str:
    """Return what an option is called."""
    return T("sweep.all_kinds") if value == AUGMENTATIONS else label(name, value)[1]


def first_value(name: str) -> Any:
    """Return the value that the article's recipe has of a setting."""
    return getattr(
        TrainingRun if name in ("hidden_size", "weight_init_std") else TrainingConfig, name
    )


def base() -> TrainingRun:
    """Return the recipe of the Train page, as long as each training of the sweep is to be."""
    run = entered() or TrainingRun()
    iterations = SWEEP_ITERATIONS.get() or run.training.iterations
    return replace(run, training=replace(run.training, iterations=iterations))


def planned() -> list[TrainingRun]:
    """Return the trainings of the sweep that is entered.

    Raises
    ------
    NoSweepError
        If it cannot be.
    """
    names = [name for name in VARIED if name in SWEEP_AXES.get()]
    if not 1 <= len(names) <= MOST_AXES:
        raise NoSweepError(T("sweep.no_axes"))
    axes = {name: values_of(name) for name in names}
    seeds = SWEEP_SEEDS.get() or SWEEP_SEEDS.default or 1
    if (n := size(axes, seeds)) > MOST_RUNS:
        raise NoSweepError(T("sweep.too_many", n=count(n), most=MOST_RUNS))
    low, high = LIMITS["seed"]
    if base().training.seed > high - seeds + 1:
        words = {"low": limit(low), "high": limit(high - seeds + 1)}
        raise NoSweepError(T("app.out_of_range", name=T("train.seed"), **words))
    try:
        runs = grid(base(), axes, seeds)
    except ValueError as error:
        # Each value can be by itself: together, only an iteration may take too long.
        raise NoSweepError(T("sweep.too_slow")) from error
    takes, most = kept_bytes(runs), store().limits.visitor_bytes
    if takes > most:
        raise NoSweepError(T("sweep.too_large", takes=megabytes(takes), most=megabytes(most)))
    return runs


def values_of(name: str) -> list[Any]:
    """Return the values that are entered for a setting, each once."""
    setting, field = label(name, first_value(name))[0], sweep_values(name)
    if name in OPTIONS:
        entered_values = field.get()
        chosen = FIRST_OPTIONS[name] if entered_values is None else entered_values
        values = [value for value in OPTIONS[name] if value in chosen]
    else:
        text = FIRST[name] if field.get() is None else field.get()
        words = [word for word in re.split(r"[,，、;；\s]+", text) if word]
        values = sorted({number(name, setting, word) for word in words})
    if len(values) < 2:
        raise NoSweepError(T("sweep.few_values", name=setting))
    return values


def number(name: str, setting: str, word: str) -> float:
    """Return the number that a word says, if the setting can have it."""
    try:
        value = type(first_value(name))(word)
    except ValueError as error:
        words = T("sweep.no_number", word=quoted(word), name=setting, such=FIRST[name])
        raise NoSweepError(words) from error
    low, high = LIMITS[name]
    if not low <= value <= high:
        words = T("app.out_of_range", name=setting, low=limit(low), high=limit(high))
        raise NoSweepError(words)
    return float(value) if isinstance(value, float) else int(value)


def expected(runs: list[TrainingRun]) -> None:
    """Show how many runs these are, and how long they will take."""
    known = tuple(Timed(*one) for one in store().timings("training"))
    cores = max(jobs().workers.cores, 1)
    about_s = seconds(runs, known, measured, cores)
    with st.container(horizontal=True):
        st.metric(T("sweep.runs"), count(len(runs)), width="content")
        st.metric(
            T("sweep.time"),
            T("sweep.about", time=roughly(about_s)),
            help=T("sweep.time_help", cores=cores),
            width="content",
        )


def measured(run: TrainingRun) -> Pace:
    """Return about how long the parts of a run take, measured once for its size."""
    recipe = run.training
    return _measured(run, run.hidden_size, recipe.batch_size, recipe.gradient, recipe.augmentation)


@st.cache_data(show_spinner=False, max_entries=200)
def _measured(_run: TrainingRun, *size: Any) -> Pace:
    return calibrated(_run)
