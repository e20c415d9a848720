"""My runs, without a browser: what the list shows, and what becomes of the runs that are chosen."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import uuid4
from zipfile import ZipFile

import pytest
from streamlit.testing.v1 import AppTest

from pages.language.text import text
from pages.state import runs_key
from simplenet.jobs.ledger import LedgerError, Position, Wishes
from simplenet.runs import TrainingRun
from simplenet.runs.kinds import KINDS, Result
from simplenet.runs.results import KINDS as RESULTS
from simplenet.runs.scaling import Scaling
from simplenet.runs.store import Summary
from simplenet.training import TrainingConfig
from tests.pages.conftest import opened
from tests.pages.messages import component, send, widget
from tests.waiting import until

PAGE = Path(__file__).with_name("chosen_runs.py")
RUN = TrainingRun(TrainingConfig(iterations=5, learning_rate=0.5), 3)


@pytest.fixture
def runs(app, monkeypatch):
    """The app, and what keeps a run of its visitor under an id."""
    from pages.session import store

    app.run()
    me = app.session_state["visitor"]

    def keep(job_id, run=RUN, visitor=me):
        store().add(job_id, visitor, run, Wishes(held=True), "nobody")
        done = run.advance(None, 60, None)
        at = Position(end="finished")
        assert store().commit(job_id, 0, run, done.records, done.state, done.records, at)

    yield app, keep
    for visitor in (me, "you"):
        store().delete([run.id for run in store().runs_of(visitor)], visitor)
    monkeypatch.setattr("simplenet.runs.store.room.UNDO_S", -1.0)
    keep(uuid4().hex)  # Now they are gone for good: the next test has runs of the same names.


def listed(app):
    return app.dataframe[0].value


def test_without_runs_the_page_leads_to_a_training(app):
    opened(app, "runs")
    assert "none yet" in app.markdown[0].value
    (example,) = (html.body for html in app.get("html") if "example-runs" in html.body)
    assert example.count("<img") == 3  # What will come, with the shipped networks.
    assert "<span>article</span><b>94.75%</b>" in example
    app.button(key="runs_train").click().run()
    assert app.button(key="train").label == "Train"


def test_the_list_tells_the_recipe_and_what_came_of_it(runs):
    app, keep = runs
    keep("first"), keep("second", replace(RUN, hidden_size=4)), keep("stranger", visitor="you")
    opened(app, "runs")
    shown = listed(app)
    assert len(shown) == 2
    name = shown["Run"].iloc[1]
    assert "Learning rate: 0.5" in name
    assert "Hidden units: 3" in name
    assert (shown["Status"] == "finished").all()
    assert list(shown["Done"]) == [5, 5]  # Numbers: as words, 1,000 would come before 5.
    assert 0 < shown["Test accuracy"].iloc[0] < 1
    assert len(shown["Curve"].iloc[0]) == 2
    assert app.caption[-1].value.startswith("Runs kept: 2, in ")


def test_a_long_list_is_made_with_few_texts(runs, monkeypatch):
    app, keep = runs
    asked = []

    def counting(*args, **values):
        asked.append(args)
        return text(*args, **values)

    keep("a")
    opened(app, "runs")
    monkeypatch.setattr("pages.language.chosen.text", counting)
    app.run()
    first = len(asked)
    for more in "bcde":
        keep(more)
    asked.clear()
    app.run()
    assert len(listed(app)) == 5
    assert len(asked) - first <= 4 * 10  # A thousand runs are there in 0.3 s.


def test_the_list_can_be_searched(runs):
    from pages.session import store

    app, keep = runs
    keep("a"), keep("b", replace(RUN, hidden_size=44))
    opened(app, "runs")
    app.text_input(key="runs_search").set_value("units: 44").run()
    assert len(listed(app)) == 1
    store().describe("b", app.session_state["visitor"], name="The large one")
    app.run()
    assert list(listed(app)["Run"]) == ["The large one"]  # By its recipe still.
    app.text_input(key="runs_search").set_value("large ONE").run()
    assert len(listed(app)) == 1
    app.text_input(key="runs_search").set_value("nothing like this").run()
    assert not app.dataframe
    assert "No run has these words" in app.info[0].value


def test_on_a_phone_runs_are_cards_that_can_be_ticked(runs):
    app, keep = runs
    keep("a"), keep("b")
    opened(app, "runs")
    cards = component(app, "run_cards")["cards"]
    assert [card["id"] for card in cards] == ["b", "a"]
    assert re.fullmatch(r"[\d.]+%", cards[0]["result"])
    assert len(cards[0]["curve"]) == 2
    assert not [b for b in app.button if b.key == "runs_compare"]
    told = {"turn": 1, "narrow": True, "ids": ["a", "b", "gone"]}
    value = json.dumps({"ticked": told})
    send(app, {widget(app, "run_cards"): {"json_value": value}})
    assert not app.button(key="runs_compare").disabled
    assert component(app, "run_cards")["ticked"] == ["a", "b"]


def first_row(app, *ids):
    """Return what the browser sends when the first row of the table of these runs is ticked."""
    row = json.dumps({"selection": {"rows": [0], "columns": [], "cells": []}})
    return {widget(app, runs_key(ids)): {"string_value": row}}


def test_the_list_is_sorted_and_what_is_ticked_stays_so(runs):
    from pages.session import store

    app, keep = runs
    longer = replace(RUN.training, iterations=300)
    keep("a", replace(RUN, training=longer, hidden_size=20)), keep("c"), keep("b")
    for name in "abc":
        store().describe(name, app.session_state["visitor"], name=name.upper())
    opened(app, "runs")
    assert list(listed(app)["Run"]) == ["B", "C", "A"]
    send(app, first_row(app, "b", "c", "a"))
    assert app.text_input(key="run_name_b").value == "B"
    for order, names in {"oldest": "ACB", "name": "ABC", "best": "ABC"}.items():
        app.button_group(key="runs_order").set_value(order).run()
        assert list(listed(app)["Run"]) == list(names)
        assert app.text_input(key="run_name_b").value == "B"
    cards = component(app, "run_cards")["cards"]  # On a phone, too.
    assert [card["name"] for card in cards] == ["A", "B", "C"]
    keys = [caption.value for caption in app.caption if "keyboard" in caption.value]
    assert len(keys) == 1


def test_a_ticked_run_is_trained_further_on_the_train_page(runs):
    from pages.session import jobs

    app, keep = runs
    keep("a")
    opened(app, "runs")
    ticked = first_row(app, "a")
    send(app, ticked)
    send(app, ticked | {widget(app, "further"): {"trigger_value": True}})
    assert not app.exception
    job = jobs().get(app.session_state["run"])
    assert job.work.start.follows == "a"
    assert app.button(key="train").label == "Train"
    assert app.number_input(key="iterations").value == 10
    job.stop()
    until(lambda: job.ended)


@pytest.fixture
def actions(runs, monkeypatch):
    """Return what shows the actions for some runs of the visitor."""
    app, keep = runs

    def show(*ids):
        for one in ids:
            keep(one)
        shown = AppTest.from_file(PAGE, default_timeout=300)
        shown.session_state["visitor"] = app.session_state["visitor"]
        shown.query_params["ids"] = ",".join(ids)
        return shown.run()

    return show


def kept(app):
    from pages.session import store

    return {run.id: run for run in store().runs_of(app.session_state["visitor"])}


def test_a_run_gets_a_name_a_note_and_a_star(actions):
    app = actions("named")
    app.text_input(key="run_name_named").set_value("the good one").run()
    app.text_input(key="run_note_named").set_value("for Monday").run()
    app.button(key="runs_star").click().run()
    run = kept(app)["named"]
    assert (run.name, run.note, run.star) == ("the good one", "for Monday", True)
    assert app.button(key="runs_star").label == "Remove the star"
    app.button(key="runs_star").click().run()
    assert not kept(app)["named"].star


def test_runs_are_deleted_and_put_back(actions):
    from pages.session import jobs

    app = actions("one", "two")
    assert jobs().get("one").status == "finished"
    assert {"one", "two"} <= kept(app).keys()
    app.button(key="runs_delete").click().run()
    assert not {"one", "two"} & kept(app).keys()
    assert jobs().get("one") is None  # Nor is it there by its address.
    assert "Deleted: 2" in app.markdown[0].value
    app.button(key="runs_undo").click().run()
    assert {"one", "two"} <= kept(app).keys()


def test_what_came_of_a_scaling_is_taken_along(actions, runs):
    from pages.session import jobs
    from pages.training.taking import results_of

    work = Scaling(hidden_sizes=(2, 4), batch_sizes=(1, 3), hidden_size=2, batch_size=2)
    runs[1]("sizes", work)
    app = actions("a_training")
    assert "a script that repeats" in app.get("download_button")[0].help
    app.query_params["ids"] = "sizes"
    app.run()
    (button,) = app.get("download_button")
    assert "Only a training comes back" in button.help
    with ZipFile(BytesIO(results_of(jobs().get("sizes")))) as taken:
        assert "timings.csv" in taken.namelist()


def test_every_kind_of_work_is_taken_along():
    from pages.kept.chosen import TAKEN

    assert {kind.name for kind in KINDS} == {"training", *TAKEN}
    assert len(KINDS) == len(TAKEN) + 1 == len(RESULTS) + 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "change",
    [
        lambda app: app.button(key="runs_star").click(),
        lambda app: app.button(key="runs_delete").click(),
        lambda app: app.text_input(key="run_name_a").set_value("mine"),
    ],
)
def test_what_cannot_be_written_down_is_told_and_changes_nothing(runs, monkeypatch, change):
    from pages.session import store

    app, keep = runs
    keep("a")
    opened(app, "runs")
    told = {"turn": 1, "narrow": True, "ids": ["a"]}
    send(app, {widget(app, "run_cards"): {"json_value": json.dumps({"ticked": told})}})
    before = kept(app)

    def refuse():
        raise LedgerError("attempt to write a readonly database")

    with monkeypatch.context() as patch:
        patch.setattr(store(), "_write", refuse)
        change(app).run()
        assert "readonly database" in app.error[0].value
        assert "nothing has changed" in app.error[0].value
        assert not app.exception
        assert not [b for b in app.button if b.key == "runs_undo"]
    assert kept(app) == before
    app.run()
    assert not app.error


def test_without_a_choice_it_says_what_can_be_chosen(actions):
    app = actions()
    assert "Choose one run" in app.caption[0].value
    assert [button.key for button in app.button] == ["runs_train"]


def test_a_run_of_another_release_keeps_a_name():
    from pages.kept.named import name_of

    run = Summary("a", "training", {}, {}, 0.0, None, None, True, Result(), "", "", False, 1)
    assert name_of(run) == "Training"
    assert name_of(replace(run, name="mine")) == "mine"


def test_runs_are_compared_by_an_address_that_anybody_can_open(runs):
    app, keep = runs
    keep("one"), keep("two", replace(RUN, hidden_size=4))
    app.query_params["compare"] = "one,two,gone"
    opened(app, "runs")
    assert "1 of the runs" in app.info[0].value
    assert "".join(app.query_params["compare"]) == "one,two,gone"
    (different,) = (table.value for table in app.dataframe)
    (results,) = (table.value for table in app.table)
    assert list(different.columns) == ["Run", "Hidden units"]  # What is the same is left out.
    assert list(different["Hidden units"]) == ["3", "4"]
    names = ["A: Hidden units: 3", "B: Hidden units: 4"]
    assert list(different["Run"]) == list(results.columns[1:]) == names
    assert results.iloc[0, 0] == "Test accuracy"
    assert all(re.fullmatch(r"[0-9]{1,2}\.[0-9]{2}%", cell) for cell in results.iloc[0, 1:])
    words = " ".join(markdown.value for markdown in app.markdown)
    assert "Digit by digit" in words
    assert "McNemar" in words
    assert "**B: Hidden units: 4**" in words
    assert [b.key for b in app.button if b.proto.type == "primary"] == ["further"]
    app.session_state["language"] = "zh"  # Its words of a setting have another colon.
    app.run()
    assert not app.exception
    app.button(key="compare_back").click().run()
    assert "compare" not in app.query_params
    assert len(listed(app)) == 2


@pytest.mark.parametrize("address", ["one", "one,one", ",".join("abcdefghi")])
def test_an_address_that_compares_too_few_or_too_many_shows_the_list(runs, address):
    app, keep = runs
    keep("one")
    app.query_params["compare"] = address
    opened(app, "runs")
    assert len(listed(app)) == 1


def test_a_name_is_only_a_name_where_runs_are_compared(runs):
    from pages.session import store

    app, keep = runs
    keep("one"), keep("two")
    evil = "<a href='https://example.com'>![x](https://example.com/x.png)"
    store().describe("one", app.session_state["visitor"], name=evil)
    app.query_params["compare"] = "one,two"
    opened(app, "runs")
    told = [markdown.value for markdown in app.markdown if "example" in markdown.value]
    # It stands there as code, of which Markdown makes nothing.
    assert told
    assert not any("example" in re.sub("`+[^`]*`+", "", words) for words in told)
    chart = next(e for e in app.main.children.values() if "compared_curves" in str(e.proto))
    assert "a href=" in str(chart.proto)
    assert "<a href" not in str(chart.proto)


def test_a_run_is_taken_along_and_opened_again_by_somebody_else(runs):
    app, keep = runs
    keep("first")
    from pages.session import jobs, store
    from pages.training.taking import as_file

    store().describe("first", app.session_state["visitor"], name="Mine")
    content = as_file(jobs().get("first"))
    store().delete(["first"], app.session_state["visitor"])
    opened(app, "runs")
    assert not app.dataframe
    app.file_uploader(key="bundle_file").set_value(("run.zip", content, "application/zip")).run()
    assert not app.exception
    assert "Iteration 5 of 5" in app.get("progress")[0].proto.text  # It is open, on its page.
    opened(app, "runs")
    shown = listed(app)
    assert list(shown["Run"]) == ["Mine"]
    assert list(shown["Note"]) == ["Opened from a file"]
    assert list(shown["Done"]) == [5]
    app.run()
    assert len(listed(app)) == 1  # The file is still there, and is not opened once more.


def test_a_file_that_is_no_run_is_refused_in_a_sentence(app):
    opened(app, "runs")
    app.file_uploader(key="bundle_file").set_value(("run.zip", b"no zip", "application/zip")).run()
    assert app.error[0].value.startswith("This file is no training that was taken along")
    assert not app.exception
