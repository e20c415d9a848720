import shutil

import numpy as np
import pytest
import streamlit as st

import simplenet.jobs.line
from simplenet.data.drawings import DrawingSet
from simplenet.jobs import Jobs
from simplenet.runs import TrainingRun
from simplenet.training import Record, TrainingConfig
from tests.pages.conftest import kept_job, opened
from tests.waiting import until


def test_the_first_page_leads_to_the_others(app):
    app.run()
    assert not app.exception
    assert app.title[0].value == "SimpleNet Lab"
    links = [link.proto.page for link in app.get("page_link")]
    assert links == ["learn", "train", "draw", "inspect", "gradients"]


@pytest.mark.parametrize("page", ["home", "train", "draw", "inspect", "runs", "gradients", "learn"])
def test_every_page_runs(app, page):
    opened(app, page)
    assert app.main.children


def test_train_starts_one_job_and_puts_it_into_the_address(app):
    opened(app, "train")
    app.number_input(key="iterations").set_value(30)
    app.button(key="train").click().run()
    assert not app.exception
    run = app.session_state["run"]
    assert run in app.query_params["run"]
    from pages.session import jobs

    job = jobs().get(run)
    assert isinstance(jobs(), Jobs)
    assert job.work.training.iterations == 30
    assert job.wait(240)
    app.run()
    assert {m.label: m.value for m in app.metric}["Test accuracy"] != "–"


def test_a_number_that_is_shown_twice_is_the_same_twice(app):
    opened(app, "train")
    app.session_state["keeping"].change(pinned=DrawingSet.empty().added(np.full(784, 0.5), 0))
    app.number_input(key="iterations").set_value(1500)
    app.number_input(key="hidden_size").set_value(10)
    app.number_input(key="batch_size").set_value(10)
    app.button(key="train").click().run()
    from pages.session import jobs, moments

    job = jobs().get(app.session_state["run"])
    assert job.wait(240)
    app.run()
    loss = {m.label: m.value for m in app.metric}["Loss"]
    assert not app.dataframe
    app.session_state["table"] = True  # It is unfolded.
    app.run()
    assert f"{app.dataframe[0].value['Loss'].iloc[-1]:.3f}" == loss
    taken = [iteration for iteration, _ in moments().of(job)]
    between = next(i for i in range(1500) if i not in taken)
    for asked, shown in ((between, max(i for i in taken if i < between)), (1500, 1500), (0, 0)):
        app.slider(key="pin_time_1500").set_value(asked).run()
        assert not app.exception
        assert app.slider(key="pin_time_1500").value == shown


def test_values_out_of_range_are_refused_with_a_sentence(app):
    opened(app, "train")
    app.number_input(key="hidden_size").set_value(5000)
    app.number_input(key="learning_rate").set_value(-1.0).run()
    assert "Hidden units must be between 1 and 1,000." in app.error[0].value
    assert "Learning rate must be between" in app.error[0].value
    assert app.button(key="train").disabled


@pytest.mark.parametrize(
    ("shares", "language", "words"),
    [
        ([0.0, 0.6], "en", "From 60% of the training digits"),
        ([0.0, 0.6, None], "zh", "60% 的训练样本"),
        ([0.0, 0.01], "en", None),
        ([0.8], "en", None),  # The first weights may still be learned from.
        ([0.8, 0.0, None], "en", None),
    ],
)
def test_a_training_that_cannot_learn_any_more_is_told_what_to_do(app, shares, language, words):
    records = [Record(i, 16.0, 0.1 + i, 0.1, 0.1, None, v) for i, v in enumerate(shares)]
    app.session_state["language"] = language
    app.run()
    app.session_state["run"] = kept_job(TrainingRun(), records).id
    opened(app, "train")
    assert [words in warning.value for warning in app.warning] == ([True] if words else [])


@pytest.mark.parametrize(("language", "words"), [("en", "batch size of at most 50"), ("zh", "50")])
def test_an_iteration_that_takes_too_long_is_refused_with_what_would_be_possible(
    app, language, words
):
    app.session_state["language"] = language
    opened(app, "train")
    app.session_state["gradient"] = "fast_numerical"
    app.number_input(key="hidden_size").set_value(1000)
    app.run()
    assert words in app.error[0].value
    assert app.button(key="train").disabled
    app.number_input(key="batch_size").set_value(50).run()
    assert not app.error
    assert not app.button(key="train").disabled


def test_the_interface_in_chinese(app):
    app.query_params["language"] = "zh"
    opened(app, "train")
    app.session_state["language"] = "zh"
    app.run()
    assert app.button(key="train").label == "训练"


def test_a_network_that_is_still_training_can_be_asked(app):
    opened(app, "train")
    app.number_input(key="iterations").set_value(500_000)
    app.button_group(key="pace").set_value("step").run()
    app.button(key="train").click().run()
    from pages.session import jobs

    job = jobs().get(app.session_state["run"])
    until(lambda: job.records)
    opened(app, "draw")
    assert app.session_state["draw_network"] == ":run"
    assert "My training, as it is now" in app.selectbox(key="draw_network").options
    job.stop()
    assert job.wait(240)


def test_a_damaged_model_file_is_named_and_breaks_nothing(app, tmp_path, monkeypatch):
    from pages import networks

    for name in ("article", "robust"):
        shutil.copy(networks.MODELS / f"{name}.safetensors", tmp_path)
    (tmp_path / "broken.safetensors").write_bytes(b"no network")
    monkeypatch.setattr(networks, "MODELS", tmp_path)
    opened(app, "draw")
    network, words = app.selectbox(key="draw_network"), "`broken` cannot be read"
    assert network.value == "robust"
    network.set_value("broken").run()
    assert not app.exception
    assert any(words in error.value for error in app.error)
    app.selectbox(key="draw_network").set_value("article").run()
    assert not any(words in error.value for error in app.error)


@pytest.mark.slow
def test_more_trainings_than_cores_wait_in_line(app, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 1000.0)  # Nobody gives a core away.
    opened(app, "train")
    from pages.session import jobs

    long = TrainingRun(TrainingConfig(iterations=500_000))
    visitor = app.session_state["visitor"]  # Of another one, the first slice would not wait.
    cores = until(lambda: jobs().workers.cores)
    others = [jobs().start(long, visitor=visitor) for _ in range(cores)]
    app.number_input(key="iterations").set_value(500_000)
    app.button(key="train").click().run()
    mine = jobs().get(app.session_state["run"])
    until(lambda: mine.place == 1)
    app.run()
    assert "place 1 in line" in app.get("progress")[0].proto.text
    for job in (*others, mine):
        job.stop()
    for job in (*others, mine):
        assert job.wait(240)
    app.run()
    assert not app.exception
    assert "stopped" in app.get("progress")[0].proto.text


def test_no_message_is_taken_for_known_by_the_browser():
    """With parts that run by themselves, the browser may have forgotten it: the page would stop."""
    assert st.get_option("global.minCachedMessageSize") >= 1e9
