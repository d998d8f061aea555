"""Where the database is: one server, or the several of which one at a time is the primary."""

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

DIALECT = "postgresql+psycopg://"
"""For SQLAlchemy, which does not read addresses of several hosts: libpq does, and connects."""


class ServerAddressError(ValueError):
    """No address that libpq reads; the text never repeats it, for it may hold a password."""


def writable_server(address: str) -> str:
    """``address`` as libpq is told it. Of several hosts the one is taken that accepts writes.

    ``postgresql://user@a:5432,b:5432/pinegate`` names several. Without ``target_session_attrs`` the first that
    answers would do, and a standby answers.

    Raises:
        ServerAddressError: libpq does not understand it.
    """
    told = _read(address)
    hosts = str(told.get("hostaddr") or told.get("host") or "").split(",")
    if len(hosts) > 1:
        told.setdefault("target_session_attrs", "read-write")
    return make_conninfo("", **told)


def role_of(address: str) -> str:
    """Whom ``address`` signs in as; empty when it does not say."""
    return str(_read(address).get("user") or "")


def _read(address: str) -> dict[str, str | int | None]:
    try:
        return conninfo_to_dict(address)
    except ProgrammingError:
        raise ServerAddressError(
            "not an address of a PostgreSQL server: postgresql://role@host:port/name"
        ) from None
