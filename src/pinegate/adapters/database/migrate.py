"""Bring a database to the present tables, as the role that owns them, and give the application's role its rights."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from pinegate.adapters.database.retention import install_retention
from pinegate.adapters.database.server_address import DIALECT, writable_server
from pinegate.adapters.database.tables import ALTERABLE_COLUMNS, ALTERABLE_TABLES
from pinegate.domain.audit.retention import KEPT_DAYS

_SCRIPTS = Path(__file__).parent / "migrations"


def alembic_config(connection: Connection) -> Config:
    """What Alembic needs, without any file of its own."""
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def migrate(owner_address: str, app_role: str, kept_days: int = KEPT_DAYS) -> None:
    """Run what is missing, in one transaction. ``owner_address``: ``postgresql://…`` of the owner (``server_address``);
    ``kept_days``: for how long records are kept.
    """
    address = writable_server(owner_address)
    engine = create_engine(DIALECT, creator=lambda: psycopg.connect(address), poolclass=NullPool)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "head")
        grant_rights(connection, app_role)
        install_retention(connection, app_role, kept_days)


def grant_rights(connection: Connection, app_role: str) -> None:
    """SELECT and INSERT everywhere; UPDATE and DELETE but in the audit log, the register and the terms of control, of
    which the last two have a few columns that may be updated.

    Said anew after every migration, so that a new table cannot be forgotten.
    """
    role = connection.dialect.identifier_preparer.quote(app_role)
    alterable = ", ".join(ALTERABLE_TABLES)
    for statement in (
        f"grant usage on schema public to {role}",
        f"revoke all on all tables in schema public from {role}",
        f"grant select, insert on all tables in schema public to {role}",
        f"grant update, delete on {alterable} to {role}",
        *(
            f"grant update ({', '.join(columns)}) on {table} to {role}"
            for table, columns in ALTERABLE_COLUMNS.items()
        ),
        f"revoke all on alembic_version from {role}",
        f"grant usage on all sequences in schema public to {role}",
    ):
        connection.execute(text(statement))
