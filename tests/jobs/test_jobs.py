import gc
import os
import signal
import socket
import subprocess
import sys
import threading
from concurrent.futures import Future
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from time import sleep
from types import SimpleNamespace

import dask
import psutil
import pytest
from distributed import Client, LocalCluster

import simplenet.jobs.cluster
import simplenet.jobs.job
import simplenet.jobs.jobs
import simplenet.jobs.line
import simplenet.jobs.outside
import simplenet.jobs.roll
import simplenet.jobs.same_code
import simplenet.jobs.workers
from simplenet.data import DataSourceError
from simplenet.jobs import Job, JobError, Jobs
from simplenet.jobs.preparation import NICENESS, Preparation
from tests.browser.served import is_worker
from tests.jobs.counting import Asking, Counting, Deadly, Thoughtful, Weight, Weighty, warm_up
from tests.jobs.kept import ledger
from tests.waiting import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LONG = Counting(end=1_000_000, pause_s=0.005)
ENDLESS = Counting(end=2, pause_s=600.0)


@pytest.fixture(scope="module")
def jobs():
    jobs = Jobs(ledger(), workers=2, warm_up=warm_up)
    yield jobs
    jobs.close()


@pytest.fixture(scope="module")
def one_core():
    jobs = Jobs(ledger(), workers=1)
    yield jobs
    jobs.close()


@contextmanager
def cluster():
    """A cluster that somebody else runs, with one worker."""
    simplenet.jobs.cluster.configure_dask()
    with LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address="127.0.0.1:0",
    ) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def shared():
    with cluster() as shared:
        yield shared


@pytest.fixture
def theirs(shared):
    """A cluster that somebody else runs: with one worker, whatever an earlier test made of it."""
    shared.scale(1)
    until(lambda: len(shared.workers) == 1)
    return shared


@pytest.fixture
def jobs_there(theirs):
    """Jobs on somebody else's cluster."""
    jobs = Jobs(ledger(), theirs.scheduler_address)
    yield jobs
    jobs.close()


def addresses(cluster):
    return set(cluster.scheduler.workers)


def stopped(*jobs):
    for job in jobs:
        job.stop()
    for job in jobs:
        assert ended(job).status == "stopped"


def cheap(jobs):
    """A job in slow motion that need not wait in line."""
    job = jobs.start(LONG, pace="slow")
    until(lambda: len(job.records) > 10)
    return job


def numbers(job):
    return [number for number, _ in job.records]


def workers_since(before):
    """Return the workers among the processes that this one has started since."""
    started = set(psutil.Process().children(recursive=True)) - before
    return [process for process in started if is_worker(process)]


def ended(job):
    assert job.wait(240)
    return job


def test_a_job_runs_to_its_end_in_another_process(jobs):
    job = ended(jobs.start(Counting(end=100, pause_s=0.005)))
    assert job.status == "finished"
    assert numbers(job) == list(range(1, 101))
    assert os.getpid() not in {pid for _, pid in job.records}
    assert job.state == 100


def test_dask_is_kept_out_of_the_garbage_collector(jobs):
    until(lambda: jobs.workers.cores)
    assert not any("GCDiagnosis" in repr(callback) for callback in gc.callbacks)


def test_of_the_states_after_all_slices_a_server_keeps_the_newest(one_core):
    job = one_core.start(Weighty(end=40))
    assert job.wait(240)
    assert len(job.records) == 40

    def kept():
        gc.collect()
        return [it.number for it in gc.get_objects() if type(it) is Weight]

    # The last calls leave the connections a little later than the job ends.
    until(lambda: len(kept()) <= 4, timeout_s=30, why_not=kept)


def test_reading_takes_nothing_away(jobs):
    job = ended(jobs.start(Counting(end=3)))
    assert jobs.get(job.id) is job
    assert list(job.records) == list(job.records)


