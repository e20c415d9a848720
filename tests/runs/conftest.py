from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from simplenet.runs.store.opening import FILE
from tests.runs.postgres import postgres
from tests.waiting import until

_numbers = count()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with postgres() as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, of either kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / FILE}"
    server: str = request.getfixturevalue("postgres_server")
    engine = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    until(lambda: engine.connect().close() is None)
    name = f"test{next(_numbers)}"
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    return f"{server}/{name}"
