"""A server without pages, to be killed: it starts trainings, and tells their ids.

Run as ``python -m tests.runs.serving ADDRESS SCHEDULER``, with the database and the Dask scheduler.
"""

from __future__ import annotations

import json
import sys
from time import sleep

import simplenet.jobs.job
from simplenet.jobs import Jobs
from simplenet.runs import TrainingRun
from simplenet.runs.store import Store
from simplenet.runs.store.opening import opened
from simplenet.training import TrainingConfig
from tests.waiting import until

SHORT, LONG = TrainingRun(TrainingConfig(iterations=20), 5), TrainingRun(TrainingConfig(600), 5)
LONGER = TrainingRun(TrainingConfig(20_000, seed=1), 5)

SHORT_S = 0.005
"""How long a slice is here, so that many of them are left on a machine of any speed."""


def main() -> None:
    """Start one training of each kind, tell their ids once all are as they are called, and wait."""
    address, scheduler = sys.argv[1:]
    simplenet.jobs.job.FIRST_SLICE_S = simplenet.jobs.job.SLICE_S = SHORT_S
    simplenet.jobs.job.COMMIT_S = 10 * SHORT_S
    jobs = Jobs(Store(opened(address)), scheduler)
    finished = jobs.start(SHORT, visitor="me")
    assert finished.wait(200)
    paused = jobs.start(LONG, "slow", visitor="me")
    until(lambda: paused.records)
    paused.pause()
    stepping = jobs.start(LONG, "step", visitor="me")
    until(lambda: paused.status == stepping.status == "paused")
    slow = jobs.start(LONG, "slow", visitor="me")
    until(lambda: slow.records)
    running = jobs.start(LONGER, visitor="me")
    until(lambda: running.chunks > 1)
    waiting = jobs.start(LONG, visitor="me")
    until(lambda: waiting.status == "waiting")
    ids = {name: job.id for name, job in locals().items() if hasattr(job, "chunks")}
    print(json.dumps(ids), flush=True)
    while True:
        sleep(60)


if __name__ == "__main__":
    main()