def test_ids_cannot_be_guessed(jobs):
    ids = {ended(jobs.start(Counting(end=1))).id for _ in range(5)}
    assert len(ids) == 5
    assert all(len(job_id) >= 16 for job_id in ids)
    assert jobs.get("1") is None
    assert jobs.get(None) is None


def test_pause_holds_and_resume_goes_on(one_core):
    job = one_core.start(LONG)
    until(lambda: len(job.records) > 5)
    job.pause()
    until(lambda: job.status == "paused")
    other = one_core.start(Counting(end=40, pause_s=0.005))
    until(lambda: other.records)  # So the slice that was under way has ended.
    held = len(job.records)
    assert ended(other).status == "finished"
    assert len(job.records) == held
    job.resume()
    until(lambda: len(job.records) > held + 1)
    stopped(job)
    assert numbers(job)[: held + 1] == list(range(1, held + 2))


def test_stop_keeps_what_is_done_and_concludes_it(jobs, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.job, "STOP_S", 60.0)  # A slow machine has its time.
    job = jobs.start(LONG)
    until(lambda: job.records)
    job.stop()
    assert job.stopping or job.ended
    ended(job)
    assert job.status == "stopped"
    assert not job.stopping
    assert job.records[-1] == ("concluded", len(job.records) - 1)
    assert numbers(job)[:-1] == list(range(1, len(job.records)))


def test_a_slice_that_takes_forever_is_given_up(one_core):
    job = one_core.start(Counting(end=2, pause_s=0.01))
    assert ended(job).status == "finished"
    job = one_core.start(ENDLESS)
    until(lambda: job.status == "running")
    stopped(job)
    assert job.records == []
    assert ended(one_core.start(Counting(end=2))).status == "finished"


def test_stop_while_paused(jobs):
    job = jobs.start(LONG)
    until(lambda: job.records)
    job.pause()
    job.stop()
    assert ended(job).status == "stopped"


def test_single_steps(jobs):
    job = jobs.start(LONG, pace="step")
    until(lambda: job.status == "paused")
    assert numbers(job) == [1]
    job.step()
    until(lambda: len(job.records) == 2)
    until(lambda: job.status == "paused")
    job.pace = "full"
    until(lambda: len(job.records) > 10)
    job.pace = "step"
    until(lambda: job.status == "paused")
    job.stop()
    ended(job)


def test_what_is_pending_of_a_step_is_done_and_is_no_step(jobs):
    job = jobs.start(Thoughtful(), pace="step")
    for steps in (1, 2, 3):
        until(lambda: job.status == "paused")
        assert numbers(job) == list(range(1, steps + 1))
        assert job.state == (steps, 0)
        job.step()
    stopped(job)


def test_in_slow_motion_nobody_waits_for_what_is_pending(jobs, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.job, "SLOW_PERIOD_S", 1000.0)
    job = jobs.start(Thoughtful(), pace="slow")
    until(lambda: job.state == (1, 0))
    stopped(job)


def test_a_conclusion_comes_in_as_many_pieces_as_it_has(jobs, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.job, "STOP_S", 60.0)  # A slow machine has its time.
    job = jobs.start(Counting(end=1_000_000, pause_s=0.005, conclusions=3))
    until(lambda: job.records)
    stopped(job)
    n = len(job.records) - 3
    assert job.records[-3:] == [("concluded", n)] * 3
    assert job.state == (n, 3)


def test_a_change_of_pace_in_the_line_gives_the_place_away(one_core):
    first, second, third = (one_core.start(LONG) for _ in range(3))
    until(lambda: first.records and second.place == 1)
    second.pace = "step"
    until(lambda: second.status == "paused" and third.place == 1)
    stopped(first, second, third)


