"""What becomes of runs when their server is killed, stands still, or cannot write."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil
import pytest
from distributed import LocalCluster

import simplenet.jobs.job
import simplenet.jobs.jobs
from simplenet.jobs import Jobs, LedgerError
from simplenet.jobs.cluster import configure_dask
from simplenet.jobs.ledger import Lease, Wishes
from simplenet.runs import TrainingRun
from simplenet.runs.moments import whole
from simplenet.runs.store import Store
from simplenet.runs.store.opening import opened
from simplenet.training import TrainingConfig
from tests.runs.serving import LONG
from tests.runs.whole import lost
from tests.waiting import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ENDLESS = TrainingRun(TrainingConfig(1_000_000), 5)


@pytest.fixture(scope="module")
def cluster():
    configure_dask()
    with LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        yield cluster


@pytest.fixture
def scheduler(cluster):
    return cluster.scheduler_address


@contextmanager
def server(address, scheduler):
    """Jobs of a server in this process, on a database and on workers that others share."""
    store = Store(opened(address))
    jobs = Jobs(store, scheduler)
    try:
        yield jobs
    finally:
        jobs.close()
        store.close()


class Another:
    """A server that can be killed: its process, the ids of its runs, and its log so far."""

    def __init__(self, process):
        self.process, self.log = process, []
        self.ids = json.loads(process.stdout.readline())
        threading.Thread(target=lambda: self.log.extend(process.stderr), daemon=True).start()

    def says(self, words):
        return any(words in line for line in self.log)


@contextmanager
def another_process(address, scheduler):
    with subprocess.Popen(
        [sys.executable, "-m", "tests.runs.serving", address, scheduler],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Another(process)
        finally:
            process.kill()


def assert_whole(job):
    """Assert that a training has no doubled, torn or missing point, and the right result.

    What is shown is what is kept, without the snapshots.
    """
    until(lambda: not job.unkept)
    kept = whole(job._server.ledger.read(job.id).chunks)
    assert lost(job.work, kept, job.state) == []
    assert np.array_equal(kept.losses, job.records.losses)


def ended(job):
    assert job.wait(240)
    return job


def lose_a_worker(cluster):
    """Kill the worker, and wait until there is another one."""
    (nanny,) = cluster.workers.values()
    lost = nanny.pid
    psutil.Process(lost).kill()
    until(lambda: nanny.pid not in (None, lost))


def fill_the_disk(another):
    """Let a server write no file until it has said so, and again until it says that it can."""
    if hasattr(psutil, "RLIMIT_FSIZE"):  # On Linux.
        process = psutil.Process(another.process.pid)
        for size, words in ((0, "cannot be read or written now"), (-1, "can be read and written")):
            process.rlimit(psutil.RLIMIT_FSIZE, (size, -1))
            until(lambda words=words: another.says(words))


def test_every_run_of_a_killed_server_is_there_and_goes_on(address, scheduler, cluster):
    with another_process(address, scheduler) as another:
        ids = another.ids
        if address.startswith("sqlite"):  # Of PostgreSQL, `make chaos` does more.
            lose_a_worker(cluster)
            fill_the_disk(another)
        another.process.kill()
        another.process.wait()
        assert not another.says("Traceback")
    store = Store(opened(address))
    ends = {
        name: {store.read(run).standing.position.end for run in runs} for name, runs in ids.items()
    }
    store.close()
    assert ends.pop("finished") == {"finished"}
    assert all(end == {None} for end in ends.values())
    with server(address, scheduler) as jobs:
        named = {name: [jobs.get(run) for run in runs] for name, runs in ids.items()}
        resting = named["paused"] + named["stepping"]
        assert all(job.status == "finished" for job in named["finished"])
        assert all(job.status == "paused" and len(job.records) for job in resting)
        for job in named["slow"]:
            job.pace = "full"
        for job in named["running"] + named["waiting"] + named["slow"]:
            assert ended(job).status == "finished"
            assert_whole(job)
        for job in resting:
            assert job.status == "paused"  # All the time.
            job.pace = "full"
            job.resume()
            assert_whole(ended(job))
        runs = jobs.ledger.runs_of("me")
        assert [run.ended for run in runs] == ["finished"] * 10
        (found,) = named["running"]
        # What is kept is what was shown.
        assert np.array_equal(
            jobs.ledger.read(found.id).state.params["W1"], found.state.params["W1"]
        )


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)  # Of SQLite it is the same code.
def test_a_server_that_stood_still_changes_nothing_when_it_wakes_up(address, scheduler):
    with another_process(address, scheduler) as another:
        process, ids = another.process, another.ids
        process.send_signal(signal.SIGSTOP)
        with server(address, scheduler) as jobs:
            run = jobs.get(
                ids["slow"][0]
            )  # It does not end meanwhile, however fast the machine is.
            until(lambda: run.fence == 1)
            process.send_signal(signal.SIGCONT)
            reached = len(run.records)
            until(lambda: len(run.records) > reached + 20)  # Both servers are at it.
            run.pace = "full"
            assert_whole(ended(run))
            until(lambda: run.fence is None)
            kept = jobs.ledger.read(run.id)
            assert kept.standing.lease.fence == 1
            assert sum(map(len, kept.chunks)) == LONG.training.iterations + 1


@pytest.mark.parametrize("address", ["postgresql"], indirect=True)  # SQLite is one server's.
def test_a_server_that_stands_still_while_it_writes_keeps_nothing_from_the_others(address):
    here, there = Store(opened(address)), Store(opened(address))
    here.add("run", "me", LONG, Wishes(), "here")
    stands, goes_on = threading.Event(), threading.Event()

    def change(wishes, position):
        stands.set()
        assert goes_on.wait(240)
        return wishes

    with ThreadPoolExecutor() as pool:
        wished = pool.submit(here.wish, "run", change)
        assert stands.wait(240)
        assert there.claim("run", Lease("here", 0, 0), "there")
        goes_on.set()
        assert isinstance(wished.exception(), LedgerError)
    assert here.read("run").standing.lease == Lease("there", 1, 0)  # By another connection.
    here.close()
    there.close()


def test_a_run_is_followed_and_steered_from_another_server(address, scheduler):
    with server(address, scheduler) as here, server(address, scheduler) as there:
        ours = here.start(ENDLESS, visitor="me")
        theirs = until(lambda: there.get(ours.id))
        assert theirs.visitor == "me"
        until(lambda: len(theirs.records) > 10)
        assert theirs.status == "running"
        assert theirs.fence is None
        theirs.pause()
        until(lambda: ours.status == "paused")
        theirs.pace = "step"
        theirs.step()  # The slice that was under way is over then, too.
        until(lambda: theirs.status == "paused")
        reached = len(theirs.records)
        theirs.step()
        until(lambda: theirs.status == "paused")
        assert len(theirs.records) == len(ours.records) == reached + 1
        assert np.array_equal(theirs.records.losses, ours.records.losses)
        assert theirs.state.last.iteration == ours.state.last.iteration
        theirs.stop()
        assert ended(ours).status == "stopped"
        assert ended(theirs).status == "stopped"
        assert theirs.records[-1] == ours.records[-1]


def test_a_server_that_ends_gives_its_runs_to_the_others(address, scheduler):
    with server(address, scheduler) as here:
        with server(address, scheduler) as there:
            run = there.start(LONG, "slow")
            until(lambda: run.chunks)
        followed = here.get(run.id)
        assert not followed.ended
        followed.pace = "full"
        assert_whole(ended(followed))


def test_a_deleted_run_ends(address, scheduler):
    with server(address, scheduler) as jobs:
        run = jobs.start(ENDLESS, visitor="me")
        until(lambda: run.records)
        jobs.ledger.delete([run.id], "me")
        assert ended(run).status == "stopped"


@pytest.fixture
def full_disk(monkeypatch):
    """Give a list: as long as it has something in it, a store can write nothing."""
    full = []

    def failing(method):
        def write(*args, **kwargs):
            if full:
                raise LedgerError(full[0])
            return method(*args, **kwargs)

        return write

    for name in ("add", "commit", "wish", "beat"):
        monkeypatch.setattr(Store, name, failing(getattr(Store, name)))
    monkeypatch.setattr(simplenet.jobs.job, "RETRY_S", 0.05)
    return full


def test_while_nothing_can_be_written_runs_go_on_and_are_written_down_later(
    tmp_path, scheduler, full_disk, caplog
):
    with server(f"sqlite:///{tmp_path / 'runs'}", scheduler) as jobs:
        before = jobs.start(LONG, "slow")
        until(lambda: before.records)
        before.pause()
        until(lambda: before.status == "paused" and before.chunks)
        full_disk.append("the disk is full")
        before.pace = "full"
        before.resume()
        new = jobs.start(LONG)
        for run in (before, new):
            assert ended(run).status == "finished"
            assert "full" in str(run.unkept)
        assert jobs.ledger.read(new.id) is None
        full_disk.clear()
        for run in (before, new):
            until(lambda run=run: not run.unkept and run.fence is None)
            kept = jobs.ledger.read(run.id)
            assert kept.standing.position.end == "finished"
            run.take(kept)
            assert_whole(run)
    assert not [record for record in caplog.records if record.exc_info]
