"""What it costs that runs last: writing them, listing them, keeping them, and taking them over."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time, sleep
from typing import Any

import psutil

from simplenet.jobs import Jobs
from simplenet.jobs.job import COMMIT_S, SLICE_S
from simplenet.jobs.ledger import Position, Wishes
from simplenet.jobs.memory import share_arenas
from simplenet.runs import TrainingRun, warm_up
from simplenet.runs.kinds import without_moments
from simplenet.runs.store import Limits, Store, open_store
from simplenet.training import History, TrainingConfig

ROOT = Path(__file__).parents[1]
ROUNDS = 5
MANY, LISTED = 200, 1000
# As many as are measured.
PLENTY = Limits(visitor_bytes=1_000_000_000, visitor_runs=LISTED, all_runs=2 * LISTED)
SHORT = TrainingRun(TrainingConfig(iterations=600))


def measure() -> dict[str, Any]:
    """Return what is measured, by a process of its own, as `main` prints it."""
    command = [sys.executable, "-m", "benchmarks.store"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Print everything as JSON; with a folder and a scheduler, be a server that is to be killed."""
    logging.disable(logging.WARNING)
    if len(sys.argv) > 1:
        doomed(Path(sys.argv[1]), sys.argv[2])
        return
    with TemporaryDirectory() as folder:
        print(
            json.dumps(
                {
                    "writing": [writing(Path(folder) / f"w{i}") for i in range(ROUNDS)],
                    **listing(Path(folder) / "l"),
                    **many(Path(folder) / "m"),
                    "recovery_s": [recovery(Path(folder) / f"r{i}") for i in range(ROUNDS)],
                }
            )
        )


def writing(folder: Path) -> float:
    """Return how much of a core writing the article's training down takes, times training it."""
    store, run = open_store(None, folder, Limits()), TrainingRun()
    store.add("run", "me", run, Wishes(), "server")
    trained_s = written_s = 0.0
    state, records, new, finished = None, run.no_records(), History(), False
    since = perf_counter()
    while not finished:
        started = process_time()
        part = run.advance(state, SLICE_S, None)
        trained_s += process_time() - started
        state, finished = part.state, part.finished
        records.extend(part.records)
        new.extend(part.records)
        if finished or perf_counter() - since > COMMIT_S:
            started = process_time()
            end = Position(end="finished") if finished else Position()
            assert store.commit("run", 0, run, new, state, records, end)
            written_s += process_time() - started
            new, since = History(), perf_counter()
    store.close()
    return written_s / trained_s


def listing(folder: Path) -> dict[str, list[float]]:
    """Return the seconds in which the runs of a visitor who has `LISTED` are read, and shown.

    Shown: those of a core that My runs takes the server, without a browser.
    """
    store, part = open_store(None, folder, PLENTY), SHORT.advance(None, 60.0, None)
    records = without_moments(part.records)  # A list does not read them.
    for i in range(LISTED):
        run = replace(SHORT, training=replace(SHORT.training, seed=i, learning_rate=0.2))
        store.add(str(i), "me", run, Wishes(), "server")
        ended = Position(end="finished")
        assert store.commit(str(i), 0, run, records, part.state, records, ended)
    read_s = []
    for _ in range(ROUNDS):
        started = perf_counter()
        assert len(store.runs_of("me")) == LISTED
        read_s.append(perf_counter() - started)
    store.close()
    return {"listing_s": read_s, "opening_s": opening(folder)}


def opening(folder: Path) -> list[float]:
    """Return the seconds of a core in which My runs is made of the runs of a folder."""
    from streamlit.testing.v1 import AppTest

    from pages.session import jobs
    from pages.session import store as kept
    from pages.state import VISITOR

    os.environ["SIMPLENET_DATA"] = str(folder)
    app = AppTest.from_file(ROOT / "app.py", default_timeout=60)
    app.session_state[VISITOR.name] = "me"
    app.run().switch_page("pages/runs.py").run()
    times = []
    for _ in range(ROUNDS):
        started = process_time()
        app.run()
        times.append(process_time() - started)
        assert not app.exception
        assert len(app.dataframe[0].value) == LISTED
    jobs().close()
    kept().close()
    return times


def many(folder: Path) -> dict[str, float]:
    """Return the memory of a server before and after `MANY` runs, in MB."""
    share_arenas()  # As the app does.
    store = open_store(None, folder, PLENTY)
    jobs = Jobs(store, warm_up=warm_up)
    mine = psutil.Process()
    assert jobs.start(SHORT, visitor="me").wait()
    before = mine.memory_info().rss / 1e6
    # By their ids: a page, too, holds no job.
    for started in [jobs.start(SHORT, visitor="me").id for _ in range(MANY)]:
        job = jobs.get(started)
        assert job is not None
        assert job.wait()
    del job
    sleep(1)  # What nobody asks for is forgotten.
    after = mine.memory_info().rss / 1e6
    jobs.close()
    store.close()
    return {"before_mb": before, "after_mb": after}


def recovery(folder: Path) -> float:
    """Return the seconds from the death of a server to the next records, by another one."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, host="127.0.0.1", dashboard_address="127.0.0.1:0") as cluster:
        command = [sys.executable, "-m", "benchmarks.store", folder, cluster.scheduler_address]
        with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            run = process.stdout.readline().strip()
            store = open_store(None, folder, Limits())
            jobs = Jobs(store, cluster.scheduler_address)
            job = jobs.get(run)
            assert job
            sleep(2)
            process.kill()
            started = perf_counter()
            while job.fence is None:
                sleep(0.01)
            known = len(job.records)
            while len(job.records) == known:
                sleep(0.01)
            took = perf_counter() - started
            jobs.close()
            store.close()
    return took


def doomed(folder: Path, scheduler: str) -> None:
    """Start a training, tell its id once it is written down, and wait for the end."""
    store: Store = open_store(None, folder, Limits())
    job = Jobs(store, scheduler).start(TrainingRun(TrainingConfig(iterations=1_000_000)))
    while not job.chunks:
        sleep(0.01)
    print(job.id, flush=True)
    while True:
        sleep(60)


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    main()