def test_slow_motion_is_slow_and_holds_no_core(one_core, monkeypatch):
    slow = cheap(one_core)
    monkeypatch.setattr(simplenet.jobs.job, "SLOW_PERIOD_S", 1000.0)
    at = len(slow.records)
    assert ended(one_core.start(Counting(end=200, pause_s=0.005))).status == "finished"
    # A slice that was under way, and the one after the pause that was.
    assert len(slow.records) <= at + 2 * simplenet.jobs.job.SLOW_RECORDS
    assert slow.status == "running"
    stopped(slow)


def test_jobs_wait_in_line_for_a_core_in_the_order_of_their_start(one_core):
    first, second, third = (one_core.start(LONG) for _ in range(3))
    until(lambda: first.records and second.place == 1 and third.place == 2)
    assert [job.status for job in (first, second, third)] == ["running", "waiting", "waiting"]
    second.stop()  # Whoever leaves the line makes place for those behind.
    ended(second)
    assert second.records == []
    until(lambda: third.place == 1)
    first.pause()  # Whoever pauses gives the core away.
    until(lambda: third.records)
    first.resume()
    until(lambda: first.place == 1)
    third.stop()
    until(lambda: first.status == "running")
    first.stop()
    ended(first)


def test_who_starts_many_jobs_delays_anothers_first_record_by_a_slice(one_core, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 1000.0)  # A turn is what is stopped here.
    many = [one_core.start(LONG, visitor="many") for _ in range(5)]
    until(lambda: many[0].records and many[1].place == 1)
    one, late = one_core.start(LONG, visitor="one"), one_core.start(LONG, visitor="late")
    again = one_core.start(LONG, visitor="one")
    until(lambda: one.records and late.records and again.records)
    assert not any(job.records for job in many[1:])
    line = [one, late, many[1], again, *many[2:]]
    until(lambda: [job.place for job in line] == [1, 2, 3, 4, 5, 6, 7])
    at_work = many[0]
    while line:  # What was told is what comes.
        stopped(at_work)
        at_work, *line = line
        at = len(at_work.records)
        until(lambda line=line: [job.place for job in line] == [*range(1, len(line) + 1)])
        until(lambda at=at, job=at_work: len(job.records) > at)
    stopped(at_work)


def test_a_visitor_whose_turn_is_over_lets_the_others_go_before_all_of_his_jobs(
    one_core, monkeypatch
):
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 1000.0)  # A turn is what is paused here.
    first, second = (one_core.start(LONG, visitor="a") for _ in range(2))
    until(lambda: first.records and second.place == 1)
    other = one_core.start(LONG, visitor="b")
    until(lambda: other.place == 1 and other.records)
    first.pause()
    until(lambda: not other.place)
    first.resume()
    until(lambda: second.records and first.place == 2 and second.place == 1)
    third = one_core.start(LONG, visitor="b")
    assert [job.place for job in (second, third, first)] == [1, 2, 3]
    stopped(other)
    until(lambda: not second.place)
    until(lambda: [job.place for job in (third, first)] == [1, 2])
    stopped(first, second, third)


def test_a_turn_ends_when_others_wait(one_core, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 0.3)
    long = one_core.start(LONG)
    until(lambda: long.records)
    short = ended(one_core.start(Counting(end=20, pause_s=0.005)))
    assert short.status == "finished"
    assert not long.ended
    long.stop()
    assert numbers(ended(long))[:-1] == list(range(1, len(long.records)))


def test_an_error_of_the_work_is_told_and_keeps_what_is_done(jobs):
    job = ended(jobs.start(Counting(end=100, pause_s=0.01, fails_at=60)))
    assert job.status == "failed"
    assert isinstance(job.error, ValueError)
    assert "that is too many" in str(job.error)
    assert numbers(job) == list(range(1, len(job.records) + 1))
    assert job.state == len(job.records) > 0


