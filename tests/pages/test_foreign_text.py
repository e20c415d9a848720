"""What other people wrote is shown as it is: a file's name, a recipe, an error."""

import json
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as some

from pages import networks
from pages.drawing.card import recipe
from pages.language.text import MOST_QUOTED, quoted
from pages.networks import saved_model
from pages.uploading import MOST_WEIGHT, answers
from simplenet import SimpleNet
from simplenet.jobs.ledger import Position, Wishes
from simplenet.runs import TrainingRun, described
from simplenet.storage import save_model
from simplenet.training import History, Record, TrainingConfig
from tests.pages.conftest import opened

EVIL = "![x](http://elsewhere/x.png)"


@given(some.text(some.characters(codec=None)))
def test_a_quoted_text_is_one_piece_of_code(text):
    shown = quoted(text)
    fence = re.match("`+", shown).group()
    inside = shown[len(fence) : -len(fence)]
    assert shown.endswith(fence)
    assert fence not in re.findall("`+", inside)
    assert inside.isprintable()
    assert len(inside) <= MOST_QUOTED + 2
    assert inside.strip() == inside or "`" in inside or not inside.strip()


def test_a_name_is_quoted_as_it_is():
    assert quoted("my photo.png") == "`my photo.png`"
    assert quoted("a`b") == "``a`b``"
    assert quoted("`") == "`` ` ``"
    assert quoted("a\u202eb\nc\udcff") == "`a b c`"
    assert quoted(ValueError(EVIL)) == f"`{EVIL}`"


def about(**changed):
    known = described(TrainingRun(), History([Record(600, 0.5, 1.0, 0.9, 0.9)]))
    known["recipe"]["training"] |= changed
    return known


def test_a_recipe_is_told():
    assert "600" in recipe(about())


@pytest.mark.parametrize(
    "changed",
    [
        *({name: EVIL} for name in ("batch_size", "learning_rate", "schedule", "momentum", "seed")),
        *({name: float("nan")} for name in ("batch_size", "learning_rate", "momentum", "seed")),
        {"augmentation": [EVIL]},
        {"augmentation": [[]]},
        {"schedule": {}},
        {"batch_size": 10**400},
    ],
)
def test_a_recipe_that_cannot_be_is_not_told(changed):
    assert recipe(about(**changed)) == ""


def test_a_course_is_told_if_it_can_be():
    known = about()
    known["recipe"]["then"] = {"training": {"iterations": 70}, "written": 4321}
    assert "530" in recipe(known)
    assert "4,321" in recipe(known)
    for then in (7, {"training": 7}, {"training": {"iterations": 70}, "written": "<b>"}):
        known["recipe"]["then"] = then
        assert recipe(known) == ""


NAME = "<img src=x onerror=alert(1)> [here](http://elsewhere) $x$ :red[x]"


def test_a_name_of_a_run_is_nowhere_markdown_or_html(app):
    from pages.session import store

    app.run()
    me, run = app.session_state["visitor"], TrainingRun(TrainingConfig(iterations=5), 3)
    for job_id in ("one", "other"):
        store().add(job_id, me, run, Wishes(held=True), "nobody")
        done = run.advance(None, 60, None)
        at = Position(end="finished")
        store().commit(job_id, 0, run, done.records, done.state, done.records, at)
        store().describe(job_id, me, name=NAME, note=NAME)
    for page, link in (
        ("runs", {}),
        ("runs", {"compare": "one,other"}),
        ("train", {"run": "one"}),
        ("inspect", {"run": "one"}),
        ("draw", {"run": "one"}),
    ):
        app.query_params.clear()
        opened(app, page, **link)
        parts = [part.proto for part in app.main if hasattr(part, "proto")]
        assert len(parts) > 3
        for proto in parts:
            shown = [getattr(proto, name, "") for name in ("body", "label", "caption", "help")]
            read = re.sub(r"(`+).*?\1", "", str(shown))  # As what it does, not as what it is.
            assert not any(tail in read for tail in ("onerror", "elsewhere", ":red")), proto
        told = [json.loads(part.proto.json) for part in app.main if part.type == "bidi_component"]
        figures = [one for one in told if "cards" not in one]  # Those are text as it is.
        assert "<img" not in json.dumps(figures)
    store().delete(["one", "other"], me)


@pytest.mark.parametrize("known", [{}, {"recipe": 7}, {"recipe": {"training": []}}])
def test_a_recipe_that_is_none_is_not_told(known):
    assert recipe(known) == ""
    assert recipe(about() | {"iteration": EVIL}) == ""


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("key", ["W1", "b1", "W2", "b2"])
def test_a_network_that_would_answer_nan_is_declined(tmp_path, monkeypatch, key, dtype):
    monkeypatch.setattr(networks, "MODELS", tmp_path)
    net = SimpleNet(784, 5, 10, dtype=dtype)
    assert answers(net)
    net.params[key][...] = np.finfo(dtype).max
    save_model(tmp_path / "huge.safetensors", net)
    assert saved_model("huge") is None


def test_with_the_largest_weights_every_answer_is_a_number():
    for dtype in (np.float32, np.float64):
        net = SimpleNet(784, 1000, 10, dtype=dtype)
        for value in net.params.values():
            value[...] = MOST_WEIGHT * (-1.0) ** np.arange(value.size).reshape(value.shape)
        assert answers(net)
        assert np.isfinite(net.predict(np.ones((1, 784), dtype))).all()
