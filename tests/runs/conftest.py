from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from simplenet.runs.store.opening import FILE
from tests.runs.postgres import MissingPostgresError, new_database, postgres

_numbers = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Without PostgreSQL it skips, and says how to get it; with CI=true it fails."""
    try:
        with postgres() as server:
            yield server.address
    except MissingPostgresError as missing:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(str(missing))


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / FILE}"
    server: str = request.getfixturevalue("postgres_server")
    return new_database(server, f"test{next(_numbers)}")