def test_a_killed_worker_costs_no_record_and_doubles_none(jobs, caplog):
    job = jobs.start(LONG)
    until(lambda: job.records)
    while not job.restarts:  # Between two slices there is nothing to lose: once more.
        at = len(job.records)
        os.kill(job.records[-1][1], signal.SIGKILL)
        until(lambda at=at: job.restarts or len(job.records) > at + 50)
    at = len(job.records)
    until(lambda: len(job.records) > at)
    stopped(job)
    assert numbers(job)[:-1] == list(range(1, len(job.records)))
    assert caplog.text.count("a worker was lost") == job.restarts
    assert job.id not in caplog.text


def test_a_worker_that_comes_later_is_prepared_like_the_first(jobs):
    def prepared(job):
        until(lambda: job.records)
        _, pid, times_warmed_up = job.records[-1]
        return psutil.Process(pid).nice() >= NICENESS and times_warmed_up == 1

    job = jobs.start(Asking(end=1_000_000, pause_s=0.005))
    assert prepared(job)
    old = {pid for _, pid, *_ in job.records}
    for pid in old:
        os.kill(pid, signal.SIGKILL)
    until(lambda: job.records[-1][1] not in old)
    assert prepared(job)
    stopped(job)


def test_an_error_of_the_warm_up_is_logged_and_stops_no_worker(monkeypatch, caplog):
    monkeypatch.setattr(os, "setpriority", lambda *_: None)

    def warm_up():
        raise KeyError("no such pixel")

    Preparation(warm_up).setup(SimpleNamespace(nanny=None))
    assert "no such pixel" in caplog.text
    assert "Traceback" in caplog.text


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ValueError("that is too many"), False),
        (OSError("no space is left"), False),
        (JobError("no memory"), True),
        (DataSourceError("no network"), True),
    ],
)
def test_an_error_that_nobody_expected_is_logged(jobs, caplog, error, expected):
    job = ended(jobs.start(Counting(fails_at=1, error=error)))
    assert job.status == "failed"
    assert str(job.error) == str(error)
    assert ("Traceback" in caplog.text and str(error) in caplog.text) != expected
    assert job.id not in caplog.text


def test_who_is_stopped_while_it_waits_for_a_worker_disturbs_nobody(one_core):
    slow = [cheap(one_core) for _ in range(3)]
    long = one_core.start(Counting(end=2, pause_s=1.5))  # Two slices, longer than any patience.
    until(lambda: long.status == "running")
    stopped(*slow)  # Most of them in the middle of that slice.
    assert ended(long).status == "finished"
    assert long.restarts == 0


def test_a_worker_that_another_job_is_stopped_on_is_no_failed_attempt(one_core, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.job, "ATTEMPTS", 1)
    monkeypatch.setattr(simplenet.jobs.workers, "GIVEN_UP_S", 0.0)
    slow = cheap(one_core)
    endless = one_core.start(ENDLESS)
    until(lambda: endless.status == "running")
    at = len(slow.records)
    while not slow.restarts:  # Between two of its slices nothing of it is lost: once more.
        stopped(endless)
        until(lambda at=at: slow.restarts or len(slow.records) > at)
        at = len(slow.records)
        endless = one_core.start(ENDLESS)
    stopped(endless)
    until(lambda: len(slow.records) > at)
    stopped(slow)


def test_work_that_kills_its_workers_is_given_up(one_core, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.job, "ATTEMPTS", 2)
    job = ended(one_core.start(Deadly()))
    assert job.status == "failed"
    assert "2 workers in a row were lost" in str(job.error)


def test_what_takes_a_lot_of_a_core_waits_in_line_at_every_pace(one_core, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 1000.0)  # Nobody gives a core away.
    cheap_one = cheap(one_core)
    dear = one_core.start(Counting(end=1000, busy_s=0.05), pace="slow")
    until(lambda: len(dear.records) > 1)
    full = one_core.start(LONG)
    until(lambda: full.records)
    new = one_core.start(LONG, pace="step")  # Nobody knows yet how much it takes.
    until(lambda: dear.place and new.place)
    at, steps = len(dear.records), len(cheap_one.records)
    until(lambda: len(cheap_one.records) > steps + 10)
    assert len(dear.records) == at
    assert new.records == []
    stopped(full)
    until(lambda: len(dear.records) > at and new.records)
    stopped(cheap_one, dear, new)


