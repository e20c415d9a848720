"""The roll of the workers, and calls of functions: with a scheduler that the tests speak for."""

import logging
from concurrent.futures import Future
from types import SimpleNamespace

import pytest

from simplenet.jobs import roll, same_code
from simplenet.jobs.calls import Call, computing, measured
from simplenet.jobs.cluster import MOST_WORKERS, cluster_size
from simplenet.jobs.roll import SILENT_S, Roll
from simplenet.jobs.same_code import package_code


class Scheduler:
    """What a Dask client tells of its scheduler: workers with their code, and when they spoke."""

    def __init__(self):
        self.id, self.away, self.spoke, self.processing = "first", False, {}, {}
        self.codes, self.asked, self.prepared = {}, [], 0

    def sync(self, method, *args, callback_timeout, **kwargs):
        if self.away:
            raise OSError("nobody is there")
        return method(*args, **kwargs)

    def run(self, function, workers, on_error):
        self.asked += workers
        return {address: self.codes[address] for address in workers}

    def register_plugin(self, plugin, name):
        self.prepared += 1

    def add(self, address, code=None, threads=1):
        self.codes[address] = package_code() if code is None else code
        self.spoke[address] = 0.0, threads

    def identity(self, _):
        workers = {a: {"last_seen": at, "nthreads": n} for a, (at, n) in self.spoke.items()}
        return {"id": self.id, "address": f"tcp://{self.id}", "workers": workers}


@pytest.fixture
def scheduler(monkeypatch):
    scheduler = Scheduler()
    scheduler.now = 100.0
    monkeypatch.setattr(roll, "_identity", scheduler.identity)
    monkeypatch.setattr(roll, "_processing", lambda _: scheduler.processing)
    monkeypatch.setattr(roll, "monotonic", lambda: scheduler.now)
    return scheduler


def test_only_workers_with_the_code_of_the_server_are_on_the_roll(scheduler, caplog):
    found = Roll(scheduler, None)
    assert found.call()
    assert (found.threads, found.refused, found.address) == ({}, False, "tcp://first")
    scheduler.add("other", "another code")
    for _ in range(2):
        assert found.call()
        assert (found.threads, found.refused) == ({}, True)
    scheduler.add("same", threads=4)
    scheduler.add("gone", OSError("closed"))
    for _ in range(2):
        assert found.call()
        assert (found.threads, found.refused) == ({"same": 4}, False)
    # Once is enough, but for the one that did not answer.
    assert scheduler.asked == ["other", "same", "gone", "gone"]
    assert caplog.text.count("gets no work") == 1
    assert scheduler.prepared == 1


def test_a_scheduler_that_was_started_anew_is_asked_anew(scheduler):
    scheduler.add("same")
    found = Roll(scheduler, None)
    assert found.call()
    scheduler.id = "second"
    assert found.call()
    assert (scheduler.prepared, scheduler.asked) == (2, ["same", "same"])
    assert (found.threads, found.address) == ({"same": 1}, "tcp://second")


def test_a_worker_that_reports_no_more_is_off_the_roll_until_it_does(scheduler, caplog):
    scheduler.add("lively")
    scheduler.add("still")
    scheduler.processing = {"still": ["a", "b"], "lively": ["c"]}
    found = Roll(scheduler, None)
    begun = scheduler.now
    for seconds in (0.0, 0.5 * SILENT_S, SILENT_S, SILENT_S + 0.5, SILENT_S + 1):
        scheduler.now = begun + seconds
        scheduler.spoke["lively"] = seconds, 1
        assert found.call()
        silent = seconds > SILENT_S
        assert set(found.threads) == ({"lively"} if silent else {"lively", "still"})
        assert found.stuck == (frozenset("ab") if silent else frozenset())
    assert caplog.text.count("does not report any more") == 1
    assert "again" not in caplog.text
    scheduler.spoke["still"] = 99.0, 1
    assert found.call()
    assert set(found.threads) == {"lively", "still"}
    assert not found.stuck
    assert caplog.text.count("the worker at still reports again") == 1


