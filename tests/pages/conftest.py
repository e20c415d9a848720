"""The app without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import streamlit as st
from streamlit import delta_generator
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from pages.state import Widget
from simplenet.jobs import Job
from simplenet.jobs.ledger import End, Position, Wishes
from simplenet.runs import TrainingRun
from simplenet.training import History

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture(scope="session", autouse=True)
def components():
    """Let Streamlit scan the installed packages for components once, not for each app."""
    found = manifest_scanner.scan_component_manifests()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: found)
        yield


@pytest.fixture(scope="session", autouse=True)
def parts_keep_to_themselves():
    """Fail where a part of a page that is shown anew by itself writes outside of itself.

    It works as long as nobody clicks meanwhile: a click begins the page anew, in another thread,
    and Streamlit 1.67 then raises StreamlitInvalidLayoutContextError in the part.
    """

    def refused(*_: object) -> None:
        raise AssertionError("a part of a page writes to a container outside of it")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delta_generator, "_get_or_create_outside_wrapper", refused)
        yield


@pytest.fixture(scope="session")
def workers(tmp_path_factory):
    """The workers that the pages start, and the runs that they keep, are there for all tests."""
    from pages import session

    with pytest.MonkeyPatch.context() as patch:
        # Not by the environment: a server that a browser test starts would have the same runs.
        patch.setattr(session, "KEPT", tmp_path_factory.mktemp("kept"))
        yield
        forget_the_jobs()


def forget_the_jobs() -> None:
    """End the workers that the pages have started, if any: the next page starts others."""
    from pages.session import jobs, store

    jobs().close()
    store().close()
    st.cache_resource.clear()


@pytest.fixture
def app(workers):
    """The app, which has shown nothing yet."""
    return AppTest.from_file(APP, default_timeout=300)


def opened(app: AppTest, page: str, *, unfolded: bool = True, **link: str) -> AppTest:
    """Open a page, by a link that says what is chosen there; on Train, the recipe is unfolded."""
    app.query_params.update(link)
    app.session_state[Widget.RECIPE] = unfolded
    app.run()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def kept_job(work: Any, records: Any, state: Any = None, end: End | None = "finished") -> Job:
    """Return a job that the server knows, as if it was done elsewhere; without an end it rests."""
    from pages.session import jobs

    job_id, ledger = uuid4().hex, jobs().ledger
    records = History(records) if isinstance(work, TrainingRun) else records
    ledger.add(job_id, "", work, Wishes(held=end is None), "elsewhere")
    assert ledger.commit(job_id, 0, work, records, state, records, Position(end=end))
    return jobs().get(job_id)
