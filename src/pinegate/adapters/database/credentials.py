"""Key pairs of the access interface, and the nonces used with them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, delete, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as insert_or_leave
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import (
    information_systems,
    interface_credentials,
    interface_nonces,
    persons,
    work_orders,
)
from pinegate.usecases.access_interface.ports import Credential
from pinegate.usecases.access_interface.signing import CLOCK_SKEW_SECONDS

_C = interface_credentials.c
_NONCES_KEPT = timedelta(seconds=2 * CLOCK_SKEW_SECONDS + 60)

_CREDENTIAL = select(interface_credentials, information_systems.c.organization_id).join(
    information_systems, information_systems.c.id == _C.system_id
)


def _credential(row: Row[*tuple[Any, ...]]) -> Credential:
    return Credential(
        access_key=row.access_key,
        system_id=row.system_id,
        organization_id=row.organization_id,
        secret_encrypted=row.secret_encrypted,
        source_hosts=tuple(row.source_hosts),
        issued_at=row.issued_at,
        withdrawn_at=row.withdrawn_at,
    )


class CredentialRows:
    """Implements ``usecases.access_interface.ports.CredentialStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, access_key: str) -> Credential | None:
        row = (await self._connection.execute(_CREDENTIAL.where(_C.access_key == access_key))).one_or_none()
        return None if row is None else _credential(row)

    async def of_system(self, system_id: str) -> Sequence[Credential]:
        query = _CREDENTIAL.where(_C.system_id == system_id).order_by(_C.issued_at.desc()).limit(100)
        return [_credential(row) for row in await self._connection.execute(query)]

    async def add(self, credential: Credential, issued_by: str) -> None:
        await self._connection.execute(
            insert(interface_credentials).values(
                access_key=credential.access_key,
                system_id=credential.system_id,
                secret_encrypted=credential.secret_encrypted,
                source_hosts=list(credential.source_hosts),
                issued_by=issued_by,
                issued_at=credential.issued_at,
            )
        )

    async def withdraw(self, system_id: str, access_key: str, now: datetime) -> bool:
        done = await self._connection.execute(
            update(interface_credentials)
            .where(_C.access_key == access_key, _C.system_id == system_id, _C.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )
        return done.rowcount == 1

    async def use_nonce(self, access_key: str, nonce: str, now: datetime) -> bool:
        row = insert_or_leave(interface_nonces).values(access_key=access_key, nonce=nonce, seen_at=now)
        fresh = row.on_conflict_do_nothing().returning(interface_nonces.c.nonce)
        return (await self._connection.execute(fresh)).first() is not None

    async def forget_nonces(self, now: datetime) -> int:
        """Those so old that their timestamps are refused anyway."""
        old = delete(interface_nonces).where(interface_nonces.c.seen_at < now - _NONCES_KEPT)
        return (await self._connection.execute(old)).rowcount

    async def has_open_order(self, system_id: str) -> bool:
        query = select(literal(1)).where(work_orders.c.system_id == system_id, work_orders.c.state == "open")
        return (await self._connection.execute(query.limit(1))).first() is not None

    async def person_of(self, organization_id: str, staff_number: str) -> str | None:
        query = select(persons.c.id).where(
            persons.c.organization_id == organization_id, persons.c.staff_number == staff_number
        )
        return (await self._connection.execute(query)).scalar_one_or_none()

    async def organization_of_system(self, system_id: str) -> str | None:
        query = select(information_systems.c.organization_id).where(information_systems.c.id == system_id)
        return (await self._connection.execute(query)).scalar_one_or_none()
