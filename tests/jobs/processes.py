"""A Dask cluster as the documentation has it: a process of its own for each command."""

from __future__ import annotations

import os
import re
import shlex
import signal
import socket
import subprocess
from pathlib import Path

from tests.waiting import until

ROOT = Path(__file__).parents[2]


class Processes:
    """A scheduler, and two workers of one command, started by commands of the documentation.

    Parameters
    ----------
    scheduler, worker : str
        The commands; `host` and 8786 in them become a free port of this machine.
    folder : Path
        Where they run, and write their log.
    """

    def __init__(self, scheduler: str, worker: str, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._commands = scheduler, worker.replace("--nworkers -1", "--nworkers 2")
        self._folder = folder
        self._log = folder / "cluster.log"
        self._running: list[subprocess.Popen[bytes]] = []
        self.environment = os.environ | {"PYTHONPATH": str(ROOT)}

    def __enter__(self) -> Processes:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        for process in reversed(self._running):
            process.terminate()
            process.wait(30)

    @property
    def log(self) -> str:
        """All that they have said."""
        return self._log.read_text()

    def here(self, text: str) -> str:
        """Return a line of the documentation with the address of this cluster."""
        return re.sub(r"(?<!-)\bhost\b", "127.0.0.1", text).replace("8786", str(self.port))

    def start(self) -> None:
        """Start the scheduler, and then the workers."""
        with self._log.open("ab") as output:
            for command in self._commands:
                words = shlex.split(self.here(command).replace(".venv", str(ROOT / ".venv")))
                process = subprocess.Popen(
                    words,
                    cwd=self._folder,
                    env=self.environment,
                    stdout=output,
                    stderr=output,
                )
                self._running.append(process)
                until(self._listens, why_not=lambda: self.log)

    def kill_scheduler(self) -> None:
        """Kill the scheduler; the workers end by themselves then, as Dask's do."""
        scheduler, workers = self._running
        scheduler.send_signal(signal.SIGKILL)
        scheduler.wait(240)
        workers.wait(240)
        self._running = []

    def _listens(self) -> bool:
        assert all(process.poll() is None for process in self._running), self.log
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0
