"""Keep sweeps: which one a run belongs to, and whether it waits until that gets to it."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Go to this schema from the one before."""
    op.add_column("runs", sa.Column("sweep", sa.String(length=64), nullable=True))
    op.add_column(
        "runs", sa.Column("queued", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("runs_of_sweep", "runs", ["sweep"])
    op.create_index("runs_that_wait", "runs", ["queued"])
