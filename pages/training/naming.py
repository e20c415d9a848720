"""What a recipe is called: by its preset, or by what is different in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any, NamedTuple

from pages.language import T, language
from pages.language.words import count, listed, option_names, pair
from pages.training.presets import PRESETS, preset_names
from pages.training.recipe import CHOICES, choice_labels, numbers, settings_of
from simplenet.data.loading import TRAIN_SIZE
from simplenet.runs import TrainingRun
from simplenet.training import iterations_per_epoch

ORDER = (
    *("learning_rate", "momentum", "schedule", "hidden_size", "batch_size", "weight_init_std"),
    *("augmentation", "gradient", "iterations", "patience", "target_accuracy", "seed", "source"),
)
"""The settings; what changes the course of a training most comes first."""


def recipe_name(run: TrainingRun) -> str:
    """Return the name of a recipe: its preset's, or the article's with what is different.

    And from where it goes on, if it does.
    """
    bare = replace(run, start=None)
    names = [preset_names()[name] for name, preset in PRESETS.items() if preset == bare]
    if not names:
        names = [T("recipe.but", what=described(differences(bare, PRESETS["article"])))]
    return going_on_name(names[0], run.start.from_iteration) if run.start else names[0]


def going_on_name(name: str, iteration: int) -> str:
    """Return the name of a recipe that goes on from an iteration of another run."""
    return T("recipe.further", recipe=name, iteration=count(iteration))


def differences(run: TrainingRun, other: TrainingRun) -> dict[str, Any]:
    """Return the settings of a recipe that are not those of another, by the names of the fields.

    Those that change the course of a training come first.
    """
    settings, others = settings_of(run), settings_of(other)
    return {name: settings[name] for name in ORDER if settings[name] != others[name]}


def epoch(iteration: int, run: TrainingRun) -> str:
    """Return an iteration of a recipe in epochs, with at most one digit behind the point."""
    return f"{round(iteration / iterations_per_epoch(TRAIN_SIZE, run.training.batch_size), 1):g}"


def described(settings: Mapping[str, Any]) -> str:
    """Return some settings of a recipe in words."""
    return listed(pair(*one) for one in in_words(settings))


def in_words(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what each of some settings is called, and its value in words."""
    known, parts = _words(language()), []
    for name, value in settings.items():
        if name in known.labels:
            if value is None:
                words = T("train.never")
            else:
                words = count(value) if isinstance(value, int) else f"{value:g}"
            parts.append((known.labels[name], words))
        elif name in known.choices:
            parts.append((known.choices[name], known.options[value]))
        else:
            kinds = listed(known.options[one] for one in value) or T("train.none")
            parts.append((T("train.augmentation"), kinds))
    return parts


class _Words(NamedTuple):
    """What settings are called by the names of their fields, and what their options are."""

    labels: dict[str, str]
    choices: dict[str, str]
    options: dict[str, str]


@cache
def _words(_language: str) -> _Words:
    """Return the words of the visitor's language, once for all: a list names a thousand recipes."""
    choices = zip(CHOICES, choice_labels(), strict=True)
    return _Words(
        {field.name: label for field, label, *_ in numbers()},
        {field.name: label for (field, _), label in choices},
        option_names(),
    )
