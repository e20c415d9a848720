import json

import numpy as np
import pytest

from tests.pages.conftest import opened
from tests.pages.messages import STROKE, component, png_url, send, widget

ONE = np.zeros((280, 280), np.uint8)
ONE[60:220, 130:150] = 255


def draw(app):
    told = {"drawing": {"raw": {"objects": [STROKE]}, "data": png_url(ONE)}}
    send(app, {widget(app, "-canvas"): {"json_value": json.dumps(told)}})
    assert not app.exception


def test_a_hand_writes_digits_until_somebody_draws(app):
    app.run()
    assert not app.exception
    told = component(app, "-demonstration")
    assert len(told["digits"]) == 5
    assert (told["side"], told["pen"], told["canvas"]) == (280, 20, "canvas")
    for digit in told["digits"]:
        assert len(digit["frames"]) == len(digit["moments"])
        shares = digit["frames"][-1]["signals"]["y"]
        assert max(shares) > 0.9  # By then it can be read.
    assert component(app, "-view")["image"] is None
    draw(app)
    assert component(app, "-demonstration")["digits"] == []
    assert component(app, "-view")["image"]


def test_the_digits_that_are_written_are_read_as_what_they_are(app):
    app.run()
    read = [
        digit["frames"][-1]["signals"]["y"].index(max(digit["frames"][-1]["signals"]["y"]))
        for digit in component(app, "-demonstration")["digits"]
    ]
    assert read == [3, 7, 5, 2, 9]


@pytest.mark.parametrize("unit", [0, 49])
def test_a_unit_that_is_opened_shows_what_excites_it(app, unit):
    app.run()
    opened = {"opened": {"turn": 1, "unit": unit}}
    send(app, {widget(app, "-view"): {"json_value": json.dumps(opened)}})
    assert not app.exception
    told = component(app, "-view")
    assert told["opened"]["unit"] == unit
    assert len(told["opened"]["digits"]) == 16


def test_a_unit_that_is_not_there_is_not_opened(app):
    app.run()
    opened = {"opened": {"turn": 1, "unit": 50}}
    send(app, {widget(app, "-view"): {"json_value": json.dumps(opened)}})
    assert not app.exception
    assert component(app, "-view")["opened"] is None


def test_one_button_is_the_first_one(app):
    app.run()
    assert [b.key for b in app.button if b.proto.type == "primary"] == ["next"]


def test_without_its_network_the_page_says_so_and_leads_on(app, monkeypatch):
    monkeypatch.setattr("pages.networks.saved_model", lambda name: None)
    app.run()
    assert not app.exception
    assert "robust-50" in app.error[0].value
    assert len(app.get("page_link")) == 5


def test_the_way_into_the_course_leads_there_wherever_one_was_last(app):
    opened(app, "learn", part="words")
    assert app.session_state["learn_part"] == "words"
    app.query_params.clear()
    app.switch_page("pages/home.py").run()
    (link,) = (link.proto for link in app.get("page_link") if "Start with" in link.proto.label)
    assert link.query_string == "part=course"
    opened(app, "learn", part="course")
    assert app.session_state["learn_part"] == "course"
