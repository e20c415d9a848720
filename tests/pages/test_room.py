"""What somebody is told for whose run there is no room, without a browser."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pages.language.text import catalogue
from pages.room import no_room
from simplenet.jobs import LedgerError
from simplenet.runs.store import Limits
from tests.pages.conftest import opened


@pytest.fixture
def limits(workers):
    """What sets the limits of the server, for a test."""
    from pages.session import store

    before = store().limits

    def set_limits(**values):
        store().limits = replace(before, **values)

    yield set_limits
    store().limits = before


def warned(app):
    return [element.value for element in app.warning]


def test_a_training_without_room_is_not_started(app, limits):
    opened(app, "train")
    limits(visitor_runs=0)
    app.button(key="train").click().run()
    assert not app.exception
    assert app.session_state["no_room"] == ("runs", 0)
    assert "run" not in app.session_state
    limits(visitor_runs=1)
    app.button(key="train").click().run()
    assert "no_room" not in app.session_state
    from pages.session import jobs

    jobs().get(app.session_state["run"]).stop()


def test_of_two_that_belong_together_none_goes_on_alone(app, limits):
    from pages.session import jobs, store

    opened(app, "gradients", panel="without")
    limits(visitor_runs=1)
    app.button(key="pair_start").click().run()
    assert app.session_state["no_room"] == ("runs", 1)
    assert "numerical" not in app.session_state
    assert "backprop" not in app.session_state
    (left,) = store().runs_of(app.session_state["visitor"])
    assert jobs().get(left.id).wait(240)


@pytest.mark.parametrize(
    ("language", "page", "said"),
    [
        ("en", "", ["as it may have here (20)"]),
        ("zh", "", ["已暂停的训练已达 20 个"]),
        ("en", "train", []),  # It was said there, and another page is opened now.
    ],
)
def test_the_page_says_why_until_another_is_opened(app, language, page, said):
    state = {"language": language, "page": page, "no_room": ("runs", 20)}
    for name, value in state.items():
        app.session_state[name] = value
    app.run()
    assert len(warned(app)) == len(said)
    assert all(words in warned(app)[0] for words in said)


def test_a_sweep_without_room_is_not_started(app, limits):
    opened(app, "runs", sweep="new")
    limits(visitor_waiting=3)
    app.button(key="sweep_start").click().run()
    assert app.session_state["no_room"] == ("waiting", 3)
    assert app.metric[0].value == "12"  # The form is still there.


@pytest.mark.parametrize("of", ["runs", "waiting", "crowd", "own_bytes", "all_bytes"])
def test_all_that_there_can_be_no_room_for_has_its_words(app, of):
    assert no_room(of, 20_000_000).rstrip() in {
        words.replace("{most}", most)
        for key, words in catalogue("en").items()
        if key.startswith("room.")
        for most in ("20", "20,000,000")
    }


@pytest.mark.parametrize("name", ["SIMPLENET_VISITOR_RUNS", "SIMPLENET_ALL_BYTES"])
def test_a_limit_is_set_by_a_variable_and_a_wrong_one_is_named(monkeypatch, tmp_path, name):
    from pages.session import store

    monkeypatch.setenv("SIMPLENET_DATA", str(tmp_path))
    monkeypatch.setenv(name, "7")
    made = store.__wrapped__()
    assert made.limits == replace(Limits(), **{name.removeprefix("SIMPLENET_").lower(): 7})
    made.close()
    monkeypatch.setenv(name, "many")
    with pytest.raises(LedgerError, match=f"{name} must be a whole number.*'many'"):
        store.__wrapped__()
