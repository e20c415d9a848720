"""Whatever a run is called, or asked for by: it is kept as text, or there is no such run."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as some

from simplenet.jobs.ledger import Wishes
from simplenet.runs import TrainingRun
from simplenet.runs.store import Store
from simplenet.runs.store.opening import opened
from simplenet.runs.store.owned import MOST_NAME, MOST_NOTE
from simplenet.storage import check_model_name
from tests.bad_input import examples, texts

MOST_MODEL = 40


@pytest.fixture
def store(address):
    store = Store(opened(address))
    store.add("a", "me", TrainingRun(), Wishes(held=True), "server")
    yield store
    store.close()


@examples(10)
@given(text=texts)
@example(text="a\0b")
@example(text="\0")
def test_bad_name_of_a_run(store, text):
    store.describe("a", "me", name=text, note=text)
    (run,) = store.runs_of("me")
    assert run.name == text[:MOST_NAME].replace("\0", "")
    assert run.note == text[:MOST_NOTE].replace("\0", "")


@examples(10)
@given(text=texts.filter("a".__ne__))
@example(text="a\0b")
def test_bad_id_of_a_run(store, text):
    assert store.read(text) is None
    assert store.summaries([text, "a"])[0].id == "a"
    assert store.sweep(text) == []


@examples(100)
@given(name=texts | some.text(some.characters(codec=None), max_size=50))
def test_bad_name_of_a_network(name):
    try:
        checked = check_model_name(name)
    except ValueError as error:
        assert "a name has 1 to 40 letters" in str(error)  # noqa: PT017
        return
    assert 1 <= len(checked) <= MOST_MODEL
    assert checked.isprintable()
    assert not set(checked) & set("/\\.:")
