"""A PostgreSQL server for the tests and for `make chaos`, on a free port and gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.waiting import until

WHERE = ":".join(
    [os.environ["PATH"], *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
)
HOW = "no PostgreSQL is found: apt-get install postgresql, or brew install postgresql"


class MissingPostgresError(Exception):
    """There is no PostgreSQL on this machine; the message says how to get it."""


class Postgres:
    """A server.

    Parameters
    ----------
    folder : Path
        Where all that it keeps is.

    Attributes
    ----------
    address : str
        Without the name of a database.
    process : Popen
        Its first process, which starts all others.
    """

    def __init__(self, folder: Path) -> None:
        initdb, server = (shutil.which(name, path=WHERE) for name in ("initdb", "postgres"))
        if not (initdb and server):
            raise MissingPostgresError(HOW)
        self._folder, self._server = folder, server
        # PostgreSQL does not run as root; the package's own user does.
        self._user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
        if self._user:
            shutil.chown(folder, self._user["user"])
        command = [initdb, "--pgdata", folder / "data", "--auth", "trust", "--username", "tester"]
        subprocess.run([*command, "--no-sync"], check=True, stdout=subprocess.DEVNULL, **self._user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        self.address = f"postgresql+psycopg://tester@127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start the process, and wait until it listens."""
        options = ["-h", "127.0.0.1", "-p", str(self._port), "-k", str(self._folder), "-F"]
        with (self._folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [self._server, "-D", self._folder / "data", *options],
                stdout=log,
                stderr=log,
                cwd=self._folder,
                **self._user,
            )
        until(self._listens)

    def _listens(self) -> bool:
        assert self.process.poll() is None, (self._folder / "log").read_text()
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self._port)) == 0

    def stop(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGINT)  # It waits for nobody.
        self.process.wait(60)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """Give a server.

    Raises
    ------
    MissingPostgresError
        If there is none on this machine.
    """
    folder = Path(tempfile.mkdtemp(prefix="simplenet-postgres-"))
    try:
        server = Postgres(folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def new_database(server: str, name: str) -> str:
    """Return the address of a new, empty database of a server."""
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")

    def answers() -> bool:
        with suppress(OperationalError), engine.connect():  # It listens before it answers.
            return True
        return False

    until(answers)
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"
