"""What the application's database role may do, said anew after every migration."""

from sqlalchemy import Connection, text

from pinegate.adapters.database.tables import access_register, audit_events, control_terms, metadata

_ALTERABLE_TABLES = tuple(
    table.name
    for table in metadata.sorted_tables
    if table not in (audit_events, access_register, control_terms)
)
"""Where the application's database role may UPDATE and DELETE: everywhere but in what it must answer for."""

_ALTERABLE_COLUMNS = {
    access_register.name: (
        *("started_at", "grant_id", "application_id", "lease_seconds"),
        *("ended_at", "end_reason", "bytes_sent"),
    ),
    control_terms.name: ("seen_at", "ended_at", "standby_seen_at", "watched"),
}
"""What it may UPDATE elsewhere: how a session began and ended, and how a term goes on. Nothing of these is deleted."""


def grant_rights(connection: Connection, app_role: str) -> None:
    """SELECT and INSERT everywhere; UPDATE and DELETE but in the audit log, the register and the terms of control, of
    which the last two have a few columns that may be updated.

    Said anew after every migration, so that a new table cannot be forgotten.
    """
    role = connection.dialect.identifier_preparer.quote(app_role)
    alterable = ", ".join(_ALTERABLE_TABLES)
    for statement in (
        f"grant usage on schema public to {role}",
        f"revoke all on all tables in schema public from {role}",
        f"grant select, insert on all tables in schema public to {role}",
        f"grant update, delete on {alterable} to {role}",
        *(
            f"grant update ({', '.join(columns)}) on {table} to {role}"
            for table, columns in _ALTERABLE_COLUMNS.items()
        ),
        f"revoke all on alembic_version from {role}",
        f"grant usage on all sequences in schema public to {role}",
    ):
        connection.execute(text(statement))
