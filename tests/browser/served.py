"""The app as a process of its own, and its browser: for the tests and for the benchmarks."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any
from urllib.error import HTTPError
from urllib.parse import urljoin

import psutil
from playwright.sync_api import Browser, Playwright

from simplenet.runs.store.opening import FILE

ROOT = Path(__file__).parents[2]
SLOWLY = Path(__file__).with_name("slowly.py")

CORES = 2
"""As many on every machine: then the line for them has the same length."""

CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

WAIT_S = 180
"""How long a test waits for what must come: long enough for a machine whose cores are busy."""


def chromium_path() -> str | None:
    """Return where the browser is, or None if there is none."""
    return shutil.which("chromium") or shutil.which("google-chrome")


def chromium(playwright: Playwright) -> Browser:
    """Start the browser; nothing in it asks another machine for anything."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM)


class Server:
    """A running app: its address, its process, and its files.

    Parameters
    ----------
    folder : Path
        Where its `app.py` is; its log is written there, too.
    cores : int, optional
        How many it may use; all by default.
    options : sequence of str
        Of Streamlit, beside those of the project.
    environment : mapping of str to str
        Variables that it has beside those of this process.
    """

    def __init__(
        self,
        folder: Path,
        cores: int | None = None,
        *,
        options: Sequence[str] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.folder = folder
        self._cores = cores
        self._options = options
        self._environment = environment
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = folder / "server.log"
        self.start()

    def start(self) -> None:
        """Start the process; once more, at the same address, after it was stopped."""
        streamlit = [str(SLOWLY)] if os.environ.get("SLOWLY") else ["-m", "streamlit"]
        command = [sys.executable, *streamlit, "run", "app.py"]
        options = ["--server.headless", "true", "--server.port", str(self.port)]
        with self.open_log() as log:
            self.process = subprocess.Popen(
                [*command, *options, *self._options],
                cwd=self.folder,
                env=os.environ | self._environment,
                stdout=log,
                stderr=log,
                preexec_fn=self.prepare,
            )
        until = time.monotonic() + WAIT_S
        while not lives(self.url):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.1)

    def open_log(self) -> IO[bytes]:
        """Return what the process writes to."""
        return self.log.open("ab")

    def prepare(self) -> None:
        """Limit the process, before it becomes the server."""
        os.sched_setaffinity(0, list(os.sched_getaffinity(0))[: self._cores])

    def workers(self) -> list[psutil.Process]:
        children = psutil.Process(self.process.pid).children(recursive=True)
        return [child for child in children if is_worker(child)]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End the server, and expect that none of its workers outlives it."""
        workers = self.workers()
        self.process.send_signal(how)
        self.process.wait(WAIT_S)
        _, alive = psutil.wait_procs(workers, timeout=WAIT_S)
        assert alive == []


@contextmanager
def running(folder: Path, **options: Any) -> Iterator[Server]:
    """Run the app from a copy, so that what it saves does not land among the project's files."""
    for name in ("app.py", "pages", "models", ".streamlit"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / name)
    (folder / "simplenet").symlink_to(ROOT / "simplenet")
    shared = [name for name in os.environ if name.startswith("SIMPLENET_")]
    assert shared == [], "the server would work off the runs of other tests"
    server = Server(folder, CORES, **options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
    log = server.log.read_text()
    assert not [word for word in ("Traceback", "leaked", "already registered") if word in log], log
    assert not [key for key in keys(folder) if key in log], log


def keys(folder: Path) -> set[str]:
    """Return the ids of the runs that a server has kept, and of those to whom they belong."""
    if not (file := folder / "pages" / "kept" / FILE).exists():
        return set()
    with closing(sqlite3.connect(file)) as database:
        rows = database.execute("SELECT id, visitor, sweep FROM runs").fetchall()
    return {key for row in rows for key in row if key}


def is_worker(process: psutil.Process) -> bool:
    """Return whether a process is one of Dask's workers; one that has just ended is none."""
    return "spawn_main" in command(process)


def command(process: psutil.Process) -> str:
    """Return the command of a process; nothing, if it has just ended."""
    with suppress(psutil.Error):
        return " ".join(process.cmdline())
    return ""


def lives(url: str) -> bool:
    """Return whether the server of an address answers; its app may have an address with a path."""
    try:
        urllib.request.urlopen(urljoin(url, "/_stcore/health"), timeout=WAIT_S).close()
    except HTTPError as error:
        return error.code == HTTPStatus.NOT_FOUND
    except OSError:
        return False
    return True
