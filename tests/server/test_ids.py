"""The ids that are the keys to runs: long, random, and told to nobody."""

import ast
import secrets
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError

from simplenet.jobs import LedgerError
from simplenet.jobs.ledger import Wishes, logged
from simplenet.runs import TrainingRun
from simplenet.runs.store import Limits, open_store
from simplenet.runs.store.opening import in_memory, opened_file

ROOT = Path(__file__).parents[2]
SOURCES = [*(ROOT / "pages").rglob("*.py"), *(ROOT / "simplenet").rglob("*.py")]

LEAST_BYTES = 12
"""Of an id: 96 bits."""

KEYS = {"id", "job_id", "run_id", "visitor", "sweep", "ids", "token"}
"""What in the code holds a key to runs."""


def calls():
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield f"{source.name}:{node.lineno}", node, getattr(node.func, "attr", "")


def name_of(node):
    return getattr(node, "attr", None) or getattr(node, "id", None)


@pytest.mark.slow
def test_an_id_has_96_bits_of_chance():
    made = 0
    for place, call, name in calls():
        name = name or getattr(call.func, "id", "")
        if name.startswith("token_"):
            made += 1
            assert call.args, place
            assert call.args[0].value >= LEAST_BYTES, place
        assert name != "uuid1", place
    assert made >= 5


@pytest.mark.slow
def test_no_line_of_the_log_has_an_id():
    told = 0
    for place, call, _ in calls():
        if getattr(getattr(call.func, "value", None), "id", "") in ("logger", "_LOGGER", "logging"):
            told += 1
            for part in call.args:
                assert name_of(part) not in KEYS, place
                assert not isinstance(part, ast.JoinedStr), place
    assert told >= 20


def test_what_the_log_calls_a_job_tells_it_from_others_and_is_no_key():
    job_id = secrets.token_urlsafe(LEAST_BYTES)
    assert logged(job_id) == logged(job_id) != logged(secrets.token_urlsafe(LEAST_BYTES))
    assert logged(job_id) not in job_id
    assert len(logged(job_id)) == 8


@pytest.mark.parametrize("make", [in_memory, opened_file])
def test_an_error_of_the_database_tells_no_id(make, tmp_path):
    engine = make(tmp_path) if make is opened_file else make()
    with engine.connect() as database, pytest.raises(StatementError) as failed:
        database.execute(text("SELECT nothing FROM runs WHERE id = :id"), {"id": "secret"})
    assert "secret" not in str(failed.value)
    engine.dispose()


def test_a_damaged_run_is_named_without_its_id(tmp_path, monkeypatch):
    store = open_store(None, tmp_path, Limits())
    store.add("secret", "visitor", TrainingRun(), Wishes(held=True), "nobody")
    monkeypatch.setattr(store, "_kinds", {})
    with pytest.raises(LedgerError) as damaged:
        store.read("secret")
    assert "secret" not in str(damaged.value)
    assert logged("secret") in str(damaged.value)
    store.close()


def test_whose_a_run_is_is_compared_in_the_same_time_whoever_asks():
    compared = 0
    for source in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare):
                sides = [getattr(side, "attr", "") for side in (node.left, *node.comparators)]
                assert "visitor" not in sides, f"{source.name}:{node.lineno}"
            compared += isinstance(node, ast.Call) and name_of(node.func) == "compare_digest"
    assert compared
