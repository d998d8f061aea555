"""Bring a database to the present tables, as the role that owns them, and give the application's role its rights."""

from pathlib import Path

import psycopg
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine
from sqlalchemy.pool import NullPool

from pinegate.adapters.database.retention import install_retention
from pinegate.adapters.database.rights import grant_rights
from pinegate.adapters.database.server_address import DIALECT, writable_server
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
