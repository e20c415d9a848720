"""Keep which runs were opened from a file."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Go to this schema from the one before."""
    op.add_column(
        "runs", sa.Column("brought", sa.Boolean(), nullable=False, server_default=sa.false())
    )
