"""Alembic runs this: it brings a database to the newest schema, or one step up or down."""

from alembic import context

from simplenet.runs.store.schema import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
)
with context.begin_transaction():
    context.run_migrations()
