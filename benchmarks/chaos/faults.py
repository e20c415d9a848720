"""What can fail: each does its harm, gives the server that is visited meanwhile, and mends it."""

# ruff: noqa: D401, the table has what the docstrings say

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import sleep
from typing import TypeAlias

import psutil

from benchmarks.chaos.processes import App
from benchmarks.chaos.stage import Stage
from tests.browser.served import command
from tests.waiting import until

IN_A_ROW = 6
STILL_S, LONG_S, AWAY_S = 2.0, 6.0, 3.0
"""How long something stands still: shortly, and beyond a lease; and how long something is away."""

FAR_S = 400 * 86_400
SLOW_S = 0.2

Fault: TypeAlias = Callable[[Stage], Iterator[App | None]]


def workers_killed(stage: Stage) -> Iterator[App | None]:
    """Workers are killed, six in a row (SIGKILL)."""
    for _ in range(IN_A_ROW):
        worker = until(stage.workers)[0]
        worker.kill()
        psutil.wait_procs([worker], timeout=30)
    yield stage.apps[0]


def workers_still(stage: Stage) -> Iterator[App | None]:
    """Workers stand still for 2 s, six in a row (SIGSTOP)."""
    for number in range(IN_A_ROW):
        workers = until(stage.workers)
        with _still(workers[number % len(workers)]):
            sleep(STILL_S)
    yield stage.apps[0]


def worker_still_for_good(stage: Stage) -> Iterator[App | None]:
    """A worker stands still and never goes on (SIGSTOP)."""
    until(stage.workers)[0].suspend()
    yield stage.apps[0]


def nanny_killed(stage: Stage) -> Iterator[App | None]:
    """The nanny of all workers is killed, and started again."""
    assert stage.cluster
    stage.cluster.nanny.kill()
    yield stage.apps[0]
    stage.cluster.nanny.wait(30)


def scheduler_killed(stage: Stage) -> Iterator[App | None]:
    """The Dask scheduler is killed, and started again 3 s later."""
    assert stage.cluster
    stage.cluster.scheduler.kill()
    stage.cluster.scheduler.wait(30)
    sleep(AWAY_S)
    yield stage.apps[0]
    stage.cluster.start_scheduler()


def scheduler_still(stage: Stage) -> Iterator[App | None]:
    """The Dask scheduler stands still for 6 s."""
    assert stage.cluster
    with _still(psutil.Process(stage.cluster.scheduler.pid)):
        sleep(LONG_S)
    yield stage.apps[0]


def server_killed(stage: Stage) -> Iterator[App | None]:
    """A server is killed (if it is the only one, it is started again, and nobody comes)."""
    app = stage.apps[0]
    app.kill()
    if len(stage.apps) == 1:
        app.start()
        yield None
    else:
        yield stage.apps[1]


def server_ended(stage: Stage) -> Iterator[App | None]:
    """A server is ended and started again, as for an update."""
    stage.apps[0].stop()
    stage.apps[0].start()
    yield None


def server_still(stage: Stage) -> Iterator[App | None]:
    """A server stands still for 6 s, and wakes up."""
    with _still(psutil.Process(stage.apps[0].process.pid)):
        sleep(LONG_S)
        yield stage.apps[1] if len(stage.apps) > 1 else None


def database_killed(stage: Stage) -> Iterator[App | None]:
    """The database is killed, and started again 3 s later."""
    assert stage.database
    parts = psutil.Process(stage.database.process.pid).children()
    stage.database.process.kill()
    stage.database.process.wait(30)
    psutil.wait_procs(parts, timeout=30)
    sleep(AWAY_S)
    yield stage.apps[0]
    stage.database.start()


def database_part_killed(stage: Stage) -> Iterator[App | None]:
    """A process of the database is killed: it ends all connections and recovers."""
    assert stage.database
    server = psutil.Process(stage.database.process.pid)
    until(lambda: [one for one in server.children() if "tester" in command(one)])[0].kill()
    yield stage.apps[0]


def database_still(stage: Stage) -> Iterator[App | None]:
    """The database stands still for 6 s."""
    assert stage.database
    server = psutil.Process(stage.database.process.pid)
    with _still(server, *server.children()):
        sleep(LONG_S)
    yield stage.apps[0]


def database_disk_full(stage: Stage) -> Iterator[App | None]:
    """The database's disk is full for 3 s."""
    assert stage.database
    server = psutil.Process(stage.database.process.pid)
    _limit_files([server, *server.children()], "0")
    sleep(AWAY_S)
    yield stage.apps[0]
    if stage.database.process.poll() is None:
        _limit_files([server, *server.children()], "unlimited")
    else:
        stage.database.start()


