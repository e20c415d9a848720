"""Recipes to choose from: the article's, a strong one, and some that fail in an instructive way."""

from __future__ import annotations

import streamlit as st

from pages.language import T
from pages.state import Place, preset_key
from pages.training.recipe import entered, set_recipe
from simplenet.runs import TrainingRun
from simplenet.training import TrainingConfig

PRESETS: dict[str, TrainingRun] = {
    "article": TrainingRun(),
    "strong": TrainingRun(
        TrainingConfig(iterations=6000, learning_rate=0.2, momentum=0.9, schedule="cosine"),
        hidden_size=100,
        weight_init_std=0.05,
    ),
    "large": TrainingRun(TrainingConfig(iterations=3000, learning_rate=20.0)),
    "small": TrainingRun(TrainingConfig(iterations=3000, learning_rate=0.001)),
    "alike": TrainingRun(TrainingConfig(iterations=3000), weight_init_std=0.0),
    "single": TrainingRun(TrainingConfig(batch_size=1, learning_rate=0.5)),
}
"""The recipes by name."""


def presets() -> None:
    """Show the recipes to choose from; the one that the fields hold is marked.

    As buttons, which hold nothing: what a browser still held of an older choice would fill the
    fields again, over what was just typed there.
    """
    names = preset_names()
    held = entered()
    with st.container(key=Place.PRESETS, horizontal=True, gap="xsmall", width="content"):
        for name, run in PRESETS.items():
            st.button(
                names[name],
                icon=":material/check:" if run == held else None,
                key=preset_key(name),
                on_click=set_recipe,
                args=(run,),
            )


def preset_names() -> dict[str, str]:
    """Return what the recipes are called."""
    return {
        "article": T("preset.article"),
        "strong": T("preset.strong"),
        "large": T("preset.large"),
        "small": T("preset.small"),
        "alike": T("preset.alike"),
        "single": T("preset.single"),
    }
