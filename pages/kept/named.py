"""What a run is called in a list, and what it does now."""

from __future__ import annotations

from functools import cache

from pages.language import T, language
from pages.training.naming import going_on_name, recipe_name
from simplenet.runs.kinds import training_of
from simplenet.runs.store import Summary


def name_of(run: Summary) -> str:
    """Return the name that its owner gave a run, or else that of its recipe."""
    return run.name or recipe_words(run)


def recipe_words(run: Summary) -> str:
    """Return what the recipe of a run is called."""
    training = training_of(run.settings) if run.kind == "training" else None
    if training is None:
        return kind_name(run)
    name, begins_at = recipe_name(training), run.settings.get("from_iteration")
    return going_on_name(name, begins_at) if begins_at is not None else name


def kind_name(run: Summary) -> str:
    """Return what kind of work a run is."""
    return _kinds(language())[run.kind]


def status_name(run: Summary) -> str:
    """Return whether a run has ended, and how, or whether it goes on."""
    if run.queued:
        status = "queued"
    elif run.ended is None:
        status = "paused" if run.held else "live"
    elif run.ended == "finished" and run.kind == "training" and run.result.done < run.result.total:
        status = "early"
    else:
        status = run.ended
    return _statuses(language())[status]


@cache
def _kinds(_language: str) -> dict[str, str]:
    """Return the kinds in the visitor's language, once for all: a list may name a thousand."""
    return {
        "training": T("runs.training"),
        "fine-tuning": T("runs.tuning"),
        "race": T("runs.race"),
        "scaling": T("runs.scaling"),
        "map": T("runs.map"),
    }


@cache
def _statuses(_language: str) -> dict[str, str]:
    """Return what runs can do, in the visitor's language, once for all."""
    return {
        "queued": T("runs.queued"),
        "paused": T("runs.paused"),
        "live": T("runs.live"),
        "early": T("runs.early"),
        "finished": T("runs.finished"),
        "stopped": T("runs.stopped"),
        "failed": T("runs.failed"),
    }
