"""Open the database of a store: where it is, its schema, and what to do if it cannot be opened."""

from __future__ import annotations

import logging
import os
import time
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Engine,
    ExceptionContext,
    create_engine,
    event,
    inspect,
    select,
    text,
)
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, OperationalError
from sqlalchemy.pool import StaticPool

from simplenet.jobs.ledger import LEASE_S, LedgerError
from simplenet.runs.store.database import in_a_line
from simplenet.runs.store.schema import HEAD, METADATA, RUNS

logger = logging.getLogger(__name__)

FILE = "runs.sqlite"
MIGRATIONS = Path(__file__).with_name("migrations")

BUSY_S = 10.0
"""How long a write waits for another one."""

STILL_S = LEASE_S
"""How long a server may stand still in a transaction, so that it keeps no run from the others."""

STOOD_STILL = "25P03"
"""PostgreSQL's code for a connection that it ended because of that."""

REACHED = {
    "connect_timeout": 5,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}
"""How soon a PostgreSQL that says nothing any more is given up, as psycopg has it, unless the
address says so: the system waits a quarter of an hour for a machine that is gone."""

PRAGMAS = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA journal_mode = WAL",
    # A killed server loses nothing; a power cut may cost the last commits, and harms no others.
    "PRAGMA synchronous = NORMAL",
    f"PRAGMA busy_timeout = {BUSY_S * 1000:.0f}",
)


def opened(url: str) -> Engine:
    """Return the engine of a database whose schema is the newest one.

    Parameters
    ----------
    url : str
        As SQLAlchemy has it, such as ``sqlite:////var/lib/simplenet/runs.sqlite`` or
        ``postgresql+psycopg://user@host/simplenet``.

    Raises
    ------
    LedgerError
        If there is no such database, it is not to be written, or a newer release has made it.
    """
    engine = _engine(url)
    try:
        with engine.begin() as connection:
            if engine.dialect.name == "sqlite":
                connection.execute(text("BEGIN IMMEDIATE"))  # Only one server migrates.
            if engine.dialect.name == "postgresql":  # Migrating may take its time.
                connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
            migrate(connection)
            connection.execute(select(RUNS.c.id).limit(1)).all()
    except LedgerError:
        engine.dispose()
        raise
    except DatabaseError as error:
        engine.dispose()
        why = in_a_line(error.orig)
        raise LedgerError(f"the database of the runs cannot be opened: {why}") from error
    return engine


def opened_file(folder: Path) -> Engine:
    """Return the engine of the database in a folder, which is made if it is not there.

    A file that is damaged is moved aside, and a new one begins.

    Raises
    ------
    LedgerError
        If the folder cannot be made or written, or a newer release has made the file.
    """
    path = folder / FILE
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if path.exists() and is_damaged(path):
            moved = path.with_name(f"{FILE}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
            for tail in ("", "-wal", "-shm"):
                part = path.with_name(FILE + tail)
                if part.exists():
                    part.rename(moved.with_name(moved.name + tail))
            logger.warning("%s is damaged: it is now %s, and a new one begins", path, moved.name)
    except OSError as error:
        raise LedgerError(f"the folder of the runs cannot be written: {error}") from error
    try:
        return opened(f"sqlite:///{path.resolve()}")
    except LedgerError as error:
        for place in (folder, path):  # SQLite only says that it cannot open a file.
            if place.exists() and not os.access(place, os.W_OK):
                why = f"this server may not write {place.name}, which is for the runs"
                raise LedgerError(why) from error
        raise


def is_damaged(path: Path) -> bool:
    """Return whether a file is not a whole SQLite database."""
    engine = _engine(f"sqlite:///{path.resolve()}")
    try:
        with engine.connect() as connection:
            return connection.execute(text("PRAGMA quick_check(1)")).scalar() != "ok"
    except OperationalError:  # It cannot be opened or written, or is in use: not its fault.
        return False
    except DatabaseError:
        return True
    finally:
        engine.dispose()


def in_memory() -> Engine:
    """Return the engine of a database that lasts as long as the process."""
    engine = create_engine(
        "sqlite://",
        poolclass=StaticPool,
        connect_args={"check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up_sqlite)
    METADATA.create_all(engine)
    return engine


def migrate(connection: Connection) -> None:
    """Bring the schema of a database to the newest one.

    Raises
    ------
    LedgerError
        If a newer release has made it.
    """
    revision = None
    if inspect(connection).has_table("alembic_version"):
        revision = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if revision == HEAD:
        return
    # A tenth of a second of imports that only a new database needs.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise LedgerError(
            f"the runs were kept by a newer release (schema {revision}, this one has {HEAD})"
        ) from error


def _engine(url: str) -> Engine:
    # No error tells, nor does the log, which ids were asked for.
    parts = make_url(url)
    if parts.get_backend_name() != "sqlite":
        reached = REACHED if parts.drivername == "postgresql+psycopg" else {}
        engine = create_engine(
            url,
            pool_pre_ping=True,
            max_overflow=20,
            hide_parameters=True,
            connect_args={key: value for key, value in reached.items() if key not in parts.query},
        )
        if engine.dialect.name == "postgresql":
            event.listen(engine, "connect", _set_up_postgresql)
            event.listen(engine, "handle_error", _tell_disconnect)
        return engine
    engine = create_engine(url, max_overflow=20, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    return engine


def _set_up_postgresql(connection: Any, _: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET idle_in_transaction_session_timeout = {1000 * STILL_S:.0f}")
        cursor.execute(f"SET lock_timeout = {1000 * BUSY_S:.0f}")
    connection.commit()


def _tell_disconnect(context: ExceptionContext) -> None:
    """Replace a connection that the database has ended: SQLAlchemy does not know of that."""
    if getattr(context.original_exception, "sqlstate", None) == STOOD_STILL:
        context.is_disconnect = True


def _set_up_sqlite(connection: Any, _: object) -> None:
    for pragma in PRAGMAS:
        connection.execute(pragma)
