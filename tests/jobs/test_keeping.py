"""How a server keeps its workers: with a Dask that the tests speak for, and no processes."""

import asyncio
import threading
from concurrent.futures import Future
from contextlib import contextmanager
from types import SimpleNamespace

import distributed
import pytest
from distributed.client import ClosedClientError

import simplenet.jobs.workers
from simplenet.jobs.calls import Call
from simplenet.jobs.roll import ANSWER_S, SILENT_S
from simplenet.jobs.workers import (
    CONNECT_S,
    COUNT_S,
    EARLY_S,
    GIVEN_UP_S,
    HOPELESS_S,
    MISSING_S,
    Workers,
)
from tests.jobs.alone import Hasty, Unkept
from tests.waiting import until

AT = "tcp://127.0.0.1:1"
SIZE = 511
"""Of a local cluster that is none; others of this process may start theirs just now."""


class Client:
    """What is needed of a Dask client; `threads` are those of its workers."""

    def __init__(self, threads=None):
        self.status, self.closed, self.stuck = "running", 0, frozenset()
        self.threads = {"a": 2, "b": 1} if threads is None else threads
        self.address, self.answers, self.refused = "tcp://127.0.0.1:8786", True, False

    def call(self):
        return self.answers

    def close(self):
        self.closed += 1


class Cluster:
    """A local cluster of processes that live or do not."""

    def __init__(self, alive=(True, True), asked=2):
        nannies = [SimpleNamespace(is_alive=lambda lives=lives: lives) for lives in alive]
        self.workers, self.worker_spec = dict(enumerate(nannies)), dict.fromkeys(range(asked))
        self.closed = 0

    def close(self):
        self.closed += 1


@pytest.fixture
def dask(monkeypatch):
    """Speak for Dask, to the workers of the tests and to no others; errors are raised."""
    module = simplenet.jobs.workers
    dask = SimpleNamespace(found=Client(), cluster=Cluster())

    def instead_of(place, name, is_ours, answer):
        real = getattr(place, name)

        def replaced(*args, **kwargs):
            return answer() if is_ours(args[0]) else real(*args, **kwargs)

        monkeypatch.setattr(place, name, replaced)

    def given(what):
        if isinstance(what, Exception):
            raise what
        return what

    instead_of(module, "connected", lambda at: at == AT, lambda: given(dask.found))
    instead_of(module, "local_cluster", lambda size: size == SIZE, lambda: given(dask.cluster))
    instead_of(distributed, "Client", lambda at: isinstance(at, Cluster), lambda: given(dask.found))
    instead_of(module, "Roll", lambda client: isinstance(client, Client), lambda: dask.found)
    return dask


@contextmanager
def ends(workers):
    yield workers
    if workers._loop:
        workers._loop.stop()


def test_nobody_is_given_up_too_early_or_waited_for_too_long():
    assert (EARLY_S, COUNT_S, CONNECT_S, ANSWER_S) == (2.0, 0.5, 5.0, 3.0)
    assert (GIVEN_UP_S, HOPELESS_S, MISSING_S, SILENT_S) == (3.0, 3.0, 4.0, 10.0)


def test_the_cores_of_a_local_cluster_are_counted_and_lost_with_it(dask):
    workers = Unkept(size=SIZE)
    workers._connect()
    assert (workers.cores, workers._right) == (3, {"a", "b"})
    assert workers._loop is None  # The cluster has its own.
    dask.found.threads, dask.found.stuck = {"b": 4}, frozenset({"key"})
    workers._count()
    assert (workers.cores, workers._right, workers._stuck) == (4, {"b"}, {"key"})
    dask.found.refused = True
    assert workers.refused
    dask.found.answers = False  # It is in this process: it is only slow.
    workers._count()
    assert workers.cores == 4
    workers._disconnect()
    assert (workers.cores, workers.refused) == (0, False)
    assert (dask.found.closed, dask.cluster.closed) == (1, 1)
    workers._disconnect()
    assert (dask.found.closed, dask.cluster.closed) == (1, 1)


