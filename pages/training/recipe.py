"""The fields of a recipe on the Train page."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import streamlit as st

from pages.language import T
from pages.language.text import LANGUAGES, text
from pages.language.words import count, limit, option_names
from pages.state import (
    AUGMENTATION,
    BATCH_SIZE,
    GRADIENT,
    HIDDEN_SIZE,
    ITERATIONS,
    LEARNING_RATE,
    MOMENTUM,
    PATIENCE,
    RECIPE,
    SCHEDULE,
    SEED,
    SOURCE,
    TARGET_ACCURACY,
    WEIGHT_INIT_STD,
    Value,
    Widget,
)
from simplenet.data.augmentation import AUGMENTATIONS
from simplenet.runs import LIMITS, TrainingRun, largest_batch
from simplenet.training import OPTIONAL, TrainingConfig

CHOICES: tuple[tuple[Value[Any], tuple[str, ...]], ...] = (
    (SCHEDULE, ("constant", "cosine")),
    (GRADIENT, ("backprop", "fast_numerical")),
    (SOURCE, ("bundled", "openml")),
)


def numbers() -> tuple[tuple[Value[Any], str, str, float], ...]:
    """Return the fields for numbers: each with its label, its explanation, and its step."""
    return (
        (HIDDEN_SIZE, T("train.hidden_size"), T("train.hidden_size_help"), 10),
        (ITERATIONS, T("train.iterations"), T("train.iterations_help"), 1000),
        (BATCH_SIZE, T("train.batch_size"), T("train.batch_size_help"), 10),
        (LEARNING_RATE, T("train.learning_rate"), T("train.learning_rate_help"), 0.01),
        (MOMENTUM, T("train.momentum"), T("train.momentum_help"), 0.1),
        (WEIGHT_INIT_STD, T("train.weight_init_std"), T("train.std_help"), 0.01),
        (SEED, T("train.seed"), T("train.seed_help"), 1),
        (PATIENCE, T("train.patience"), T("train.patience_help"), 1),
        (TARGET_ACCURACY, T("train.target_accuracy"), T("train.target_accuracy_help"), 0.01),
    )


def choice_labels() -> tuple[str, ...]:
    """Return the labels of the fields that are chosen from a list, in the order of `CHOICES`."""
    return T("train.schedule"), T("train.gradient"), T("train.source")


def fields() -> None:
    """Show the fields of the recipe."""
    names = option_names()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for field, label, words, step in numbers():
            optional = field.name in OPTIONAL
            st.number_input(
                label,
                value=None if optional else "min",
                placeholder=T("train.never") if optional else None,
                step=step,
                format="%g" if isinstance(step, float) else None,
                key=field.name,
                help=words,
                persist_state="session",
                width=162,
            )
        for (field, options), label in zip(CHOICES, choice_labels(), strict=True):
            st.selectbox(
                label,
                options,
                format_func=names.__getitem__,
                key=field.name,
                persist_state="session",
                width=216,
            )
        st.pills(
            T("train.augmentation"),
            AUGMENTATIONS,
            selection_mode="multi",
            format_func=names.__getitem__,
            key=AUGMENTATION.name,
            help=T("train.augmentation_help"),
            persist_state="session",
        )
        st.button(
            T("train.reset"),
            icon=":material/restart_alt:",
            on_click=set_recipe,
            args=(TrainingRun(),),
            key=Widget.RESET,
        )


def show_wrong() -> None:
    """Say what of the recipe cannot be, and what could."""
    wrong = [
        T("app.out_of_range", name=label, low=limit(low), high=limit(high))
        for field, label, *_ in numbers()
        for low, high in [LIMITS[field.name]]
        if not in_range(field)
    ]
    if not wrong and (most := fewer_digits()):
        wrong.append(T("train.too_slow", most=count(most)))
    if wrong:
        st.error(" ".join(wrong), icon=":material/error:")


def name_choices() -> None:
    """Put the name of what is chosen into the fields that are chosen from a list.

    The browser sends the words of a choice; after a change of language they are those of another.
    """
    for field, options in CHOICES:
        words = {text(language, f"train.{o}"): o for language in LANGUAGES for o in options}
        field.set(words.get(field.get(), field.get()))


def in_range(field: Value[Any]) -> bool:
    """Return whether a field holds a number that can be, or nothing where that can be."""
    value, (low, high) = field.get(), LIMITS[field.name]
    return field.name in OPTIONAL if value is None else low <= value <= high


def entered() -> TrainingRun | None:
    """Return the recipe that the fields hold, or None if that cannot be."""
    if not all(in_range(field) for field in RECIPE if field.name in LIMITS) or fewer_digits():
        return None
    return run_of({field.name: field.get() for field in RECIPE})


def run_of(settings: Mapping[str, Any]) -> TrainingRun:
    """Return the recipe that has these settings, by the names of the fields."""
    run = dict(settings)
    run[AUGMENTATION.name] = tuple(run[AUGMENTATION.name])
    training = {field.name: run.pop(field.name) for field in dataclasses.fields(TrainingConfig)}
    return TrainingRun(TrainingConfig(**training), **run)


def settings_of(run: TrainingRun) -> dict[str, Any]:
    """Return all settings of a recipe by the names of the fields."""
    return {
        field.name: getattr(run if hasattr(run, field.name) else run.training, field.name)
        for field in RECIPE
    }


def fewer_digits() -> int | None:
    """Return the largest batch size that an iteration takes about a second with, if it is less."""
    hidden_size, batch_size = HIDDEN_SIZE.get(), BATCH_SIZE.get()
    if hidden_size is None or batch_size is None:
        return None
    config = TrainingConfig(gradient=GRADIENT.get(), augmentation=tuple(AUGMENTATION.get()))
    most = largest_batch(config, hidden_size)
    return most if most < batch_size else None


def set_recipe(run: TrainingRun) -> None:
    """Fill the fields of the recipe."""
    values = settings_of(run)
    for field in RECIPE:
        field.set(values[field.name])
    AUGMENTATION.set(list(run.training.augmentation))