def test_a_conclusion_that_takes_long_is_not_waited_for(one_core, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.workers, "GIVEN_UP_S", 0.0)
    job = one_core.start(Counting(end=1_000_000, pause_s=0.005, conclusion_s=600.0))
    until(lambda: job.records)
    stopped(job)
    assert numbers(job) == list(range(1, len(job.records) + 1))
    assert ended(one_core.start(Counting(end=2))).status == "finished"


def test_stop_needs_no_scheduler():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        jobs = Jobs(ledger(), f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        stopped(jobs.start(LONG), jobs.start(LONG, pace="slow"))
    jobs.close()


def test_without_workers_jobs_say_so_give_their_core_back_and_go_on(
    theirs, jobs_there, monkeypatch
):
    monkeypatch.setattr(simplenet.jobs.workers, "MISSING_S", 0.2)
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 1000.0)  # Nobody gives a core away.
    slow = cheap(jobs_there)
    first, second, third = (jobs_there.start(LONG) for _ in range(3))
    until(lambda: first.records and second.place == 1)
    assert jobs_there.start(LONG, pace="step").status != "no_worker"
    theirs.scale(0)
    until(lambda: not theirs.workers)
    for job in (slow, first, second, third):
        until(lambda job=job: job.status == "no_worker")
        assert job.place == 0
    stopped(third)
    first.pause()
    until(lambda: first.status == "paused")
    at = len(slow.records)
    theirs.scale(1)
    until(lambda: second.records and len(slow.records) > at)
    stopped(slow, first, second)


def test_who_pauses_just_as_its_core_is_lost_keeps_nobody_waiting(theirs, jobs_there, monkeypatch):
    do_some = Job._do_some

    def pausing(job):
        finished = do_some(job)
        if job.records and not job._server.workers.cores:
            job.pause()
        return finished

    monkeypatch.setattr(Job, "_do_some", pausing)
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 1000.0)  # It is to get its core back.
    first, second = jobs_there.start(LONG), jobs_there.start(LONG)
    until(lambda: first.records and second.place == 1)
    theirs.scale(0)
    until(lambda: not theirs.workers)
    until(lambda: first.status == "paused")
    theirs.scale(1)
    until(lambda: second.records)
    stopped(first, second)


def test_local_workers_that_dask_gives_up_come_back(monkeypatch, caplog):
    monkeypatch.setattr(simplenet.jobs.workers, "HOPELESS_S", 0.1)
    timeout = "distributed.deploy.lost-worker-timeout"
    monkeypatch.setitem(simplenet.jobs.cluster.DASK_CONFIG, timeout, "10ms")
    with dask.config.set({timeout: "1 day"}):  # As it is again afterwards.
        jobs = Jobs(ledger(), workers=1)
        job = jobs.start(LONG)
        until(lambda: job.records)
        pid = job.records[-1][1]
        os.kill(pid, signal.SIGKILL)
        until(lambda: job.records[-1][1] != pid)
        stopped(job)
        jobs.close()
    assert sum("built anew" in record.message for record in caplog.records) == 1


def test_what_was_asked_for_long_ago_leaves_the_memory_and_is_read_again(jobs, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.jobs, "KEPT_JOBS", 2)
    old = ended(jobs.start(Counting(end=3)))
    paused = cheap(jobs)
    paused.pause()
    until(lambda: paused.status == "paused")
    busy = jobs.start(LONG)
    new = [ended(jobs.start(Counting(end=1))) for _ in range(3)]
    until(lambda: old.id not in jobs._jobs and paused.id not in jobs._jobs)
    assert jobs.get(busy.id) is busy
    assert jobs.get(new[-1].id) is new[-1]
    again = jobs.get(old.id)
    assert again is not old
    assert (again.records, again.status) == (old.records, "finished")
    rested = jobs.get(paused.id)
    seen = len(rested.records)
    assert (rested.records, rested.status) == (paused.records, "paused")
    rested.resume()
    until(lambda: len(rested.records) > seen)
    stopped(rested, busy)


