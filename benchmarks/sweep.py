"""How much sooner a sweep is done on two cores than on one, and how many one server could feed."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep
from typing import Any

from simplenet.jobs import Jobs
from simplenet.runs import TrainingRun, warm_up
from simplenet.runs.store import Limits, open_store
from simplenet.runs.sweep import grid
from simplenet.training import TrainingConfig

ROOT = Path(__file__).parents[1]
AXES, SEEDS = {"learning_rate": (0.1, 0.2, 0.5, 1.0)}, 4
BASE = TrainingRun(TrainingConfig(iterations=2000))


def measure() -> dict[str, Any]:
    """Return what is measured, by a process of its own, as `main` prints it."""
    command = [sys.executable, "-m", "benchmarks.sweep"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Print everything as JSON."""
    logging.disable(logging.WARNING)
    with TemporaryDirectory() as folder:
        (one, served), (two, _) = (sweep_s(Path(folder) / str(cores), cores) for cores in (1, 2))
    # A worker on a machine of its own needs of the server what it tells it, and no more.
    print(
        json.dumps(
            {"one_core_s": one, "two_cores_s": two, "ratio": one / two, "feeds": one / served}
        )
    )


def sweep_s(folder: Path, cores: int) -> tuple[float, float]:
    """Return the seconds from the start of a sweep to its end, and those of the server's core.

    The workers are there already.
    """
    store = open_store(None, folder, Limits())
    jobs = Jobs(store, workers=cores, warm_up=warm_up)
    assert jobs.start(BASE).wait()
    while jobs.workers.cores < cores:
        sleep(0.1)
    started, worked = perf_counter(), process_time()
    sweep = jobs.sweep(grid(BASE, AXES, SEEDS))
    while any(run.ended is None for run in store.sweep(sweep)):
        sleep(0.2)
    took, served = perf_counter() - started, process_time() - worked
    jobs.close()
    store.close()
    return took, served


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
