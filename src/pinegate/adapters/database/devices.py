"""The devices' rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import camera_points, devices, organizations
from pinegate.usecases.devices.ports import DeviceRecord

_device = devices.c
_KEPT_BACK = frozenset({_device.password_encrypted, _device.registered_mark})


class DeviceRows:
    """Implements ``usecases.devices.ports.DeviceStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, device_id: str, record: DeviceRecord, password_encrypted: bytes) -> bool:
        values = _values(record) | {"id": device_id, "password_encrypted": password_encrypted}
        statement = insert(devices).values(**values).on_conflict_do_nothing().returning(_device.id)
        return (await self._connection.execute(statement)).scalar_one_or_none() is not None

    async def change(self, device_id: str, record: DeviceRecord, password_encrypted: bytes | None) -> None:
        values = _values(record)
        values.pop("device_code")
        if password_encrypted is not None:
            values["password_encrypted"] = password_encrypted
        await self._connection.execute(update(devices).where(_device.id == device_id).values(**values))

    async def get(self, device_id: str) -> DeviceRecord | None:
        query = select(devices).where(_device.id == device_id).with_for_update()
        row = (await self._connection.execute(query)).one_or_none()
        return None if row is None else record_of(row)

    async def note(self, learned: Mapping[str, Mapping[str, object]]) -> None:
        """Device code → column → value, as signalling learned them; one statement for all with the same columns."""
        alike: dict[tuple[str, ...], list[dict[str, object]]] = {}
        for code, values in learned.items():
            if values:
                alike.setdefault(tuple(sorted(values)), []).append({"code": code, **values})
        # In the order of their codes, so that two transactions never wait for each other.
        for rows in alike.values():
            rows.sort(key=lambda row: str(row["code"]))
            statement = update(devices).where(_device.device_code == bindparam("code"))
            await self._connection.execute(statement, rows)

    async def nobody_is_online(self) -> None:
        """At start: signalling has just begun, and tells who comes back."""
        await self._connection.execute(update(devices).values(online=False))

    async def registrations(self, now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
        """What was registered, moved or kept alive last, of all whose registration lasts still."""
        columns = (
            _device.device_code,
            _device.address,
            _device.transport,
            _device.gb_version,
            _device.registered_until,
            _device.registered_mark,
            _device.last_keepalive_at,
        )
        query = select(*columns).where(_device.registered_until > now, _device.transport == "udp")
        return (await self._connection.execute(query)).all()

    async def accounts(self) -> Sequence[Row[*tuple[Any, ...]]]:
        """All that may register, with their encrypted passwords."""
        return (await self._connection.execute(select(devices).where(_device.enabled))).all()

    async def views(self, device_id: str = "") -> Sequence[Row[*tuple[Any, ...]]]:
        """The devices as people see them: without the password, and what is made of it."""
        shown = [column for column in devices.c if column not in _KEPT_BACK]
        counted = (
            select(func.count())
            .where(camera_points.c.device_id == _device.id)
            .scalar_subquery()
            .label("point_count")
        )
        query = (
            select(*shown, organizations.c.name.label("owner_name"), counted)
            .outerjoin(organizations, organizations.c.id == _device.owner_organization_id)
            .order_by(_device.name)
        )
        if device_id:
            query = query.where(_device.id == device_id)
        return (await self._connection.execute(query)).all()


def record_of(row: Row[*tuple[Any, ...]]) -> DeviceRecord:
    """The administrator's part of a row."""
    return DeviceRecord(
        device_code=row.device_code,
        name=row.name,
        kind=row.kind,
        media_transport=row.media_transport,
        charset=row.charset,
        minimum_algorithm=row.minimum_algorithm,
        media_hosts=tuple(row.media_hosts),
        enabled=row.enabled,
        strict_ssrc=row.strict_ssrc,
        owner_organization_id=row.owner_organization_id,
    )


def _values(record: DeviceRecord) -> dict[str, object]:
    return {
        "device_code": record.device_code,
        "name": record.name,
        "kind": record.kind,
        "media_transport": record.media_transport,
        "charset": record.charset,
        "minimum_algorithm": record.minimum_algorithm,
        "media_hosts": list(record.media_hosts),
        "enabled": record.enabled,
        "strict_ssrc": record.strict_ssrc,
        "owner_organization_id": record.owner_organization_id,
    }
