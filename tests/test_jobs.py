import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from distributed import LocalCluster

import simplenet.jobs
from simplenet.jobs import JobError, Jobs
from tests.counting import Counting

LONG = Counting(end=1_000_000, pause_s=0.005)


@pytest.fixture(scope="module")
def jobs():
    jobs = Jobs(workers=2)
    yield jobs
    jobs.close()


@pytest.fixture(scope="module")
def one_core():
    jobs = Jobs(workers=1)
    yield jobs
    jobs.close()


def until(condition, timeout_s=60):
    deadline = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def numbers(job):
    return [number for number, _ in job.records]


def ended(job):
    assert job.wait(60)
    return job


def test_a_job_runs_to_its_end_in_another_process(jobs):
    job = ended(jobs.start(Counting(end=100, pause_s=0.005)))
    assert job.status == "finished"
    assert numbers(job) == list(range(1, 101))
    assert os.getpid() not in {pid for _, pid in job.records}
    assert job.state == 100


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


def test_pause_holds_and_resume_goes_on(jobs):
    job = jobs.start(LONG)
    until(lambda: len(job.records) > 5)
    job.pause()
    until(lambda: job.status == "paused")
    time.sleep(0.5)  # The slice that was under way has ended by now.
    held = len(job.records)
    time.sleep(0.3)
    assert len(job.records) == held
    job.resume()
    until(lambda: len(job.records) > held)
    job.stop()
    assert numbers(ended(job))[:-1] == list(range(1, len(job.records)))


def test_stop_keeps_what_is_done_and_concludes_it(jobs):
    job = jobs.start(LONG)
    until(lambda: job.records)
    job.stop()
    assert job.stopping or job.ended
    ended(job)
    assert job.status == "stopped"
    assert not job.stopping
    assert job.records[-1] == ("concluded", len(job.records))
    assert numbers(job)[:-1] == list(range(1, len(job.records)))


def test_a_slice_that_takes_forever_is_given_up(one_core):
    job = one_core.start(Counting(end=2, pause_s=0.01))
    assert ended(job).status == "finished"
    job = one_core.start(Counting(end=2, pause_s=60.0))
    until(lambda: job.status == "running")
    time.sleep(0.3)  # It is with the worker now.
    job.stop()
    assert ended(job).status == "stopped"
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


def test_a_change_of_pace_in_the_line_gives_the_place_away(one_core):
    first, second, third = (one_core.start(LONG) for _ in range(3))
    until(lambda: first.records and second.place == 1)
    second.pace = "slow"
    until(lambda: second.records and third.place == 1)
    for job in (first, second, third):
        job.stop()
        ended(job)


def test_slow_motion_is_slow_and_holds_no_core(one_core):
    slow = one_core.start(LONG, pace="slow")
    until(lambda: slow.records)
    assert ended(one_core.start(Counting(end=20, pause_s=0.005))).status == "finished"
    assert slow.status == "running"
    assert len(slow.records) < 100
    slow.stop()
    ended(slow)


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


def test_a_turn_ends_when_others_wait(one_core, monkeypatch):
    monkeypatch.setattr(simplenet.jobs, "TURN_S", 0.3)
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
    assert "60 is too many" in str(job.error)
    assert numbers(job) == list(range(1, len(job.records) + 1))
    assert job.state == len(job.records) > 0


def test_a_killed_worker_costs_no_record_and_doubles_none(jobs):
    job = jobs.start(LONG)
    until(lambda: job.records)
    while not job.restarts:  # Between two slices there is nothing to lose: once more.
        at = len(job.records)
        os.kill(job.records[-1][1], signal.SIGKILL)
        until(lambda at=at: job.restarts or len(job.records) > at + 50)
    at = len(job.records)
    until(lambda: len(job.records) > at)
    job.stop()
    assert numbers(ended(job))[:-1] == list(range(1, len(job.records)))


def test_the_oldest_idle_jobs_are_forgotten(jobs, monkeypatch):
    monkeypatch.setattr(simplenet.jobs, "KEPT_JOBS", 3)
    old = ended(jobs.start(Counting(end=1)))
    busy = jobs.start(LONG)
    new = [ended(jobs.start(Counting(end=1))) for _ in range(4)]
    assert jobs.get(old.id) is None
    assert jobs.get(busy.id) is busy
    assert jobs.get(new[-1].id) is new[-1]
    busy.stop()
    ended(busy)


def test_a_cluster_that_somebody_else_runs():
    with LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        jobs = Jobs(cluster.scheduler_address)
        assert ended(jobs.start(Counting(end=5))).status == "finished"
        lost = jobs.start(LONG)
        until(lambda: lost.records)
    ended(lost)
    assert lost.status == "failed"
    assert isinstance(lost.error, JobError)
    assert lost.state == len(lost.records) > 0
    jobs.close()


def test_a_core_that_joins_later_takes_the_next_in_line(monkeypatch):
    monkeypatch.setattr(simplenet.jobs, "TURN_S", 1000.0)  # Nobody gives a core away.
    with LocalCluster(
        n_workers=1, threads_per_worker=1, host="127.0.0.1", dashboard_address="127.0.0.1:0"
    ) as cluster:
        jobs = Jobs(cluster.scheduler_address)
        first, second = jobs.start(LONG), jobs.start(LONG)
        until(lambda: first.records and second.place == 1)
        cluster.scale(2)
        until(lambda: second.records)
        assert {job.status for job in (first, second)} == {"running"}
        for job in (first, second):
            job.stop()
            ended(job)
        jobs.close()


def test_a_scheduler_that_does_not_answer_is_named(monkeypatch):
    monkeypatch.setattr(simplenet.jobs, "CONNECT_S", 0.3)
    jobs = Jobs("tcp://127.0.0.1:9")
    job = ended(jobs.start(Counting()))
    assert job.status == "failed"
    assert isinstance(job.error, JobError)
    assert "tcp://127.0.0.1:9" in str(job.error)
    again = ended(jobs.start(Counting()))  # Nobody is left in the line.
    assert again.status == "failed"
    jobs.close()


def test_close_ends_the_workers_and_fails_what_runs():
    jobs = Jobs(workers=1)
    job = jobs.start(LONG)
    until(lambda: job.records)
    pid = job.records[-1][1]
    jobs.close()
    assert ended(job).status == "failed"
    until(lambda: not psutil.pid_exists(pid))


@pytest.mark.parametrize("killed_by", [signal.SIGTERM, signal.SIGKILL])
def test_no_worker_outlives_its_server(killed_by):
    program = (
        "from simplenet.jobs import Jobs\n"
        "from tests.counting import Counting\n"
        "import time\n"
        "if __name__ == '__main__':\n"
        "    job = Jobs(workers=1).start(Counting(end=10**6, pause_s=0.005))\n"
        "    while not job.records: time.sleep(0.01)\n"
        "    print(job.records[0][1], flush=True)\n"
        "    time.sleep(60)\n"
    )
    root = Path(__file__).parents[1]
    with subprocess.Popen(
        [sys.executable, "-c", program], cwd=root, stdout=subprocess.PIPE, text=True
    ) as server:
        worker = int(server.stdout.readline())
        server.send_signal(killed_by)
        server.wait(10)
    until(lambda: not psutil.pid_exists(worker))
