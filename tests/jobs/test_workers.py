"""The workers of a server by themselves: with a client that the tests speak for, and a clock."""

import concurrent.futures
from types import SimpleNamespace

import pytest

import simplenet.jobs.workers
from simplenet.jobs.calls import Call, WorkerLostError, computing, end_process
from simplenet.jobs.workers import GIVEN_UP_S, MISSING_S
from tests.jobs.alone import Clock, Unkept


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(simplenet.jobs.workers, "monotonic", clock)
    return clock


def called(key="key", to=()):
    """A call, and what was done with its future."""
    released = []
    future = SimpleNamespace(release=lambda: released.append(key))
    return Call(key, future, concurrent.futures.Future(), frozenset(to)), released


def test_workers_are_missing_after_a_while_and_out_of_reach_if_the_scheduler_is(clock, caplog):
    local, outside = (Unkept(at) for at in (None, "tcp://host:8786"))
    for workers in (local, outside):
        workers._set_cores(2)
        assert not workers.missing
        workers._disconnect()
        assert workers.cores == 0
        workers._miss("it is slow")
        workers._miss("it is slow")
    for after_s, missing in ((MISSING_S, False), (MISSING_S + 0.1, True)):
        clock.now = after_s
        assert (local.missing, local.unreachable) == (missing, False)
        assert (outside.missing, outside.unreachable) == (missing, missing)
    assert caplog.text.count("does not answer (it is slow)") == 1
    outside._set_cores(1)
    assert not outside.missing


def test_a_call_is_stranded_when_nobody_is_left_to_do_it(clock):
    workers = Unkept()
    call, _ = called(to=("a", "b"))
    workers._right = frozenset("bc")
    assert not workers.is_stranded(call)
    workers._stuck = frozenset({"key"})
    assert workers.is_stranded(call)
    workers._right, workers._stuck = frozenset("c"), frozenset()
    assert workers.is_stranded(call)
    call.outcome.set_result(1)
    assert not workers.is_stranded(call)


def test_what_was_given_up_is_released_and_whoever_goes_on_with_it_is_ended(clock):
    busy, ended = {"a": ["works"], "b": []}, []

    def run(function, keys, workers, on_error):
        if function is computing:
            assert sorted(workers) == ["a", "b"]
            return {address: [key for key in busy[address] if key in keys] for address in workers}
        assert function is end_process
        return ended.append((keys, workers))

    workers = Unkept()
    workers._client = SimpleNamespace(
        run=run, sync=lambda method, *args, callback_timeout, **kwargs: method(*args, **kwargs)
    )
    workers._right = frozenset("ab")
    (works, released), (waits, released_too), (done, _) = map(called, ("works", "waits", "done"))
    done.outcome.set_result(1)
    for call in (works, waits, done):
        workers.give_up(call)
    workers._clear()
    assert (released, released_too, ended) == ([], ["waits"], [])
    assert set(workers._given_up) == {works, waits}
    clock.now = GIVEN_UP_S
    workers._clear()
    assert ended == []
    clock.now = GIVEN_UP_S + 1
    workers._clear()
    assert ended == [("works", ["a"])]
    assert workers._ended == {"a"}


@pytest.mark.parametrize(
    ("error", "blameless"),
    [
        (concurrent.futures.CancelledError(), True),
        (RuntimeError("cannot schedule new futures after shutdown"), True),
        (RuntimeError("of the work itself"), None),
        (ValueError("of the work itself"), None),
    ],
)
def test_a_lost_worker_is_told_from_an_error_of_the_work(clock, error, blameless):
    call, _ = called()
    call.outcome.set_exception(error)
    workers = Unkept()
    if blameless is None:
        with pytest.raises(type(error), match="of the work itself"):
            workers.result(call)
    else:
        with pytest.raises(WorkerLostError) as lost:
            workers.result(call)
        assert lost.value.blameless is blameless
