from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from simplenet.runs.store.opening import FILE
from tests.runs.postgres import new_database

_numbers = count()


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / FILE}"
    server: str = request.getfixturevalue("postgres_server")
    return new_database(server, f"test{next(_numbers)}")
