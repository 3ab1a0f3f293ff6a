"""Run by Alembic: migrates the connection that `apflow.store.migrating` hands over."""

from alembic import context

from apflow.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # SQLite can do it, and a killed migration must leave nothing behind.
    transactional_ddl=True,
)
context.run_migrations()
