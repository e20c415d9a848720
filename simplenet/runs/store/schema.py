"""The tables in which runs are kept; `migrations/` brings the file of an older release to them."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    false,
)

HEAD = "0003"
"""The newest of the migrations."""

METADATA = MetaData()

RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("visitor", String(64), nullable=False),
    Column("kind", String(32), nullable=False),
    # What it follows from; arrays are in its content.
    Column("settings", JSON, nullable=False),
    Column("made_with", JSON, nullable=False),
    Column("started_at", Float, nullable=False),
    # Who drives it.
    Column("driver", String(64)),
    Column("fence", Integer, nullable=False),
    Column("beat", BigInteger, nullable=False),
    # The sweep that it belongs to, and whether it waits until that gets to it.
    Column("sweep", String(64)),
    Column("queued", Boolean, nullable=False, server_default=false()),
    # Whether it was opened from a file: what it tells was not measured here.
    Column("brought", Boolean, nullable=False, server_default=false()),
    # What people want of it.
    Column("pace", String(8), nullable=False),
    Column("held", Boolean, nullable=False),
    Column("steps", Integer, nullable=False),
    Column("stop", Boolean, nullable=False),
    Column("wish", Integer, nullable=False),
    # How far it is.
    Column("chunks", Integer, nullable=False),
    Column("steps_done", Integer, nullable=False),
    Column("pending", Boolean, nullable=False),
    Column("restarts", Integer, nullable=False),
    Column("ended", String(16)),
    Column("ended_at", Float),
    Column("error_kind", String(64)),
    Column("error", Text),
    # What came of it, for a list.
    Column("done", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("loss", Float),
    Column("train_accuracy", Float),
    Column("test_accuracy", Float),
    Column("elapsed_s", Float),
    Column("curve", JSON, nullable=False),
    # What its owner made of it.
    Column("name", String(80), nullable=False),
    Column("note", Text, nullable=False),
    Column("star", Boolean, nullable=False),
    Column("deleted_at", Float),
    # What it takes, in bytes: its work and its records, and its state.
    Column("kept_bytes", BigInteger, nullable=False),
    Column("state_bytes", BigInteger, nullable=False),
    Index("runs_of_visitor", "visitor", "started_at"),
    Index("runs_that_go_on", "ended"),
    Index("runs_of_sweep", "sweep"),
    Index("runs_that_wait", "queued"),
)
"""A run a row, but for what is large."""

CONTENTS = Table(
    "contents",
    METADATA,
    Column("run", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("work", LargeBinary, nullable=False),
    Column("state", LargeBinary),
)
"""What a run does, and the state that it goes on from."""

CHUNKS = Table(
    "chunks",
    METADATA,
    Column("run", String(64), ForeignKey("runs.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("records", LargeBinary, nullable=False),
)
"""The records of a run, in the pieces in which they were committed."""
