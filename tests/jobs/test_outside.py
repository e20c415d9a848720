"""A Dask cluster that somebody else runs, by the commands of the documentation."""

import re
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import simplenet.jobs.job
import simplenet.jobs.line
import simplenet.jobs.workers
from simplenet.jobs import Jobs
from simplenet.jobs.outside import is_open
from simplenet.runs import TrainingRun
from simplenet.training import TrainingConfig
from tests.jobs.counting import Counting
from tests.jobs.kept import ledger
from tests.jobs.processes import Processes
from tests.waiting import until

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
LONG = Counting(end=1_000_000, pause_s=0.005)


def test_runs_wait_for_a_scheduler_that_is_killed_and_go_on_when_it_is_back(tmp_path, monkeypatch):
    """The commands are those of the README."""
    monkeypatch.setattr(simplenet.jobs.line, "TURN_S", 1000.0)  # Nobody gives a core away.
    # However slow the machine is, the run in slow motion does not wait for a core of the others.
    monkeypatch.setattr(simplenet.jobs.job, "CHEAP_S", 1000.0)
    monkeypatch.setattr(simplenet.jobs.workers, "MISSING_S", 0.2)
    readme = (ROOT / "README.md").read_text("utf-8")
    scheduler, worker = re.findall(r"^\S+ -m dask .*$", readme, re.MULTILINE)
    (address,) = re.findall(r"^SIMPLENET_SCHEDULER=(\S+) make run$", readme, re.MULTILINE)
    run = TrainingRun(TrainingConfig(iterations=100), 5)
    with (
        Processes(scheduler, worker, tmp_path) as cluster,
        closing(Jobs(ledger(), cluster.here(address))) as jobs,
    ):
        slow = jobs.start(run, "slow")
        until(lambda: len(slow.records) > 5, why_not=lambda: cluster.log)
        long = [jobs.start(LONG) for _ in range(3)]
        until(lambda: jobs.workers.cores == 2 and long[0].records and long[1].records)
        until(lambda: long[2].place == 1)
        cluster.kill_scheduler()
        for job in (slow, *long):
            until(lambda job=job: job.status == "no_scheduler")
            assert job.place == 0
        long[0].stop()  # That needs no scheduler.
        assert long[0].wait(240)
        reached = [len(job.records) for job in (slow, *long)]
        cluster.start()
        for job, before in zip((slow, *long[1:]), (reached[0], *reached[2:]), strict=True):
            until(lambda j=job, n=before: len(j.records) > n, why_not=lambda: cluster.log)
        for job in long[1:]:
            job.stop()
            assert job.wait(240)
            assert [n for n, _ in job.records][:-1] == list(range(1, len(job.records)))
        slow.pace = "full"
        assert slow.wait(240)
        assert slow.status == "finished"
    undisturbed = run.advance(None, 600, None)
    assert undisturbed.finished
    assert np.array_equal(slow.records.losses, undisturbed.records.losses)
    for name, ours in slow.state.params.items():
        assert np.array_equal(ours, undisturbed.state.params[name])


SERVER = """
import os
from simplenet.jobs import Jobs
from tests.jobs.counting import Counting
from tests.jobs.kept import ledger
if __name__ == "__main__":
    jobs = Jobs(ledger(), os.environ["SIMPLENET_SCHEDULER"])
    job = jobs.start(Counting(end=3))
    job.wait(200)
    print(job.status, len(job.records), job.error, jobs.workers.open_at)
    jobs.close()
"""


def test_with_the_keys_of_the_guide_workers_compute_and_without_them_nobody_gets_in(
    tmp_path, monkeypatch, caplog
):
    monkeypatch.setattr(simplenet.jobs.workers, "MISSING_S", 0.2)
    guide = (ROOT / "docs" / "cluster.md").read_text("utf-8")
    (make_keys,) = re.findall(r"^openssl .*$", guide, re.MULTILINE)
    scheduler, worker = re.findall(r"^\S+ -m dask .* --tls.*$", guide, re.MULTILINE)
    exports, address = re.search(
        r"^((?:export .*\n)+)SIMPLENET_SCHEDULER=(\S+) make run$", guide, re.MULTILINE
    ).groups()
    subprocess.run(make_keys, shell=True, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "cluster.key").stat().st_mode & 0o077 == 0
    (tmp_path / "server.py").write_text(SERVER)
    start = f"{exports}SIMPLENET_SCHEDULER={address} {ROOT}/.venv/bin/python server.py"
    with Processes(scheduler, worker, tmp_path) as cluster:
        run = subprocess.run(
            cluster.here(start),
            shell=True,
            cwd=tmp_path,
            env=cluster.environment,
            capture_output=True,
            text=True,
        )
        assert run.stdout.split() == ["finished", "3", "None", "None"], run.stderr + cluster.log
        plain = cluster.here(address).replace("tls", "tcp")
        with closing(Jobs(ledger(), plain)) as jobs:
            job = jobs.start(LONG)
            until(lambda: job.status == "no_scheduler")
            assert not job.records
            job.stop()
            assert job.wait(240)
    assert f"the Dask scheduler at {plain} does not answer" in caplog.text


@pytest.mark.parametrize(
    ("reached", "listens", "others_get_in"),
    [
        ("tcp://127.0.0.1:8786", "tcp://127.0.0.1:8786", False),
        ("tcp://localhost:8786", "tcp://[::1]:8786", False),
        ("127.0.0.1:8786", "tcp://192.0.2.7:8786", True),
        ("tcp://classroom:8786", "tcp://192.0.2.7:8786", True),
        ("tcp://[2001:db8::7]:8786", "tcp://[2001:db8::7]:8786", True),
        ("tcp://127.0.0.1:8786", "tcp://nobody-knows.invalid:8786", True),
        ("tls://classroom:8786", "tls://192.0.2.7:8786", False),
    ],
)
def test_a_scheduler_that_wants_no_key_and_is_reached_from_elsewhere_is_open(
    reached, listens, others_get_in, monkeypatch
):
    real = socket.getaddrinfo
    known = {"classroom": "192.0.2.7", "localhost": "127.0.0.1"}

    def looked_up(host, *a, **k):
        if host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return real(known.get(host, host), *a, **k)

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    assert is_open((reached, listens)) == others_get_in
