"""The recipes to choose from on the Train page, and what is told of a training's end."""

import numpy as np
import pytest

from simplenet import SimpleNet, TrainingConfig
from simplenet.runs import TrainingRun
from tests.pages.conftest import opened
from tests.waiting import until


@pytest.fixture
def presets():
    from pages.training.presets import PRESETS

    return PRESETS


def chosen(app):
    """The recipe that is marked as the one in the fields."""
    marked = [b.key for b in app.button if b.key.startswith("preset_") and b.proto.icon]
    assert len(marked) <= 1
    return marked[0].removeprefix("preset_") if marked else None


def choose(app, name):
    app.button(key=f"preset_{name}").click().run()
    assert not app.exception


@pytest.mark.parametrize("name", ["article", "strong", "large", "small", "alike", "single"])
def test_a_preset_fills_the_fields(app, presets, name):
    opened(app, "train")
    choose(app, name)
    run = presets[name]
    assert app.number_input(key="hidden_size").value == run.hidden_size
    assert app.number_input(key="learning_rate").value == run.training.learning_rate
    assert app.number_input(key="batch_size").value == run.training.batch_size
    assert app.number_input(key="weight_init_std").value == run.weight_init_std
    assert app.number_input(key="iterations").value == run.training.iterations
    assert app.number_input(key="momentum").value == run.training.momentum
    assert app.selectbox(key="schedule").value == run.training.schedule
    assert chosen(app) == name


def test_a_recipe_of_ones_own_is_no_preset(app):
    opened(app, "train")
    assert chosen(app) == "article"
    app.number_input(key="learning_rate").set_value(0.3).run()
    assert chosen(app) is None
    app.number_input(key="learning_rate").set_value(0.1).run()
    assert chosen(app) == "article"


def test_what_is_typed_stays_whatever_else_is_sent(app):
    opened(app, "train")
    app.number_input(key="iterations").set_value(1000).run()
    app.number_input(key="seed").set_value(3).run()
    assert app.number_input(key="iterations").value == 1000
    choose(app, "small")
    app.number_input(key="hidden_size").set_value(20).run()
    assert app.number_input(key="hidden_size").value == 20
    assert app.number_input(key="learning_rate").value == 0.001


def test_all_presets_differ(presets):
    assert len(set(map(str, presets.values()))) == len(presets)


def test_the_twenty_digits_are_two_of_each():
    from pages.twenty import answers, twenty

    digits = twenty()
    assert digits.labels.tolist() == [digit for digit in range(10) for _ in range(2)]
    assert digits.x.shape == (20, 784)
    net = SimpleNet(784, 5, 10, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(answers(net), net.predict(digits.x).argmax(axis=1))


def test_the_surest_mistakes_come_first_and_one_of_each_class():
    from pages.training.ending import surest_mistakes

    y = np.full((8, 10), 0.01)
    labels = np.array([0, 1, 1, 2, 3, 4, 5, 6])
    read = [0, 7, 7, 7, 7, 7, 7, 7]  # All but the first are wrong.
    sure = [0.99, 0.5, 0.9, 0.6, 0.4, 0.7, 0.8, 0.3]
    y[np.arange(8), read] = sure
    assert surest_mistakes(y, labels).tolist() == [2, 6, 5, 3, 4]
    assert surest_mistakes(y[:1], labels[:1]).tolist() == []


def test_it_is_called_sure_only_of_what_it_gives_more_than_all_else(monkeypatch):
    from pages.training import ending

    shown = {}
    monkeypatch.setattr(ending.st, "caption", lambda words: None)
    monkeypatch.setattr(ending, "mosaic", lambda images, **values: shown.update(values))
    labels = np.array([0, 1, 2])
    for highest, alt, captions in (
        ([0.11, 0.12, 0.5], "It reads these wrong, and is sure of none of them", [2, 1, 0]),
        ([0.9, 0.12, 0.6], "It is sure of these, and wrong", [0, 2]),
    ):
        y = np.full((3, 10), 0.05)
        y[:, 7] = highest
        ending.show_mistakes(y, labels)
        assert shown["alt"] == alt
        assert shown["captions"] == [f"{label}, read as 7" for label in captions]


def test_the_end_of_a_training_says_what_it_reads_and_leads_on(app):
    from pages.session import jobs
    from pages.twenty import twenty
    from simplenet.data import loaded

    def right_of_twenty(net):
        return int((net.predict(twenty().x).argmax(axis=1) == twenty().labels).sum())

    def said():
        (words,) = (block.value for block in app.markdown if "of these 20 digits" in block.value)
        return words

    opened(app, "train")
    assert [b.key for b in app.button if b.proto.type == "primary"] == ["train"]
    app.number_input(key="iterations").set_value(300)
    app.number_input(key="seed").set_value(3).run()
    before = right_of_twenty(TrainingRun(TrainingConfig(seed=3)).new_network())
    assert f"It reads {before} of these 20 digits.** It has learned nothing yet." in said()
    app.button(key="train").click().run()
    job = jobs().get(app.session_state["run"])
    until(lambda: job.ended)
    app.run()
    assert not app.exception
    net = SimpleNet.from_params(job.state.params)
    data = loaded("bundled")
    right = right_of_twenty(net)
    all_right = round(10_000 * net.accuracy(data.pixels_test, data.t_test))
    assert right != before
    assert f"It reads {right} of these 20 digits; before the training it read {before}." in said()
    assert any(f"it reads {all_right:,}" in block.value for block in app.markdown)
    primary = [b.key for b in app.button if b.proto.type == "primary"]
    assert primary == ["draw_one"]

    app.button(key="look_inside").click().run()
    assert not app.exception
    assert app.selectbox(key="inspect_network").value == ":run"
