"""Addresses as libpq reads them."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from pinegate.adapters.database.server_address import ServerAddressError, role_of, writable_server

SEVERAL = "postgresql://pinegate_app:secret@db1:5432,db2:5433/pinegate"


def test_of_several_hosts_the_one_is_taken_that_accepts_writes() -> None:
    told = conninfo_to_dict(writable_server(SEVERAL))
    assert told["host"] == "db1,db2"
    assert told["port"] == "5432,5433"
    assert told["target_session_attrs"] == "read-write"


def test_whoever_says_which_server_is_wanted_is_followed() -> None:
    told = conninfo_to_dict(writable_server(f"{SEVERAL}?target_session_attrs=primary"))
    assert told["target_session_attrs"] == "primary"


def test_one_host_is_taken_as_it_is() -> None:
    told = conninfo_to_dict(writable_server("postgresql://pinegate_app@db1/pinegate"))
    assert told == {"user": "pinegate_app", "host": "db1", "dbname": "pinegate"}


def test_the_role_is_that_of_the_address() -> None:
    assert role_of(SEVERAL) == "pinegate_app"
    assert role_of("postgresql:///pinegate") == ""


def test_what_is_no_address_is_refused_without_repeating_it() -> None:
    with pytest.raises(ServerAddressError) as refused:
        writable_server("mysql://root:hunter2@db1/pinegate")
    assert "hunter2" not in str(refused.value)