def test_a_core_that_joins_later_takes_the_next_in_line(theirs, jobs_there, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 1000.0)  # Nobody gives a core away.
    first, second = jobs_there.start(LONG), jobs_there.start(LONG)
    until(lambda: first.records and second.place == 1)
    theirs.scale(2)
    until(lambda: second.records)
    assert {job.status for job in (first, second)} == {"running"}
    stopped(first, second)


def pids(job):
    return {pid for _, pid, *_ in job.records}


def test_a_worker_with_other_code_gets_no_work_and_the_pages_say_why(theirs, caplog):
    def of_an_older_release():
        del simplenet.jobs.same_code.package_code

    def of_another_release():
        simplenet.jobs.same_code.package_code = lambda: "other"

    (old,) = addresses(theirs)
    theirs.scale(2)
    until(lambda: len(addresses(theirs)) == 2)
    with Client(theirs, set_as_default=False) as client:
        client.run(of_an_older_release, workers=[old])
        with closing(Jobs(ledger(), theirs.scheduler_address)) as others:
            runs = [ended(others.start(Counting(end=5))) for _ in range(8)]
            assert others.workers.cores == 1
            assert client.run(os.getpid)[old] not in set().union(*map(pids, runs))
            assert f"the worker at {old} gets no work" in caplog.text
        client.run(of_another_release)
        with closing(Jobs(ledger(), theirs.scheduler_address)) as others:
            job = others.start(LONG)
            until(lambda: job.status == "other_code")
            assert not job.records
            theirs.scale(0)
            until(lambda: not addresses(theirs))
            theirs.scale(1)  # It is started anew, from the right files.
            until(lambda: job.records)
            assert job.status == "running"
            stopped(job)


def test_a_worker_that_is_stopped_keeps_no_job_and_counts_again_when_it_goes_on(jobs, monkeypatch):
    monkeypatch.setattr(simplenet.jobs.roll, "SILENT_S", 1.5)
    job = jobs.start(LONG)
    until(lambda: job.records and jobs.workers.cores == 2)
    pid = job.records[-1][1]
    os.kill(pid, signal.SIGSTOP)
    until(lambda: job.records[-1][1] != pid)
    os.kill(pid, signal.SIGCONT)
    until(lambda: jobs.workers.cores == 2)
    stopped(job)
    assert numbers(job)[:-1] == list(range(1, len(job.records)))
    assert job.restarts == 0


def test_a_local_worker_that_is_stopped_for_ever_is_replaced_and_does_not_outlive_its_server(
    monkeypatch,
):
    # A worker that starts on a busy machine may be silent for some seconds, too.
    monkeypatch.setitem(simplenet.jobs.cluster.DASK_CONFIG, "distributed.scheduler.worker-ttl", 10)
    before = set(psutil.Process().children(recursive=True))
    with closing(Jobs(ledger(), workers=1)) as jobs:
        job = jobs.start(LONG)
        until(lambda: job.records)
        pid = job.records[-1][1]
        os.kill(pid, signal.SIGSTOP)
        until(lambda: job.records[-1][1] != pid)
        os.kill(job.records[-1][1], signal.SIGSTOP)
        stopped(job)
    until(lambda: not workers_since(before))


def test_a_call_whose_workers_are_gone_is_not_waited_for(theirs, jobs_there):
    stopped(cheap(jobs_there))
    workers = jobs_there.workers
    here = workers.submit(sum, [1, 2])
    assert not workers.is_stranded(here)
    gone = replace(here, outcome=Future(), to=frozenset({"tcp://127.0.0.1:9"}))
    assert workers.is_stranded(gone)
    gone.outcome.set_result(None)  # It came before that was noticed.
    assert not workers.is_stranded(gone)


