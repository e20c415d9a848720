"""The check of what is to be reached with trainings: on all that the visitor has kept."""

from __future__ import annotations

from collections.abc import Callable

from pages.challenges.task import Told
from pages.language import T
from pages.session import store
from pages.state import VISITOR
from simplenet.runs.challenges import GOALS, Attempt, gap, standing
from simplenet.runs.kinds import training_of


def attempts() -> list[Attempt]:
    """Return the visitor's trainings."""
    return [
        Attempt(run, summary.result, summary.ended)
        for summary in store().runs_of(VISITOR.get())
        if summary.kind == "training" and (run := training_of(summary.settings)) is not None
    ]


def all_reached() -> list[str]:
    """Return the names of all goals that the visitor has reached."""
    tried = attempts()
    return [name for name, goal in GOALS.items() if standing(goal, tried).solved]


def reached(name: str) -> Callable[[], Told]:
    """Return the check of a goal."""

    def check() -> Told:
        goal = GOALS[name]
        found = standing(goal, attempts())
        points = goal.measure is gap
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
