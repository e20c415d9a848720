"""What the history of a long run costs: its memory, and a tick of the Train page that shows it."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import thread_time
from typing import Any

import numpy as np

from simplenet.training import History, Record
from simplenet.training.record import BATCH_SEEN

ROOT = Path(__file__).parents[1]
SHORT, LONG = 10_000, 980_000
"""Iterations at the first tick; the long one has some 1,000,000 at the last."""

EPOCH, TICK, TICKS = 600, 700, 25
"""Iterations of an epoch and between two ticks; and ticks."""


def measure() -> dict[str, Any]:
    """Return what is measured, by a process of its own, as `main` prints it."""
    command = [sys.executable, "-m", "benchmarks.history"]
    # The server wants a scheduler, and needs none: nothing is trained.
    with TemporaryDirectory() as kept:
        environment = os.environ | {
            "SIMPLENET_SCHEDULER": "tcp://127.0.0.1:9",
            "SIMPLENET_DATA": kept,
        }
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def main() -> None:
    """Print the seconds and the bytes of each tick, and the megabytes of a history."""
    tracemalloc.start()
    history = History()
    for part in parts(0, LONG + TICK * TICKS):
        history.extend(part)
    gc.collect()
    megabytes = tracemalloc.get_traced_memory()[0] / 1e6
    tracemalloc.stop()
    print(json.dumps({"history_mb": megabytes, **ticks()}))


def parts(first: int, n: int) -> Iterator[History]:
    """Yield slices of a training that is not done: random losses, evaluated every epoch."""
    rng = np.random.default_rng(first)
    for start in range(first, first + n, TICK):
        losses = rng.exponential(0.3, TICK).tolist()
        records = []
        for i, loss in zip(range(start, min(start + TICK, first + n)), losses, strict=False):
            accuracy = 0.9 + i % 7 / 100 if i % EPOCH == 0 else None
            vanished = None if accuracy is None else 0.0
            seen = 0.9 if i % BATCH_SEEN == 0 else None
            records.append(Record(i, loss, 3e-4 * i, accuracy, accuracy, None, vanished, seen))
        yield History(records)


def ticks() -> dict[str, list[float]]:
    """Return the seconds of a core and the bytes to the browser of each tick, by turns."""
    from streamlit.runtime.scriptrunner import get_script_run_ctx
    from streamlit.testing.v1 import AppTest

    import pages.following
    from pages.session import jobs
    from simplenet.jobs.ledger import Entry, Lease, Position, Standing, Wishes
    from simplenet.runs import TrainingRun
    from simplenet.training import TrainingConfig

    measured: list[tuple[float, int]] = []

    def again_and_again(show: Callable[[], None], *_: object, **__: object) -> None:
        """Show once what the page shows again and again, and measure that."""
        context = get_script_run_ctx()
        assert context is not None
        sizes, enqueue = [], context._enqueue
        context._enqueue = lambda message: sizes.append(message.ByteSize()) or enqueue(message)
        started = thread_time()
        show()
        measured.append((thread_time() - started, sum(sizes)))
        context._enqueue = enqueue

    pages.following.again_and_again = again_and_again
    apps = {}
    for length in (SHORT, LONG):
        app = AppTest.from_file(ROOT / "app.py", default_timeout=60).run()
        app.switch_page("pages/train.py").run()
        run = TrainingRun(TrainingConfig(iterations=1_000_000))
        standing = Standing(str(length), Lease(), Wishes(), Position(end="stopped"))
        job = jobs()._known(Entry(standing, "", run, None, []))
        for part in parts(0, length):
            job.records.extend(part)
        app.session_state["run"] = job.id
        apps[length] = app, job
    gc.collect()
    gc.freeze()  # As the server does it.
    found: dict[str, list[float]] = {}
    for turn in range(TICKS):
        for length, (app, job) in apps.items():
            for part in parts(len(job.records), TICK):
                job.records.extend(part)
            measured.clear()
            app.run()
            assert not app.exception
            seconds, size = map(sum, zip(*measured, strict=True))
            if turn > 1:  # The first ones import.
                name = "short" if length == SHORT else "long"
                found.setdefault(f"{name}_s", []).append(seconds)
                found.setdefault(f"{name}_bytes", []).append(size)
    return found


if __name__ == "__main__":
    main()
