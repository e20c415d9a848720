"""A Dask cluster that somebody else runs, by the commands of the documentation."""

import re
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

import simplenet.jobs.line
import simplenet.jobs.workers
from simplenet.jobs import Jobs
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
