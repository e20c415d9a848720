"""What the pages say of a job while there is no worker to do it."""

import numpy as np
import pytest
from distributed import LocalCluster
from streamlit.testing.v1 import AppTest

import simplenet.jobs.workers
from pages.language.text import text
from simplenet.data.drawings import DrawingSet
from tests.pages.conftest import APP, forget_the_jobs
from tests.waiting import until


@pytest.fixture(scope="module", autouse=True)
def no_workers():
    """A server whose scheduler has no workers."""
    forget_the_jobs()
    with (
        LocalCluster(n_workers=0, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("SIMPLENET_SCHEDULER", cluster.scheduler_address)
        patch.setattr(simplenet.jobs.workers, "MISSING_S", 0.0)
        yield
        forget_the_jobs()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("page", "panel", "button", "parameter", "language"),
    [
        ("train", None, "train", "run", "en"),
        ("train", None, "train", "run", "zh"),
        ("draw", None, "learn", "tuning", "en"),
        ("gradients", "race", "race_start", "race", "en"),
        ("gradients", "scaling", "scaling_start", "scaling", "en"),
        ("gradients", "without", "pair_start", "numerical", "en"),
    ],
)
def test_every_page_says_that_no_worker_is_there(
    page, panel, button, parameter, language, monkeypatch
):
    app = AppTest.from_file(APP, default_timeout=300)
    app.query_params["language"] = language
    if panel:
        app.query_params["panel"] = panel
    app.run()
    drawing = DrawingSet.empty().added(np.full((1, 784), 0.5), 0)
    app.session_state["keeping"].change(mine=drawing)
    app.switch_page(f"pages/{page}.py").run()
    app.button(key=button).click().run()
    assert not app.exception
    from pages.session import jobs

    job = jobs().get(app.session_state[parameter])
    until(lambda: job.status == "no_worker")
    app.run()
    said = [bar.proto.text for bar in app.get("progress")]
    assert any(text(language, "train.no_worker") in words for words in said), said
    for why, key in (("unreachable", "no_scheduler"), ("refused", "other_code")):
        monkeypatch.setattr(simplenet.jobs.workers.Workers, why, True)
        app.run()
        said = [bar.proto.text for bar in app.get("progress")]
        assert any(text(language, f"train.{key}") in words for words in said), said
    job.stop()  # It needs no worker for that.
    assert job.wait(240)
    assert job.status == "stopped"
    app.run()
    assert not app.exception


@pytest.mark.parametrize("language", ["en", "zh"])
def test_train_says_where_others_can_use_the_workers(language, monkeypatch):
    from pages.session import jobs

    app = AppTest.from_file(APP, default_timeout=300)
    app.query_params["language"] = language
    app.run()
    words = text(language, "train.open_scheduler")
    assert words not in [
        warning.value for warning in app.switch_page("pages/train.py").run().warning
    ]
    monkeypatch.setattr(jobs().workers, "open_at", "tcp://192.0.2.7:8786")
    assert words in [warning.value for warning in app.run().warning]
