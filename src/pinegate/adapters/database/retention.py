"""How long records are kept, and the one way in which they go.

The application's role may not delete from the access register or the audit log. What is past its time goes by a
function of the tables' owner, written anew at every start: its period is part of it, it reads the database's clock, and
it can be told nothing but how much to do at once. Whoever has taken over the application cannot make it forget more.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, text

from pinegate.adapters.database.driver import Driver

CHANGES_DAYS = 7
"""``access_changes`` wakes running processes and says nothing that the audit log does not say."""

_FORGET = """
create or replace function forget_expired(at_most integer) returns table (name text, forgotten bigint)
language sql security definer set search_path = public, pg_temp as $$
    with access_register_ as (
        delete from access_register where id in (
            select id from access_register where requested_at < now() - interval '{days} days' and ended_at is not null
            order by requested_at limit at_most) returning 1),
    audit_events_ as (
        delete from audit_events where sequence in (
            select sequence from audit_events where at < now() - interval '{days} days'
            order by at limit at_most) returning 1),
    notices_ as (
        delete from notices where id in (
            select id from notices where created_at < now() - interval '{days} days' limit at_most) returning 1),
    portal_sessions_ as (
        delete from portal_sessions where id in (
            select id from portal_sessions where ended_at < now() - interval '{days} days' limit at_most) returning 1),
    access_changes_ as (
        delete from access_changes where sequence in (
            select sequence from access_changes where at < now() - interval '{changes_days} days'
            order by sequence limit at_most) returning 1)
    select 'access_register', count(*) from access_register_
    union all select 'audit_events', count(*) from audit_events_
    union all select 'notices', count(*) from notices_
    union all select 'portal_sessions', count(*) from portal_sessions_
    union all select 'access_changes', count(*) from access_changes_
$$
"""


def install_retention(connection: Connection, app_role: str, days: int) -> None:
    """Write the function down, as the owner: records are kept for ``days``."""
    role = connection.dialect.identifier_preparer.quote(app_role)
    for statement in (
        _FORGET.format(days=int(days), changes_days=CHANGES_DAYS),
        "revoke all on function forget_expired(integer) from public",
        f"grant execute on function forget_expired(integer) to {role}",
    ):
        connection.execute(text(statement))


class RetentionRows:
    """Implements ``usecases.audit.ports.RetentionStore``."""

    def __init__(self, driver: Driver) -> None:
        self._driver = driver

    async def forget_expired(self, at_most: int) -> Mapping[str, int]:
        """Delete at most ``at_most`` rows of each kind; how many went, by table."""
        rows = await (await self._driver.execute("select * from forget_expired(%s)", (at_most,))).fetchall()
        return {row.name: row.forgotten for row in rows}