def test_a_worker_whose_clock_was_set_back_is_asked_to_report_and_stays(scheduler, caplog):
    class Callback:
        def __init__(self, running):
            self.running, self.begun = running, 0

        def is_running(self):
            return self.running

        def stop(self):
            self.running = False

        def start(self):
            self.running, self.begun = True, self.begun + 1

    heartbeat, unused = Callback(True), Callback(False)
    worker = SimpleNamespace(periodic_callbacks={"heartbeat": heartbeat, "unused": unused})
    scheduler.add("worker")
    found = Roll(scheduler, None)

    def run(function, workers, on_error):
        function(worker)
        return {}

    assert found.call()
    scheduler.run, begun = run, scheduler.now
    for seconds in range(1, round(3 * SILENT_S)):
        scheduler.now = begun + seconds
        if heartbeat.begun:  # From then on it reports.
            scheduler.spoke["worker"] = -1e6 + seconds, 1
        assert found.call()
        assert set(found.threads) == {"worker"}
    assert (heartbeat.begun, unused.begun) == (1, 0)
    assert not caplog.text


def test_while_the_scheduler_is_away_no_worker_counts_as_silent(scheduler, caplog):
    caplog.set_level(logging.INFO)
    scheduler.add("worker")
    found = Roll(scheduler, None)
    assert found.call()
    scheduler.away = True
    scheduler.now += 2 * SILENT_S
    assert not found.call()
    assert "nobody is there" in caplog.text
    scheduler.away = False
    assert found.call()
    assert found.threads == {"worker": 1}
    scheduler.now += SILENT_S + 1
    assert found.call()
    assert found.threads == {}


def test_the_code_of_the_engine_has_one_name_whatever_its_lines_end_with(tmp_path, monkeypatch):
    monkeypatch.setattr(same_code, "ENGINE", tmp_path)
    code = package_code.__wrapped__
    (tmp_path / "b").mkdir()
    (tmp_path / "a.py").write_bytes(b"1\n2\n")
    (tmp_path / "b" / "c.py").write_bytes(b"3\n")
    first = code()
    assert len(first) == 16
    (tmp_path / "a.py").write_bytes(b"1\r\n2\r\n")
    (tmp_path / "notes.txt").write_text("no code")
    assert code() == first
    others = {first}
    (tmp_path / "a.py").write_bytes(b"1\n4\n")
    others.add(code())
    (tmp_path / "a.py").rename(tmp_path / "b" / "a.py")
    others.add(code())
    (tmp_path / "b" / "c.py").unlink()
    others.add(code())
    assert len(others) == 4


def test_a_call_takes_the_time_of_its_own_thread(monkeypatch):
    times = iter([2.0, 5.0])
    monkeypatch.setattr("simplenet.jobs.calls.thread_time", lambda: next(times))
    assert measured(divmod, 17, 5) == ((3, 2), 3.0)


def test_a_call_is_waited_for_until_it_is_done():
    outcome = Future()
    call = Call("key", None, outcome)
    assert call.wait(0) is False
    outcome.set_result(1)
    assert call.wait(0) is True


def test_a_worker_tells_which_calls_it_computes():
    worker = SimpleNamespace(active_threads={1: "b", 2: "c"})
    assert computing(["a", "b", "c"], worker) == ["b", "c"]


@pytest.mark.parametrize(("text", "size"), [("1", 1), (" 2 ", 2), (str(MOST_WORKERS), 512)])
def test_a_number_of_workers_is_understood(text, size):
    assert cluster_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "two", "513", "²"])
def test_what_is_no_number_of_workers_is_refused(text):
    with pytest.raises(ValueError, match="a whole number from 1 to 512 is needed"):
        cluster_size(text)
