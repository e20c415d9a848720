"""How much sooner a sweep is done on two cores than on one, and how many one server could feed."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep
from typing import TYPE_CHECKING, Any

import psutil

from simplenet.jobs import Jobs
from simplenet.runs import TrainingRun, warm_up
from simplenet.runs.store import Limits, open_store
from simplenet.runs.sweep import grid
from simplenet.training import TrainingConfig

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

ROOT = Path(__file__).parents[1]
AXES, SEEDS = {"learning_rate": (0.1, 0.2, 0.5, 1.0)}, 4
BASE = TrainingRun(TrainingConfig(iterations=2000))
RUNS = len(AXES["learning_rate"]) * SEEDS

BARE = 3
"""Trainings of each process that only trains."""


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
        one, two = (swept(Path(folder) / str(cores), cores) for cores in (1, 2))
    alone_s, both_s = bare_s(1), bare_s(2)
    print(
        json.dumps(
            {
                "one_core_s": one.took_s,
                "two_cores_s": two.took_s,
                "ratio": one.took_s / two.took_s,
                # What two processes that only train get of this machine.
                "machine_ratio": 2 * alone_s / both_s,
                "server_cpu_s": two.served_s / RUNS,
                "worker_cpu_s": two.worked_s / RUNS,
                # A worker on a machine of its own needs of the server what it tells it, and no
                # more.
                "feeds": one.took_s / one.served_s,
            }
        )
    )


@dataclass(frozen=True)
class Swept:
    """The seconds from the start of a sweep to its end, and those of a core.

    Parameters
    ----------
    took_s, served_s, worked_s : float
        In all; of the server's process; and of its workers.
    """

    took_s: float
    served_s: float
    worked_s: float


def swept(folder: Path, cores: int) -> Swept:
    """Measure a sweep; the workers are there already."""
    store = open_store(None, folder, Limits())
    jobs = Jobs(store, workers=cores, warm_up=warm_up)
    assert jobs.start(BASE).wait()
    while jobs.workers.cores < cores:
        sleep(0.1)
    children = psutil.Process().children(recursive=True)
    started, worked, before = perf_counter(), process_time(), sum(map(cpu_s, children))
    sweep = jobs.sweep(grid(BASE, AXES, SEEDS))
    while any(run.ended is None for run in store.sweep(sweep)):
        sleep(0.2)
    found = Swept(
        perf_counter() - started, process_time() - worked, sum(map(cpu_s, children)) - before
    )
    jobs.close()
    store.close()
    return found


def cpu_s(process: psutil.Process) -> float:
    """Return the seconds of a core that a process has taken."""
    times = process.cpu_times()
    return float(times.user + times.system)


def bare_s(processes: int) -> float:
    """Return the seconds that processes take which train at once, with no server around them."""
    spawning = get_context("spawn")
    ready = spawning.Barrier(processes + 1)
    there = [spawning.Process(target=train_bare, args=(ready,)) for _ in range(processes)]
    for process in there:
        process.start()
    ready.wait()
    started = perf_counter()
    for process in there:
        process.join()
    return perf_counter() - started


def train_bare(ready: Barrier) -> None:
    """Do the training a few times, once all are ready."""
    warm_up()
    ready.wait()
    for _ in range(BARE):
        assert BASE.advance(None, 3600, None).finished


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
