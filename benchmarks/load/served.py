"""The server of a class, its workers and its runs, seen from outside."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import psutil

ROOT = Path(__file__).parents[2]
START_S = 120.0
FAULTS = "Traceback", "ERROR", "CRITICAL", "refused: ", "is slowed"
"""What no line of a log may hold while visitors do what a browser does."""


@dataclass(frozen=True)
class Progress:
    """How far the runs of a server are.

    Parameters
    ----------
    at_s : float
        When it was looked.
    live : int
        Runs that have not ended.
    done : int
        Iterations of all runs.
    """

    at_s: float
    live: int
    done: int


@dataclass(frozen=True)
class Memory:
    """Memory in MB: what a process has in it (rss), and its fair share of that (pss)."""

    rss: float
    pss: float


class Served:
    """The app as a process of its own.

    Parameters
    ----------
    folder : Path
        Where its runs and its log are.
    port : int, optional
        A free one by default.
    """

    def __init__(self, folder: Path, port: int = 0) -> None:
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(("127.0.0.1", port))
            port = free.getsockname()[1]
        self.address = f"127.0.0.1:{port}"
        self.log = folder / "server.log"
        self._runs = folder / "runs.sqlite"
        command = [sys.executable, "-m", "pages.platform.offline", "run", "app.py"]
        options = ["--server.headless", "true", "--server.port", str(port)]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*command, *options],
                cwd=ROOT,
                stdout=log,
                stderr=log,
                env=os.environ | {"SIMPLENET_DATA": str(folder)},
            )
        self.process = psutil.Process(self._process.pid)
        until = monotonic() + START_S
        while not self._lives():
            if self._process.poll() is not None or monotonic() > until:
                raise RuntimeError(self.log.read_text(encoding="utf-8"))
            sleep(0.1)

    def _lives(self) -> bool:
        try:
            urllib.request.urlopen(f"http://{self.address}/_stcore/health", timeout=5).close()
        except OSError:
            return False
        return True

    def workers(self) -> list[psutil.Process]:
        """Return the processes that train."""
        return [
            child
            for child in self.process.children(recursive=True)
            if "spawn_main" in " ".join(child.cmdline())
        ]

    def server_cpu_s(self) -> float:
        """Return how much of a core the server itself has taken."""
        times = self.process.cpu_times()
        return times.user + times.system

    def workers_cpu_s(self) -> float:
        """Return how much of a core the workers have taken together."""
        return sum(sum(worker.cpu_times()[:2]) for worker in self.workers())

    def memory(self) -> tuple[Memory, Memory]:
        """Return the memory of the server, and of all workers together."""
        workers = [_memory(worker.pid) for worker in self.workers()]
        rss, pss = (sum(getattr(one, name) for one in workers) for name in ("rss", "pss"))
        return _memory(self.process.pid), Memory(rss, pss)

    def progress(self) -> Progress:
        """Return how far its runs are, as they are written down."""
        query = "SELECT COALESCE(SUM(ended IS NULL), 0), COALESCE(SUM(done), 0) FROM runs"
        with closing(sqlite3.connect(f"file:{self._runs}?mode=ro", uri=True)) as runs:
            live, done = runs.execute(query).fetchone()
        return Progress(monotonic(), live, done)

    def faults(self) -> int:
        """Return how many lines of the log tell of a fault."""
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return sum(any(word in line for word in FAULTS) for line in lines)

    def stop(self) -> None:
        """End it."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(START_S)


def _memory(pid: int) -> Memory:
    """Return the memory of a process (Linux)."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8").splitlines()[1:]
    kb = {line.split(":")[0]: int(line.split()[1]) for line in lines}
    return Memory(kb["Rss"] * 1024 / 1e6, kb["Pss"] * 1024 / 1e6)
