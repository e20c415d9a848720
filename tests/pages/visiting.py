"""Every view of the pages, as a link leads to it, and what may be in its address."""

from __future__ import annotations

from functools import cache
from inspect import isfunction
from typing import Any, get_type_hints

from streamlit.testing.v1 import AppTest

from pages import state
from pages.course import Course
from pages.keeping import Keeping
from pages.lessons.order import LESSONS
from simplenet.jobs.ledger import Position, Wishes
from simplenet.runs import TrainingRun
from simplenet.training import TrainingConfig
from tests.pages.conftest import APP

RUNS = "visited-1", "visited-2"
"""The ids of two trainings that have ended, of somebody."""

VIEWS = [
    *(("home", {}), ("train", {}), ("draw", {}), ("runs", {}), ("runs", {"sweep": "new"})),
    *(("inspect", {"part": part}) for part in ("mistakes", "units", "map", "dream", "between")),
    *(("gradients", {"panel": panel}) for panel in ("race", "scaling", "lens", "bugs")),
    *(("gradients", {"panel": panel}) for panel in ("microscope", "without")),
    *(("learn", {"part": part}) for part in ("course", "challenges", "words")),
    *(("learn", {"lesson": lesson}) for lesson in LESSONS),
    ("train", {"run": RUNS[0]}),
    ("draw", {"run": RUNS[0]}),
    ("inspect", {"run": RUNS[0], "network": ":run", "part": "mistakes"}),
    ("gradients", {"run": RUNS[0], "network": ":run", "panel": "lens"}),
    ("runs", {"compare": ",".join(RUNS)}),
]
"""A page, and what its address says to show that of it."""


def name_of(view: tuple[str, dict[str, str]]) -> str:
    """Return the address of a view."""
    page, link = view
    return f"/{page}?" + "&".join(f"{name}={value}" for name, value in link.items())


def _parameters() -> list[str]:
    """Return the name of each parameter of the register, those that it makes of numbers, too."""
    values: list[Any] = list(vars(state).values())
    made = [
        value(10)
        for value in values
        if isfunction(value)
        and value.__module__ == state.__name__
        and "Linked" in str(get_type_hints(value).get("return"))
    ]
    linked = {one.parameter for one in (*values, *made) if isinstance(one, state.Linked)}
    return sorted(linked | {one.name for one in values if isinstance(one, state.JobId)})


PARAMETERS = _parameters()
"""All that an address can say."""


@cache
def _hash_of(page: str) -> str:
    """Return what Streamlit calls a page: so it is the first one that a visit sees."""
    return (
        AppTest.from_file(APP, default_timeout=300).run().switch_page(f"pages/{page}.py")._page_hash
    )


def visited(
    view: tuple[str, dict[str, str]], *, chosen: dict[str, object] | None = None, **link: str
) -> AppTest:
    """Return the app as a new visitor sees a view.

    Each lesson has been begun, and the recipe is unfolded. What is chosen is in the session before
    the page runs.
    """
    page, always = view
    course = Course()
    for lesson in LESSONS:
        course = course.guessed(lesson, None)
    keeping = Keeping()
    keeping.study(course)
    app = AppTest.from_file(APP, default_timeout=300)
    app._page_hash = _hash_of(page)
    app.session_state["keeping"] = keeping
    app.session_state[state.Widget.RECIPE] = True
    for key, value in (chosen or {}).items():
        app.session_state[key] = value
    app.query_params.update({**link, **always})
    return app.run()


def keep_runs() -> None:
    """Keep two trainings that have ended, unless they are kept already."""
    from pages.session import store

    known = {run.id for run in store().summaries(RUNS)}
    for seed, job_id in enumerate(RUNS):
        if job_id in known:
            continue
        run = TrainingRun(TrainingConfig(iterations=5, seed=seed), 3)
        store().add(job_id, "somebody", run, Wishes(held=True), "nobody")
        done = run.advance(None, 60, None)
        at = Position(end="finished")
        store().commit(job_id, 0, run, done.records, done.state, done.records, at)