def test_a_cluster_whose_processes_do_not_come_back_is_built_anew(dask, caplog):
    def missing_for(seconds, **processes):
        dask.cluster = Cluster(**processes)
        workers = Unkept(size=SIZE)
        workers._connect()
        workers._had_processes -= seconds
        workers._count()
        return workers, dask.cluster.closed

    for processes in ({}, {"alive": (True, False)}, {"alive": (True,)}):
        workers, closed = missing_for(0.0, **processes)
        assert (workers.cores, closed) == (3, 0)
    assert missing_for(HOPELESS_S + 1)[1] == 0  # All of them are there.
    assert "built anew" not in caplog.text
    for processes in ({"alive": (True, False)}, {"alive": (True,)}):
        workers, closed = missing_for(HOPELESS_S + 1, **processes)
        assert (workers.cores, closed, workers.failure) == (0, 1, None)
        workers._connect()
        assert workers.cores == 3
    assert caplog.text.count("built anew") == 2


@pytest.mark.parametrize("error", [OSError("no memory"), RuntimeError("no process")])
def test_a_local_cluster_that_does_not_start_is_tried_again(dask, error, caplog):
    dask.cluster = error
    workers = Unkept(size=SIZE)
    workers._connect()
    assert f"the local workers do not start, once more: {error}" in caplog.text
    assert (workers.failure, workers.unreachable) == (None, False)
    dask.cluster, dask.found = Cluster(), error  # It starts, and lets nobody in.
    workers._connect()
    assert dask.cluster.closed == 1


def test_a_scheduler_that_is_away_is_tried_until_it_answers(dask, caplog):
    with ends(Unkept(AT, SIZE)) as workers:
        workers._had_cores -= MISSING_S + 1
        dask.found = OSError("nobody is there")
        workers._connect()
        loop = workers._loop
        assert workers.unreachable
        dask.found = Client()
        workers._connect()
        assert (workers.cores, workers.unreachable, workers._loop is loop) == (3, False, True)
        assert caplog.text.count("does not answer (nobody is there)") == 1
        assert caplog.text.count("answers again") == 1
        dask.found.answers = False
        workers._count()
        assert workers.cores == 0
        assert "does not answer (it takes too long)" in caplog.text
        dask.found.answers = True
        workers._count()
        dask.found.status = "connecting"  # Dask tries to, by itself.
        workers._count()
        assert (workers.cores, dask.found.closed) == (0, 0)
        assert "does not answer (the connection was lost)" in caplog.text
        dask.found.status = "closed"
        workers._count()
        assert dask.found.closed == 1


def test_what_can_be_no_scheduler_is_said_until_somebody_asks_again(dask):
    dask.found = ValueError("the port is missing")
    with ends(Unkept(AT, SIZE)) as workers:
        workers._connect()
        assert str(workers.failure) == (
            f"there can be no Dask scheduler at {AT!r}: the port is missing"
        )
        workers.want()
        assert workers.failure is None
        workers._keeper.join()
        workers.close()
        workers.want()  # Too late.
        assert str(workers.failure) == "the server is shutting down"


@pytest.mark.parametrize(("listens_at", "is_open"), [("tcp://x:1", True), ("tls://x:1", False)])
def test_that_others_can_use_a_scheduler_is_said_once(listens_at, is_open, monkeypatch, caplog):
    module, asked = simplenet.jobs.workers, []
    real = module.is_open

    def told(places):
        if AT not in places:
            return real(places)
        asked.append(places)
        return is_open

    monkeypatch.setattr(module, "is_open", told)
    workers = Unkept(AT, SIZE)
    for _ in range(2):
        workers._find(listens_at)
    assert asked == [(AT, listens_at)]
    assert workers.open_at == (listens_at if is_open else None)
    assert caplog.text.count("wants no key") == is_open
    workers._find("tcp://y:1")  # It was started anew, and listens elsewhere.
    assert len(asked) == 2
    local = Unkept(size=SIZE)
    local._find(listens_at)
    assert (len(asked), local.open_at) == (2, None)


