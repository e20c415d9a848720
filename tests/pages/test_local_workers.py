"""How many worker processes a server starts."""

import pytest

import pages.session


@pytest.fixture
def asked_for(monkeypatch):
    """Return a function: what the jobs of a server are told of its workers, by its environment."""
    monkeypatch.setattr(pages.session, "EARLY_S", 100_000.0)
    monkeypatch.setattr(pages.session, "store", lambda: None)
    monkeypatch.setattr(pages.session, "Jobs", lambda store, scheduler, workers, warm_up: workers)

    def of(text):
        monkeypatch.setenv("SIMPLENET_WORKERS", text)
        return pages.session.jobs.__wrapped__()

    return of


@pytest.mark.parametrize(("text", "number"), [("1", 1), (" 3 ", 3), ("512", 512), ("", None)])
def test_the_environment_sets_the_number(text, number, asked_for, caplog):
    assert asked_for(text) == number
    assert not caplog.records


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "two", "513", "２²", "1e2"])
def test_what_is_no_number_of_workers_is_said_and_left_aside(text, asked_for, caplog):
    assert asked_for(text) is None
    (record,) = caplog.records
    assert "SIMPLENET_WORKERS" in record.message
    assert "from 1 to 512" in record.message
    assert repr(text) in record.message
