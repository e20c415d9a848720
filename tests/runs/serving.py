"""A server without pages, to be killed: it starts ten trainings, and tells their ids.

Run as ``python -m tests.runs.serving ADDRESS SCHEDULER``, with the database and the Dask scheduler.
"""

from __future__ import annotations

import json
import sys
from functools import partial
from time import sleep

import simplenet.jobs.job
from simplenet.jobs import Jobs
from simplenet.runs import TrainingRun
from simplenet.runs.store import Store
from simplenet.runs.store.opening import opened
from simplenet.training import TrainingConfig
from tests.waiting import until

SHORT, LONG = TrainingRun(TrainingConfig(iterations=20), 5), TrainingRun(TrainingConfig(600), 5)
LONGER = TrainingRun(TrainingConfig(8_000, seed=1), 5)

SHORT_S = 0.005
"""How long a slice is here, so that many of them are left on a machine of any speed."""


def main() -> None:
    """Start ten trainings, tell their ids once all are what they are called, and wait."""
    address, scheduler = sys.argv[1:]
    simplenet.jobs.job.FIRST_SLICE_S = simplenet.jobs.job.SLICE_S = SHORT_S
    simplenet.jobs.job.COMMIT_S = 10 * SHORT_S
    jobs = Jobs(Store(opened(address)), scheduler)
    start = partial(jobs.start, visitor="me")
    finished = [start(SHORT), start(SHORT)]
    for job in finished:
        assert job.wait(200)
    paused = [start(LONG, "slow"), start(LONG, "slow")]
    for job in paused:
        until(lambda job=job: job.records)
        job.pause()
    stepping = [start(LONG, "step")]
    until(lambda: all(job.status == "paused" for job in paused + stepping))
    slow = [start(LONG, "slow"), start(LONG, "slow")]
    until(lambda: all(job.records for job in slow))
    running = [start(LONGER)]
    until(lambda: running[0].chunks > 1)
    waiting = [start(LONG), start(LONG)]
    until(lambda: all(job.status == "waiting" for job in waiting))
    named = {
        "finished": finished,
        "paused": paused,
        "stepping": stepping,
        "slow": slow,
        "running": running,
        "waiting": waiting,
    }
    ids = {name: [job.id for job in several] for name, several in named.items()}
    print(json.dumps(ids), flush=True)
    while True:
        sleep(60)


if __name__ == "__main__":
    main()