def test_a_scheduler_that_does_not_answer_is_waited_for_and_named(monkeypatch, caplog):
    monkeypatch.setattr(simplenet.jobs.workers, "MISSING_S", 0.0)
    with socket.socket() as taken:  # Nobody else gets the port, and nobody listens.
        taken.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{taken.getsockname()[1]}"
        with closing(Jobs(ledger(), address)) as jobs:
            job = jobs.start(Counting())
            until(lambda: job.status == "no_scheduler")
            assert f"the Dask scheduler at {address} does not answer" in caplog.text
            threads = threading.active_count()
            for _ in range(3):
                jobs.workers._connect()
            assert threading.active_count() <= threads + 1  # That of the line, or none.
            stopped(job)


def test_a_scheduler_that_others_can_use_is_told_of_once(theirs, monkeypatch, caplog):
    monkeypatch.setattr(simplenet.jobs.outside, "_is_loopback", lambda host: False)
    with closing(Jobs(ledger(), theirs.scheduler_address)) as jobs:
        for _ in range(2):
            ended(jobs.start(Counting()))
        assert jobs.workers.open_at == theirs.scheduler_address
    assert len([line for line in caplog.messages if "wants no key" in line]) == 1


@pytest.mark.parametrize(
    ("address", "why"),
    [
        ("host", "missing port"),
        ("http://host:8786", "http"),
        ("tls://127.0.0.1:9", "DASK_DISTRIBUTED__COMM__TLS__CA_FILE"),
    ],
)
def test_what_is_no_address_of_a_scheduler_is_said(address, why):
    with closing(Jobs(ledger(), address)) as jobs:
        for _ in range(2):  # Nobody is left in the line.
            job = ended(jobs.start(Counting()))
            assert job.status == "failed"
            assert isinstance(job.error, JobError)
            assert repr(address) in str(job.error)
            assert why in str(job.error)


def test_close_ends_the_workers_and_fails_what_runs():
    before = set(psutil.Process().children(recursive=True))
    jobs = Jobs(ledger(), workers=1)
    job = jobs.start(LONG)
    until(lambda: job.records)
    paused = jobs.start(LONG, pace="step")
    until(lambda: paused.status == "waiting")
    paused.pause()
    until(lambda: paused.status == "paused")
    endless = jobs.start(ENDLESS)
    stopped(job)
    until(lambda: endless.status == "running")
    jobs.close()
    for job in (paused, endless):
        assert ended(job).status == "failed"
        assert isinstance(job.error, JobError)
    until(lambda: not workers_since(before))


def test_close_waits_until_the_ledger_is_left_alone(monkeypatch):
    kept, calls = ledger(), []

    def standings():
        calls.append("begun")
        sleep(0.5)
        calls.append("done")
        return []

    monkeypatch.setattr(kept, "standings", standings)
    jobs = Jobs(kept, workers=1)
    until(lambda: calls)
    jobs.close()
    assert calls.count("begun") == calls.count("done")
    kept.close()


def test_close_while_the_workers_start_leaves_none():
    before = set(psutil.Process().children(recursive=True))
    jobs = Jobs(ledger(), workers=1)
    job = jobs.start(LONG)
    until(lambda: set(psutil.Process().children(recursive=True)) - before)
    jobs.close()
    assert ended(job).status == "failed"
    until(lambda: not workers_since(before))


def test_a_job_that_is_there_before_the_workers_imports_nothing_of_dask():
    program = (
        "import sys\n"
        "from threading import Condition\n"
        "from simplenet.jobs.workers import Workers\n"
        "workers = Workers(Condition(), 'tcp://127.0.0.1:9')\n"
        "assert workers.submit(print) is None\n"
        "print('distributed' in sys.modules)\n"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "False"
