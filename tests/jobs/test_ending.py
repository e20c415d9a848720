"""What a server that is being stopped says of the errors that come of it."""

import threading

import pytest

from simplenet.jobs import ending
from simplenet.jobs.workers import Workers
from tests.waiting import until


@pytest.fixture
def workers(monkeypatch):
    """Return the workers of a server that cannot be connected to, and the event that lets them."""
    monkeypatch.setattr(ending, "ENDING", threading.Event())
    tried, go_on = threading.Event(), threading.Event()

    def connect(_):
        tried.set()
        go_on.wait(60)
        raise LookupError("no such module")

    monkeypatch.setattr(Workers, "_connect", connect)
    workers = Workers(threading.Condition())
    workers.want()
    assert tried.wait(60)
    yield workers, go_on
    go_on.set()
    workers.close()


def test_an_error_that_nobody_expected_is_logged(workers, caplog):
    workers[1].set()
    until(lambda: caplog.records)
    assert caplog.records[0].message == "the workers could not be looked after, once more"
    assert caplog.records[0].exc_info[0] is LookupError


def test_an_error_that_comes_of_the_end_is_none(workers, caplog):
    ending.ENDING.set()
    workers[1].set()
    workers[0]._keeper.join(60)
    assert not workers[0]._keeper.is_alive()
    assert not caplog.records
