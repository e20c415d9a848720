"""The processes that faults are done to: the app, and the Dask cluster that servers share."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import psutil

from tests.browser.served import ROOT, Server, is_worker
from tests.waiting import until

CLOCK = Path(__file__).with_name("clock")
PR_CAPBSET_DROP, CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH = 24, 1, 2
"""Of Linux's prctl.h and capability.h."""


class App(Server):
    """The app as a process whose log is a pipe: that is no file, which a full disk would end.

    Parameters
    ----------
    folder : Path
        Where its runs are, its networks, and the file that shifts its clock.
    environment : mapping of str to str
        Variables that it has beside those of this process.

    Attributes
    ----------
    lines : list of str
        Its log so far.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        own = {"SIMPLENET_DATA": folder / "data", "SIMPLENET_MODELS": folder / "models"}
        own |= {"CHAOS_CLOCK": folder / "clock", "PYTHONPATH": f"{CLOCK}:{ROOT}"}
        super().__init__(
            ROOT, environment={name: str(value) for name, value in own.items()} | environment
        )

    def open_log(self) -> IO[bytes]:
        """Return the end of a pipe, whose other end is read into `lines`."""
        read, write = os.pipe()

        def follow() -> None:
            with open(read, encoding="utf-8", errors="replace") as log:
                for line in log:
                    self.lines.append(line.rstrip())

        threading.Thread(target=follow, name="log", daemon=True).start()
        return os.fdopen(write, "wb")

    def prepare(self) -> None:
        """Take from the process what root may do: a read-only folder is one for it, too."""
        libc = ctypes.CDLL(None)
        for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
            libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
        super().prepare()

    def kill(self) -> None:
        """Kill it, and wait until none of its workers is left."""
        self.stop(signal.SIGKILL)


class Cluster:
    """A Dask scheduler, and a nanny with two workers, as the README starts them.

    Parameters
    ----------
    log : Path
    environment : mapping of str to str
        Variables that they have beside those of this process.
    """

    def __init__(self, log: Path, environment: Mapping[str, str]) -> None:
        self._log, self._environment = log, environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.start_scheduler()
        self.start_nanny()

    def start_scheduler(self) -> None:
        """Start the scheduler, at the same address each time."""
        self.scheduler = self._start(
            "scheduler", "--host", "127.0.0.1", "--port", str(self.port), "--no-dashboard"
        )

        def listens() -> bool:
            assert self.scheduler.poll() is None, self._log.read_text()
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", self.port)) == 0

        until(listens)

    def start_nanny(self) -> None:
        """Start the nanny, which starts the workers."""
        to = f"tcp://127.0.0.1:{self.port}"
        options = ["--nworkers", "2", "--nthreads", "1", "--memory-limit", "0", "--no-dashboard"]
        self.nanny = self._start("worker", to, *options, "--host", "127.0.0.1")

    def _start(self, *command: str) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "dask", *command],
                cwd=ROOT,
                env=os.environ | {"PYTHONPATH": f"{CLOCK}:{ROOT}"} | self._environment,
                stdout=log,
                stderr=log,
            )

    def tend(self) -> None:
        """Start again what has ended, as whoever runs a cluster has it done."""
        if self.scheduler.poll() is None and self.nanny.poll() is not None:
            self.start_nanny()

    def workers(self) -> list[psutil.Process]:
        """Return the processes that train."""
        if self.nanny.poll() is not None:
            return []
        children = psutil.Process(self.nanny.pid).children(recursive=True)
        return [child for child in children if is_worker(child)]

    def stop(self) -> None:
        """End all of it."""
        for process in (self.nanny, self.scheduler):
            process.terminate()
        for process in (self.nanny, self.scheduler):
            process.wait(60)
