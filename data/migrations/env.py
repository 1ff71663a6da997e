"""Run the migrations on the connection the caller opened, inside the caller's transaction."""

from alembic import context

from data.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transaction_per_migration=False,
    render_as_batch=True,
)
context.run_migrations()
