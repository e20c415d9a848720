"""Where the file of a database was, and whether it still is the one that is there."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import Engine

from simplenet.jobs.ledger import LedgerError


class Place:
    """The file of a database.

    A connection goes on with a file that was moved away, or whose folder was removed, and nobody
    would ever find what it writes; a new connection takes whatever file is there by now.

    Parameters
    ----------
    engine : Engine
        Of the database, which is there. One that is no file is always where it was.
    """

    def __init__(self, engine: Engine) -> None:
        url = engine.url
        is_file = url.get_backend_name() == "sqlite" and url.database not in (None, "", ":memory:")
        self._path = Path(url.database or "") if is_file else None
        self._was = None if self._path is None else _identity(self._path)

    def check(self) -> None:
        """Do nothing if the file is the one that was opened.

        Raises
        ------
        LedgerError
            If it is not there, or is another one.
        """
        if self._path is None:
            return
        now = _identity(self._path)
        if now is None:
            raise LedgerError(f"{self._path.name}, the file of the runs, is gone: put it back")
        if now != self._was:
            raise LedgerError(
                f"{self._path.name}, the file of the runs, is another one than that which this "
                "server has opened: put that back, or start the server again"
            )


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)
    except OSError:  # It, or its folder, is not there or cannot be looked into.
        return None
    return found.st_dev, found.st_ino
