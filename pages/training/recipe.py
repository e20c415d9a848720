"""The fields of a recipe on the Train page."""

from __future__ import annotations

from dataclasses import asdict, fields

import streamlit as st

from pages.language import T
from pages.language.text import LANGUAGES, text
from pages.language.words import count, option_names
from pages.platform.place import place
from simplenet.data.augmentation import AUGMENTATIONS
from simplenet.runs import LIMITS, TrainingRun, largest_batch
from simplenet.training import TrainingConfig

CHOICES = {
    "schedule": ("constant", "cosine"),
    "gradient": ("backprop", "fast_numerical"),
    "source": ("bundled", "openml"),
}


def recipe() -> TrainingRun | None:
    """Show the fields of the recipe, and return what they hold, or None if that cannot be."""
    name_choices()
    numbers = (
        ("hidden_size", T("train.hidden_size"), T("train.hidden_size_help"), 10),
        ("iterations", T("train.iterations"), T("train.iterations_help"), 1000),
        ("batch_size", T("train.batch_size"), T("train.batch_size_help"), 10),
        ("learning_rate", T("train.learning_rate"), T("train.learning_rate_help"), 0.01),
        ("momentum", T("train.momentum"), T("train.momentum_help"), 0.1),
        ("weight_init_std", T("train.weight_init_std"), T("train.std_help"), 0.01),
        ("seed", T("train.seed"), T("train.seed_help"), 1),
    )
    choices = (
        ("schedule", T("train.schedule")),
        ("gradient", T("train.gradient")),
        ("source", T("train.source")),
    )
    names = option_names()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        for key, label, words, step in numbers:
            st.number_input(
                label,
                step=step,
                format="%g" if isinstance(step, float) else None,
                key=key,
                help=words,
                persist_state="session",
                width=162,
            )
        for key, label in choices:
            st.selectbox(
                label,
                CHOICES[key],
                format_func=names.__getitem__,
                key=key,
                persist_state="session",
                width=216,
            )
        st.pills(
            T("train.augmentation"),
            AUGMENTATIONS,
            selection_mode="multi",
            format_func=names.__getitem__,
            key="augmentation",
            help=T("train.augmentation_help"),
            persist_state="session",
        )
        st.button(
            T("train.reset"),
            icon=":material/restart_alt:",
            on_click=set_recipe,
            args=(TrainingRun(),),
            key="reset",
        )
    wrong = [
        T("app.out_of_range", name=label, low=f"{LIMITS[key][0]:g}", high=f"{LIMITS[key][1]:,g}")
        for key, label, *_ in numbers
        if not in_range(key)
    ]
    if not wrong and (most := most_digits()) < st.session_state.batch_size:
        wrong.append(T("train.too_slow", most=count(most)))
    with place():
        if wrong:
            st.error(" ".join(wrong), icon=":material/error:")
    return entered()


def name_choices() -> None:
    """Put the name of what is chosen into the fields that are chosen from a list.

    The browser sends the words of a choice; after a change of language they are those of another.
    """
    for key, options in CHOICES.items():
        words = {text(language, f"train.{o}"): o for language in LANGUAGES for o in options}
        st.session_state[key] = words.get(st.session_state[key], st.session_state[key])


def in_range(key: str) -> bool:
    """Return whether a field holds a number, and one that can be."""
    value, (low, high) = st.session_state[key], LIMITS[key]
    return value is not None and low <= value <= high


def entered() -> TrainingRun | None:
    """Return the recipe that the fields hold, or None if that cannot be."""
    if not all(in_range(key) for key in LIMITS):
        return None
    if most_digits() < st.session_state.batch_size:
        return None
    training, run = fields(TrainingConfig), fields(TrainingRun)
    state = st.session_state
    return TrainingRun(
        TrainingConfig(
            **{field.name: state[field.name] for field in training}
            | {"augmentation": tuple(state.augmentation)}
        ),
        **{field.name: state[field.name] for field in run if field.name != "training"},
    )


def most_digits() -> int:
    """Return the largest batch size that an iteration can be computed with in a second or so."""
    state = st.session_state
    config = TrainingConfig(gradient=state.gradient, augmentation=tuple(state.augmentation))
    return largest_batch(config, state.hidden_size)


def set_recipe(run: TrainingRun) -> None:
    """Fill the fields of the recipe."""
    flat = asdict(run)
    st.session_state.update(flat.pop("training") | flat)
    st.session_state.augmentation = list(run.training.augmentation)