def test_nobody_is_asked_about_calls_while_there_are_none_or_no_answer_comes():
    asked = []

    def sync(*args, **kwargs):
        asked.append(kwargs["workers"])
        raise OSError("nobody is there")

    workers, call = Unkept(AT, SIZE), Call("key", None, Future())
    workers._client = SimpleNamespace(sync=sync, run=None)
    workers._right = frozenset("a")
    workers._clear()
    assert asked == []
    workers.give_up(call)
    workers._is_away = True
    workers._clear()
    assert asked == []
    workers._is_away = False
    workers._clear()
    assert (asked, set(workers._given_up)) == ([["a"]], {call})


def test_who_closes_a_server_waits_for_its_processes_but_not_for_a_silent_scheduler():
    for scheduler, longest_s in ((None, None), (AT, 2 * CONNECT_S)):
        workers, waited = Unkept(scheduler, SIZE), []
        workers._keeper = SimpleNamespace(join=waited.append)
        workers.close()
        assert waited == [longest_s]


@pytest.mark.parametrize("wanted", [True, False])
def test_the_keeper_connects_when_it_is_wanted_or_soon_and_ends_what_it_began(dask, wanted):
    workers = Workers(Hasty({EARLY_S: 240 if wanted else 0, COUNT_S: 0.001}), AT, SIZE)
    assert workers._keeper.daemon  # It holds no process up that ends.
    if wanted:
        workers.want()
    until(lambda: workers.cores == 3)
    dask.found.threads = {"a": 7}
    until(lambda: workers.cores == 7)
    call = Call("key", None, Future())
    call.outcome.set_result(1)
    dask.found.run, dask.found.sync = None, lambda *args, **kwargs: {}
    workers.give_up(call)
    until(lambda: not workers._given_up)
    first, dask.found = dask.found, Client()
    first.status = "closed"
    until(lambda: workers.cores == 3)
    assert first.closed == 1
    workers.close()
    assert not workers._keeper.is_alive()
    assert (workers.cores, dask.found.closed) == (0, 1)
    assert not workers._loop.is_started()


def test_a_keeper_tries_nothing_again_that_failed_for_good(dask, caplog):
    dask.found = ValueError("the port is missing")
    workers = Workers(Hasty({EARLY_S: 0, COUNT_S: 0.001}), AT, SIZE)
    until(lambda: workers.failure)
    dask.found = Client()
    waits = workers._changed.waits
    more = waits[COUNT_S] + 3
    until(lambda: waits[COUNT_S] > more)
    assert workers.cores == 0
    workers.want()
    until(lambda: workers.cores == 3)
    workers.close()


def test_a_call_goes_to_workers_with_the_right_code_and_its_outcome_is_told(dask):
    loop = asyncio.new_event_loop()
    running = threading.Thread(target=loop.run_forever, daemon=True)
    running.start()
    sent = []

    def submit(function, *args, key, pure, workers):
        sent.append((args, key.partition("-")[0], pure, sorted(workers)))
        done = asyncio.sleep(0, (args[0](*args[1:]), 0.5))
        outcome = asyncio.run_coroutine_threadsafe(done, loop)
        return asyncio.wrap_future(outcome, loop=loop)

    workers = Unkept(size=SIZE)
    assert workers.submit(divmod, 17, 5) is None  # There is no worker.
    workers._connect()
    dask.found.submit, dask.found.loop = submit, SimpleNamespace(asyncio_loop=loop)
    call, other = (workers.submit(divmod, 17, 5) for _ in range(2))
    assert sent[0] == ((divmod, 17, 5), "divmod", False, ["a", "b"])
    assert call.wait(60)
    assert workers.result(call) == ((3, 2), 0.5)
    assert call.key != other.key
    assert (call.to, workers.is_stranded(call)) == ({"a", "b"}, False)

    def closed(*args, **kwargs):
        raise ClosedClientError("closed")

    dask.found.submit = closed
    assert workers.submit(divmod, 17, 5) is None
    assert workers.cores == 0
    assert other.wait(60)
    loop.call_soon_threadsafe(loop.stop)
    running.join()
    loop.close()
