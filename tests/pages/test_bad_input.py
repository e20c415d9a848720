"""Whatever an address, a widget or a component says: a sentence, or nothing; never a traceback."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from pages.kept.sweep_form import FIRST
from pages.platform.incoming import _PARTS, is_message
from pages.state import RECIPE, Component, sweep_values
from simplenet.runs import LIMITS
from tests.bad_input import (
    Kinds,
    any_json,
    any_texts,
    as_text,
    changed_json,
    examples,
    nested,
    numbers,
    texts,
    without_traceback,
)
from tests.pages.messages import DRAWN, STROKE, send, widget, widgets_of
from tests.pages.test_incoming import NASTY
from tests.pages.visiting import PARAMETERS, VIEWS, keep_runs, name_of, visited

LEAST_PARTS = 2
"""Of a page that shows something."""

KEPT = {"mine": "", "pinned": "", "course": json.dumps({"entries": {"slope": [1, True]}})}
GOOD: dict[str, Any] = {
    "frame": {"turn": 1, "image": DRAWN},
    "picked": {"turn": 1, "image": 3, "row": 2, "column": 1},
    "opened": {"turn": 1, "unit": 2},
    "sketched": {"turn": 1, "values": [0.5, 1]},
    "ticked": {"turn": 1, "narrow": True, "ids": ["a-run"]},
    "told": {
        "n": 1,
        "visit": "a",
        "unread": False,
        "problem": None,
        "text": json.dumps(KEPT),
        "base": "{}",
        "visitor": "a" * 22,
    },
    "drawing": {"raw": {"objects": [STROKE]}, "data": DRAWN},
}
"""A good message of each part; one that is missing here is tried with any JSON only."""

NUMBERS = [field.name for field in RECIPE if field.name in LIMITS]
"""The fields for numbers of a recipe."""

PART_NAMES = sorted(_PARTS)

messages = some.one_of(
    *(
        changed_json(GOOD.get(name)).map(lambda part, name=name: {name: part})
        for name in PART_NAMES
    ),
    *(some.just({name: GOOD[name]}) for name in GOOD),
    any_json,
)
"""What a component may be made to say."""

choices = texts | some.builds(
    lambda rows, columns: as_text({"selection": {"rows": rows, "columns": columns, "cells": rows}}),
    any_json,
    any_json,
)
SAYS: Kinds = {
    "double_value": some.floats() | some.floats(-10, 1000),
    "int_value": some.integers(-(2**63), 2**63 - 1) | some.integers(-10, 1000),
    "string_value": choices,
    "string_array_value": some.lists(texts, max_size=5).map(lambda found: {"data": found}),
    "double_array_value": some.lists(some.floats(), max_size=4).map(lambda found: {"data": found}),
    "json_value": messages.map(as_text) | some.integers(1, 20_000).map(nested) | texts,
    "json_trigger_value": any_json.map(as_text),
    "bool_value": some.booleans(),
    "bytes_value": some.binary(),
    "file_uploader_state_value": texts.map(
        lambda text: {"uploaded_file_info": [{"file_id": text, "name": text}]}
    ),
}
SAYS |= {
    kind: strategy | some.sampled_from(NASTY[kind])
    for kind, strategy in SAYS.items()
    if kind in NASTY
}
"""What a widget may be made to say, by the type of its messages. Buttons say that they were
clicked, and no more."""

links = some.fixed_dictionaries({}, optional=dict.fromkeys(PARAMETERS, texts))
"""Any texts for any parameters of an address."""


@pytest.fixture(scope="module", autouse=True)
def runs(workers):
    keep_runs()


def forged(draw: some.DataObject, app: Any) -> dict[str, dict[str, Any]]:
    """Return what some widgets say that no browser would: mostly of the right type."""
    known = {wid: one.value_type for wid, one in widgets_of(app).items() if one.value_type in SAYS}
    said = {}
    for wid in draw.draw(some.lists(some.sampled_from(sorted(known)), max_size=6, unique=True)):
        kind = draw.draw(some.just(known[wid]) | some.sampled_from(sorted(SAYS)))
        said[wid] = {kind: draw.draw(SAYS[kind])}
    return said


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=name_of)
@examples(2)
@given(link=links, data=some.data())
def test_bad_address_and_bad_messages(view, link, data):
    with without_traceback():
        app = visited(view, **link)
        assert not app.exception
        assert len(list(app.main)) > LEAST_PARTS
        said = forged(data, app)
        send(app, said)
        assert not app.exception
        assert len(list(app.main)) > LEAST_PARTS


@pytest.mark.slow
@pytest.mark.parametrize("field", NUMBERS)
@examples(2)
@given(number=numbers.filter(lambda number: number == number) | some.floats())
def test_bad_number_of_a_recipe(field, number):
    with without_traceback():
        app = visited(("train", {}))
        before = app.session_state[field]
        send(app, {widget(app, f"-{field}"): {"double_value": float(number)}})
        assert not app.exception
    held, (low, high) = app.session_state[field], LIMITS[field]
    fits = held is None or low <= held <= high
    assert fits or held == before or "must be between" in app.error[0].value
    if not fits:
        assert app.button(key="train").disabled


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(FIRST))
@examples(2)
@given(text=texts | some.lists(texts, max_size=5).map(", ".join))
@example(text="![x](http://elsewhere/x.png)")
@example(text="1 " * 60_000)
def test_bad_values_of_a_sweep(name, text):
    with without_traceback():
        app = visited(("runs", {"sweep": "new"}))
        app.session_state["sweep_axes"] = [name]
        app.run()
        send(app, {widget(app, f"-{sweep_values(name).name}"): {"string_value": text}})
        assert not app.exception
    assert len(app.error) <= 1
    assert not any(error.value.startswith("![x](") for error in app.error)


@pytest.mark.slow
@pytest.mark.parametrize("name", PART_NAMES)
@examples(60)
@given(data=some.data())
def test_bad_message_of_a_component(name, data):
    part = data.draw(changed_json(GOOD[name]) if name in GOOD else any_json)
    told = json.loads(as_text({name: part}))
    assert is_message(told) in (True, False)
    assert not is_message({**told, data.draw(any_texts.filter(lambda n: n not in _PARTS)): 1})


def test_the_good_messages_are_good():
    assert all(is_message({name: part}) for name, part in GOOD.items())
    assert all(is_message({name: None}) for name in _PARTS)
    assert {"run", "moment", "compare", "weight", "language"} < set(PARAMETERS)
    assert len(Component) > len(_PARTS)
