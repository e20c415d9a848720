"""Servers with all that they need, on which faults are tried one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import copytree

import psutil

from benchmarks.chaos.processes import App, Cluster
from benchmarks.chaos.proxy import Proxy
from benchmarks.chaos.runs import Runs
from benchmarks.chaos.visit import Visit, visit
from simplenet.runs.store.opening import FILE
from tests.browser.served import ROOT, command
from tests.runs.postgres import Postgres, new_database, postgres
from tests.waiting import until


class Stage:
    """Servers, and what they share.

    Parameters
    ----------
    name : str
        What is said of it.
    folder : Path
        Where all their files are.
    """

    def __init__(self, name: str, folder: Path) -> None:
        self.name, self.folder = name, folder
        self.apps: list[App] = []
        self.cluster: Cluster | None = None
        self.network: Proxy | None = None
        self.database: Postgres | None = None
        self.runs: Runs
        self.clock = folder / "clock"
        self.clock.write_text("0")
        self.data, self.models = folder / "data", folder / "models"
        copytree(ROOT / "models", self.models)

    def workers(self) -> list[psutil.Process]:
        """Return the processes that train."""
        return self.cluster.workers() if self.cluster else self.apps[0].workers()

    def visit(self, app: App) -> Visit:
        """Return what a visitor of a run is told."""
        return visit(app.url, self.runs.going[0])

    def ensure(self) -> None:
        """Start again whatever has ended, and let a visitor come to each server."""
        for app in self.apps:
            if app.process.poll() is not None:
                app.start()
                self.visit(app)
        if self.cluster:
            self.cluster.tend()
            for worker in filter(_is_still, self.workers()):
                worker.kill()  # Its scheduler, which is not ours, would wait for five minutes.
        until(lambda: not any(map(_is_still, self.workers())), every_s=0.5)  # It is replaced.

    def stop(self) -> list[str]:
        """End everything; return what is left of it."""
        for app in self.apps:
            app.stop()
        if self.cluster:
            self.cluster.stop()
        return [command(process) for process in psutil.process_iter() if self._is_of(process)]

    def _is_of(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            return process.environ().get("CHAOS_CLOCK") == str(self.clock)
        return False


def _is_still(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return bool(process.status() == psutil.STATUS_STOPPED)
    return False


@contextmanager
def on_sqlite(folder: Path, iterations: int) -> Iterator[Stage]:
    """Give one server with its own workers, and its runs in a file."""
    stage = Stage("SQLite, one server", folder)
    stage.apps = [App(folder, {})]
    with _ended(stage):
        visit(stage.apps[0].url, "")
        stage.runs = Runs(f"sqlite:///{stage.data / FILE}", iterations)
        yield stage


@contextmanager
def on_postgresql(folder: Path, iterations: int) -> Iterator[Stage]:
    """Give two servers that share a PostgreSQL, and a Dask cluster that they reach by a network."""
    stage = Stage("PostgreSQL, two servers", folder)
    with postgres() as stage.database:
        url = new_database(stage.database.address, "runs")
        clock = {"CHAOS_CLOCK": str(stage.clock)}
        stage.cluster = Cluster(folder / "cluster.log", clock)
        stage.network = Proxy(stage.cluster.port)
        shared = {
            "SIMPLENET_STORE": url,
            "SIMPLENET_SCHEDULER": f"tcp://127.0.0.1:{stage.network.port}",
        }
        with _ended(stage):
            stage.apps = [App(folder, shared) for _ in range(2)]
            for app in stage.apps:
                visit(app.url, "")
            stage.runs = Runs(url, iterations)
            yield stage


@contextmanager
def _ended(stage: Stage) -> Iterator[None]:
    """End what a stage has started, also if something goes wrong."""
    try:
        yield
    except BaseException:
        for process in psutil.process_iter():
            if stage._is_of(process):
                with suppress(psutil.Error):
                    process.kill()
        raise
