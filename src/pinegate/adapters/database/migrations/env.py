"""Alembic's entry: runs on the connection that ``migrate.py`` hands over."""

from alembic import context
from sqlalchemy import Connection

from pinegate.adapters.database.tables import metadata


def run() -> None:
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, target_metadata=metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()


run()
