from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from simplenet.drawings import DrawingSet
from simplenet.jobs import Job, Jobs
from simplenet.runs import TrainingRun
from simplenet.training import Record

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture(scope="module", autouse=True)
def workers():
    """The workers that the pages start end with these tests."""
    yield
    from pages.parts.session import jobs

    jobs().close()
    st.cache_resource.clear()


@pytest.fixture
def app():
    """The app, without a browser."""
    return AppTest.from_file(APP, default_timeout=300)


def opened(app, page):
    app.run()
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def test_the_first_page_leads_to_the_others(app):
    app.run()
    assert not app.exception
    assert app.title[0].value == "SimpleNet Lab"
    links = [link.proto.page for link in app.get("page_link")]
    assert links == ["train", "draw", "gradients"]


@pytest.mark.parametrize("page", ["home", "train", "draw", "gradients"])
def test_every_page_runs(app, page):
    opened(app, page)
    assert app.main.children


@pytest.mark.parametrize(
    "panel", ["race", "scaling", "lens", "bugs", "microscope", "without", "nonsense"]
)
def test_every_panel_of_the_gradients_runs(app, panel):
    app.query_params["panel"] = panel
    opened(app, "gradients")
    assert app.session_state["panel"] == (panel if panel != "nonsense" else "race")
    assert len(app.markdown) >= 2


LINKS = [
    ("race", {"batch": ("40", "lab_batch", 40), "network": ("article", "lab_network", "article")}),
    (
        "lens",
        {
            "seed": ("4294967295", "lab_seed", 4294967295),
            "h": ("1e-12", "lens_step", 1e-12),
            "central": ("False", "lens_central", False),
            "precision": ("float32", "lens_dtype", "float32"),
            "weight": ("294.4", "lens_weight", (294, 4)),
        },
    ),
    ("bugs", {"bug": ("sum", "bug", "sum"), "batch": ("40", "lab_batch", 40)}),
    ("microscope", {"rate": ("2.5", "scope_rate", 2.5), "digit": ("59", "scope_digit", 59)}),
    ("without", {"iterations": ("600", "pair_iterations", 600)}),
]


@pytest.mark.parametrize(("panel", "names"), LINKS)
def test_a_link_says_what_is_chosen(app, panel, names):
    app.query_params.update({"panel": panel} | {name: text for name, (text, _, _) in names.items()})
    opened(app, "gradients")
    for name, (text, key, value) in names.items():
        assert app.session_state[key] == value
        assert app.query_params[name] == text


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ({"panel": "bugs", "bug": "sum", "batch": "40"}, "by the same factor: 40"),
        ({"panel": "bugs", "bug": "riddle"}, "One of these is in it"),
        (
            {"panel": "microscope", "stage": "gradient1", "digit": "2", "unit": "7"},
            "Unit 7 has the error",
        ),
    ],
)
def test_a_link_opens_a_panel_as_it_says(app, link, words):
    app.query_params.update(link)
    opened(app, "gradients")
    texts = [*app.markdown, *app.caption, *app.error]
    labels = [choice.label for choice in app.get("button_group")]
    assert any(words in text for text in [*(text.value for text in texts), *labels])


@pytest.mark.parametrize(
    ("panel", "names"),
    [
        ("race", {"batch": "0", "network": "../app", "seed": "1e3"}),
        ("race", {"batch": "many"}),
        ("lens", {"h": "7", "central": "", "weight": "784.0"}),
        ("lens", {"weight": "9"}),
        ("bugs", {"bug": "None"}),
        ("microscope", {"rate": "nan", "digit": "60", "stage": "10"}),
        ("without", {"iterations": "601"}),
    ],
)
def test_a_link_to_what_cannot_be_is_as_good_as_none(app, panel, names):
    app.query_params.update({"panel": panel} | names)
    opened(app, "gradients")
    assert not set(names) & set(app.query_params)


@pytest.mark.parametrize(
    ("bug", "network", "batch", "seed", "kind", "words"),
    [
        ("none", "robust", 1, 0, "success", "The check passes"),
        ("slope", "robust", 1, 0, "error", "The check fails in W1, b1. W2 and b2 are right"),
    ],
)
def test_the_gradient_check_says_what_is_so(app, bug, network, batch, seed, kind, words):
    app.query_params.update(
        panel="bugs", bug=bug, network=network, batch=str(batch), seed=str(seed)
    )
    opened(app, "gradients")
    [alert] = getattr(app, kind)
    assert words in alert.value
    assert not any(getattr(app, other) for other in {"success", "error", "warning"} - {kind})


@pytest.mark.parametrize(
    ("language", "words"), [("en", "Cannot tell here, in W1"), ("zh", "无法判断")]
)
def test_where_the_gradient_check_cannot_tell_the_page_says_so(app, monkeypatch, language, words):
    import pages.lab.bugs

    # As if the numerical gradient were as far off as a mistake would be.
    true = pages.lab.bugs.central_difference_error
    monkeypatch.setattr(
        pages.lab.bugs,
        "central_difference_error",
        lambda *args: {key: 1e9 * value for key, value in true(*args).items()},
    )
    app.query_params.update(panel="bugs", bug="none", batch="7")
    app.session_state["language"] = language
    opened(app, "gradients")
    assert words in app.warning[0].value
    assert not app.success
    assert not app.error


def test_a_batch_size_that_cannot_be_is_named_and_breaks_no_panel(app):
    opened(app, "gradients")
    app.number_input(key="lab_batch").set_value(-5).run()
    assert "Batch size must be between 1 and 1,000." in app.error[0].value
    assert app.button(key="race_start").disabled
    for panel in ("lens", "bugs", "microscope"):
        app.session_state["panel"] = panel
        app.run()
        assert not app.exception
        assert bool(app.error) == (panel != "microscope")  # Which looks at one digit.


def test_train_starts_one_job_and_puts_it_into_the_address(app):
    opened(app, "train")
    app.number_input(key="iterations").set_value(30)
    app.button(key="train").click().run()
    assert not app.exception
    run = app.session_state["run"]
    assert run in app.query_params["run"]
    from pages.parts.session import jobs

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
    from pages.parts.session import jobs

    job = jobs().get(app.session_state["run"])
    assert job.wait(240)
    app.run()
    loss = {m.label: m.value for m in app.metric}["Loss"]
    assert f"{app.dataframe[0].value['Loss'].iloc[-1]:.3f}" == loss
    taken = [record.iteration for record in job.records if record.params]
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


def ended_job(records):
    """A training that has ended, with these records."""
    from pages.parts.session import jobs

    job = Job(TrainingRun(), jobs(), "full")
    job.records, job._end = records, "finished"
    jobs()._jobs[job.id] = job
    return job


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
    app.session_state["run"] = ended_job(records).id
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