def disk_full(stage: Stage) -> Iterator[App | None]:
    """The server's disk is full for 3 s."""
    server = psutil.Process(stage.apps[0].process.pid)
    _limit_files([server, *server.children()], "0")
    sleep(AWAY_S)
    yield stage.apps[0]
    _limit_files([server, *server.children()], "unlimited")


def data_read_only(stage: Stage) -> Iterator[App | None]:
    """The data folder becomes read-only for 3 s."""
    _set_modes(stage, 0o555, 0o444)
    sleep(AWAY_S)
    yield stage.apps[0]
    _set_modes(stage, 0o755, 0o644)


def data_read_only_at_start(stage: Stage) -> Iterator[App | None]:
    """The server is started with a read-only data folder, and once more with a right one."""
    stage.apps[0].stop()
    _set_modes(stage, 0o555, 0o444)
    stage.apps[0].start()
    yield stage.apps[0]
    stage.apps[0].stop()
    _set_modes(stage, 0o755, 0o644)
    stage.apps[0].start()


def data_away(stage: Stage) -> Iterator[App | None]:
    """The data folder is taken away for 3 s, and comes back."""
    away = stage.data.rename(stage.data.with_name("away"))
    sleep(AWAY_S)
    yield stage.apps[0]
    shutil.rmtree(stage.data, ignore_errors=True)
    away.rename(stage.data)


def models_read_only(stage: Stage) -> Iterator[App | None]:
    """The folder of the networks becomes read-only."""
    stage.models.chmod(0o555)
    yield stage.apps[0]
    stage.models.chmod(0o755)


def models_away(stage: Stage) -> Iterator[App | None]:
    """The folder of the networks is taken away, and comes back."""
    away = stage.models.rename(stage.models.with_name("networks"))
    yield stage.apps[0]
    away.rename(stage.models)


def clock_forward(stage: Stage) -> Iterator[App | None]:
    """The clocks go forward by 400 days."""
    stage.clock.write_text(str(FAR_S))
    sleep(AWAY_S)
    yield stage.apps[0]


def clock_back(stage: Stage) -> Iterator[App | None]:
    """The clocks go back by 800 days."""
    stage.clock.write_text(str(-FAR_S))
    sleep(AWAY_S)
    yield stage.apps[0]


def network_cut(stage: Stage) -> Iterator[App | None]:
    """The network between servers and scheduler is cut for 3 s."""
    assert stage.network
    stage.network.cut()
    sleep(AWAY_S)
    yield stage.apps[0]
    stage.network.mend()


def network_slow(stage: Stage) -> Iterator[App | None]:
    """The network between servers and scheduler takes 0.2 s for each piece, for 6 s."""
    assert stage.network
    stage.network.delay_s = SLOW_S
    sleep(LONG_S)
    yield stage.apps[0]
    stage.network.mend()


ON_SQLITE: tuple[Fault, ...] = (
    workers_killed,
    workers_still,
    worker_still_for_good,
    server_killed,
    server_ended,
    server_still,
    disk_full,
    data_read_only,
    data_read_only_at_start,
    data_away,
    models_read_only,
    models_away,
    clock_forward,
    clock_back,
)
ON_POSTGRESQL: tuple[Fault, ...] = (
    workers_killed,
    workers_still,
    worker_still_for_good,
    nanny_killed,
    scheduler_killed,
    scheduler_still,
    server_killed,
    server_ended,
    server_still,
    database_killed,
    database_part_killed,
    database_still,
    database_disk_full,
    network_cut,
    network_slow,
    clock_forward,
    clock_back,
)


@contextmanager
def _still(*processes: psutil.Process) -> Iterator[None]:
    """Stop processes inside the block; they go on after it."""
    for process in processes:
        process.suspend()
    try:
        yield
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.resume()


def _limit_files(processes: list[psutil.Process], size: str) -> None:
    """Let processes write no file beyond a size: a full disk for them, and for nobody else."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            # Only its own user may do so: that of a database is another one's.
            command = ["prlimit", "--pid", str(process.pid), f"--fsize={size}:"]
            subprocess.run(command, user=process.uids().real, check=False)


def _set_modes(stage: Stage, folder: int, files: int) -> None:
    for path in stage.data.iterdir():
        path.chmod(files)
    stage.data.chmod(folder)
