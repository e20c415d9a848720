"""What the Train page refuses, does and saves, without a browser."""

import re

import pytest

from pages import networks
from pages.state import Widget, preset_key
from simplenet.network import SimpleNet
from simplenet.storage import save_model
from tests.pages.conftest import opened
from tests.waiting import until


def test_what_cannot_be_is_named_until_the_defaults_are_back(app):
    opened(app, "train")
    app.number_input(key="hidden_size").set_value(7)
    app.number_input(key="learning_rate").set_value(0.5)
    app.number_input(key="batch_size").set_value(0).run()
    assert app.error[0].value == "Batch size must be between 1 and 10,000."
    assert app.button(key="train").disabled
    app.button(key="reset").click().run()
    assert not app.error
    assert app.number_input(key="hidden_size").value == 50
    assert app.number_input(key="learning_rate").value == 0.1
    assert app.number_input(key="batch_size").value == 100
    assert not app.button(key="train").disabled
    app.number_input(key="iterations").set_value(None).run()
    assert "Iterations must be between" in app.error[0].value
    assert app.button(key="train").disabled


def test_the_recipe_is_made_once_it_is_unfolded_and_then_stays(app):
    from pages.session import jobs

    def fold(folded):
        app.session_state[Widget.RECIPE] = not folded
        app.run()

    opened(app, "train", unfolded=False)
    assert not app.number_input
    app.button(key=preset_key("strong")).click().run()  # Fills what nobody has seen.
    fold(False)
    assert app.number_input(key="iterations").value == 6000
    app.number_input(key="iterations").set_value(3)
    app.selectbox(key="schedule").set_value("constant").run()
    fold(True)
    assert app.number_input(key="iterations").value == 3
    app.switch_page("pages/draw.py").run()
    app.switch_page("pages/train.py").run()
    app.button(key="train").click().run()
    config = jobs().get(app.session_state["run"]).work.training
    assert (config.iterations, config.schedule, config.momentum) == (3, "constant", 0.9)


@pytest.mark.slow
def test_pause_and_stop_say_what_they_did(app):
    from pages.session import jobs

    opened(app, "train")
    app.number_input(key="iterations").set_value(500_000)
    app.button(key="train").click().run()
    job = jobs().get(app.session_state["run"])
    until(lambda: job.records)
    app.button(key="hold").click().run()
    until(lambda: "paused" in status(app))
    assert app.button(key="hold").label == "Resume"
    app.button(key="hold").click().run()
    until(lambda: "left" in status(app))
    assert app.button(key="hold").label == "Pause"
    app.button(key="stop").click().run()
    assert job.wait(240)
    assert "stopped" in status(app)
    assert app.button(key="stop").disabled
    assert "Keep this network" in [heading.value for heading in app.header]


def test_the_scale_of_the_accuracies_is_kept_in_the_address(app):
    opened(app, "train", scale="error")
    scale = app.button_group(key="scale")
    assert scale.value == "error"
    scale.set_value("accuracy").run()
    assert "scale" not in app.query_params
    app.button_group(key="scale").set_value("error").run()
    assert app.query_params["scale"] == "error"


def status(app):
    """What the page says of the training now."""
    app.run()
    assert not app.exception
    return app.get("progress")[0].proto.text


def test_a_network_is_published_under_a_name_that_is_right_and_free(app, tmp_path, monkeypatch):
    from pages.session import jobs

    monkeypatch.setattr(networks, "MODELS", tmp_path)
    save_model(tmp_path / "theirs.safetensors", SimpleNet(784, 2, 10), {})
    opened(app, "train")
    app.number_input(key="iterations").set_value(10)
    app.button(key="train").click().run()
    assert jobs().get(app.session_state["run"]).wait(240)
    app.run()
    for name, kind, words in (
        ("../x", "error", "1 to 40 letters"),
        ("小明-1", "success", "Saved"),
        ("小明-1", "success", "Saved"),  # A double click.
        ("theirs", "error", "already"),
    ):
        app.text_input(key="new_network").set_value(name)
        publish = next(button for button in app.button if button.label == "Save on this server")
        publish.click().run()
        assert not app.exception
        [alert] = getattr(app, kind)
        assert words in alert.value
    app.run()
    assert not app.success  # It is said once.
    assert not app.error
    assert sorted(path.stem for path in tmp_path.iterdir()) == ["theirs", "小明-1"]
    app.switch_page("pages/draw.py").run()
    offered = app.selectbox(key="draw_network").options
    (mine,) = (option for option in offered if option.startswith("小明-1"))
    assert re.fullmatch(r"小明-1: \d+\.\d%, 50 units", mine)  # As its file says.


def places(block, path=()):
    """Return where each widget and each figure stands in the tree of elements, by its name."""
    found = {}
    for i, child in block.children.items():
        if hasattr(child, "children"):
            found |= places(child, (*path, i))
        elif name := getattr(child, "key", None) or getattr(child, "label", None):
            found[name] = (*path, i)
    return found


def test_what_comes_and_goes_moves_nothing(app):
    """What is moved is there twice for a moment, and a click on it is lost."""
    from pages.session import jobs

    opened(app, "train")
    at_first = places(app.main)
    assert {"train", "stop", "Test accuracy"} <= set(at_first)
    app.number_input(key="batch_size").set_value(0).run()
    assert app.error
    assert places(app.main) == at_first
    app.button(key="reset").click().run()
    app.number_input(key="iterations").set_value(1)
    app.button(key="train").click().run()
    assert jobs().get(app.session_state["run"]).wait(240)
    app.run()
    with_network = places(app.main)
    assert at_first.items() <= with_network.items()

    opened(app, "gradients", panel="race")
    at_first = places(app.main)
    app.button_group(key="race_arrays").set_value([]).run()
    assert app.error
    assert places(app.main) == at_first


def test_a_run_that_is_deleted_elsewhere_while_it_trains_is_told_to_be_gone(app):
    from pages.session import jobs, store

    opened(app, "train")
    app.button_group(key="pace").set_value("slow").run()
    app.number_input(key="iterations").set_value(1_000_000)
    app.button(key="train").click().run()
    run, visitor = app.session_state["run"], app.session_state["visitor"]
    job = jobs().get(run)
    until(lambda: len(job.records))
    store().delete([run], visitor)  # As My runs does it in another tab.
    until(lambda: job.ended)
    app.run()
    assert not app.exception
    assert app.session_state["lost"] == {"run"}  # Every page says so, above what it shows.
    assert "run" not in app.query_params
    assert [b.key for b in app.button if b.proto.type == "primary"] == ["train"]
    assert not [b for b in app.button if b.key == "draw_one"]

    store().put_back([run], visitor)
    assert len(jobs().get(run).records) == len(job.records)
    app.query_params["run"] = run
    app.run()
    assert app.session_state["lost"] == set()
    assert any(b.key == "draw_one" for b in app.button)
