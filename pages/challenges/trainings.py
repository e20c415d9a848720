"""The check of what is to be reached with trainings: on all that the visitor has made here."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from pages.challenges.task import Told
from pages.language import T
from pages.session import me, store
from simplenet.runs.challenges import GOALS, Attempt, in_points, standing
from simplenet.runs.kinds import training_of
from simplenet.runs.store.owned import Summary


def attempts() -> list[Attempt]:
    """Return the trainings that the visitor has made here."""
    return [
        Attempt(run, summary.result, summary.ended)
        for summary in made_here(store().runs_of(me()))
        if (run := training_of(summary.settings)) is not None
    ]


def made_here(runs: Iterable[Summary]) -> list[Summary]:
    """Return the trainings that somebody has made on this server, from the first iteration on.

    A file can say anything. And what goes on from a run of somebody else, from a file, or from one
    that is deleted, owes to that what nobody can check any more.
    """
    here = {run.id: run for run in runs if run.kind == "training" and not run.brought}

    def is_whole(run: Summary) -> bool:
        before: str | None = run.settings.get("follows")
        while before in here:
            before = here[before].settings.get("follows")
        return before is None

    return [run for run in here.values() if is_whole(run)]


def all_reached() -> list[str]:
    """Return the names of all goals that the visitor has reached."""
    tried = attempts()
    return [name for name, goal in GOALS.items() if standing(goal, tried).solved]


def reached(name: str) -> Callable[[], Told]:
    """Return the check of a goal."""

    def check() -> Told:
        goal = GOALS[name]
        found = standing(goal, attempts())
        points = in_points(goal)
        wanted = said(goal.wanted, points)
        if found.solved and found.best is not None:
            return Told(True, T("challenge.reached", best=said(found.best, points)))
        if not found.counted:
            return Told(False, T("challenge.none"))
        if found.best is None:
            return Told(False, T("challenge.unmeasured"))
        words = T("challenge.best", best=said(found.best, points), wanted=wanted, n=found.counted)
        return Told(False, words)

    return check


def said(value: float, points: bool) -> str:
    """Return a share, or a difference of two in points."""
    return T("challenge.points", points=f"{100 * value:.2f}") if points else f"{value:.2%}"
