"""A PostgreSQL server for the tests, on a free port and gone afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.waiting import until

WHERE = ":".join(
    [os.environ["PATH"], *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True))]
)


@contextmanager
def postgres() -> Iterator[str]:
    """Give the address of a server, without the name of a database.

    It skips where there is no PostgreSQL, and says how to get it; with CI=true it fails.
    """
    initdb, server = (shutil.which(name, path=WHERE) for name in ("initdb", "postgres"))
    if not (initdb and server):
        how = "no PostgreSQL is found: apt-get install postgresql, or brew install postgresql"
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(how)
    # PostgreSQL does not run as root; the package's own user does.
    user: dict[str, Any] = {"user": "postgres"} if os.geteuid() == 0 else {}
    folder = Path(tempfile.mkdtemp(prefix="simplenet-postgres-"))
    try:
        if user:
            shutil.chown(folder, user["user"])
        command = [initdb, "--pgdata", folder / "data", "--auth", "trust", "--username", "tester"]
        subprocess.run([*command, "--no-sync"], check=True, stdout=subprocess.DEVNULL, **user)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        log = (folder / "log").open("wb")
        options = ["-h", "127.0.0.1", "-p", str(port), "-k", str(folder), "-F"]
        process = subprocess.Popen(
            [server, "-D", folder / "data", *options], stdout=log, stderr=log, cwd=folder, **user
        )

        def listens() -> bool:
            assert process.poll() is None, (folder / "log").read_text()
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", port)) == 0

        try:
            until(listens)
            yield f"postgresql+psycopg://tester@127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGINT)  # It waits for nobody.
            process.wait(60)
            log.close()
    finally:
        shutil.rmtree(folder)
