"""Who may register at all is an administrator's word; the password is shown once and kept encrypted."""

from datetime import datetime

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import Permission
from pinegate.usecases.devices.ports import DeviceRecord, DevicesTransaction
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.identity.ports import SecretBox


class DeviceCodeTakenError(Exception):
    """Another device has this code already."""


def password_context(device_code: str) -> str:
    """Where a device's password is kept; moved to another device's row it does not open."""
    return f"devices.password/{device_code}"


async def add_device(
    tx: DevicesTransaction,
    actor: Actor,
    device_id: str,
    record: DeviceRecord,
    password: str,
    box: SecretBox,
    now: datetime,
    event_id: str,
    client_host: str = "",
) -> None:
    """Raises :class:`DeviceCodeTakenError`."""
    Permission.KEEP_DEVICES.require(actor)
    sealed = box.seal(password.encode(), password_context(record.device_code))
    if not await tx.devices.add(device_id, record, sealed):
        raise DeviceCodeTakenError
    await tx.audit.append(
        _event(AuditEventName.DEVICE_CREATED, event_id, now, actor, device_id, client_host, record)
    )


async def change_device(
    tx: DevicesTransaction,
    actor: Actor,
    device_id: str,
    record: DeviceRecord,
    password: str | None,
    box: SecretBox,
    now: datetime,
    event_id: str,
    client_host: str = "",
) -> None:
    """The code itself never changes: grants' points hang on it. Raises :class:`NotFoundError`."""
    Permission.KEEP_DEVICES.require(actor)
    known = await tx.devices.get(device_id)
    if known is None:
        raise NotFoundError
    context = password_context(known.device_code)
    sealed = None if password is None else box.seal(password.encode(), context)
    await tx.devices.change(device_id, record, sealed)
    await tx.audit.append(
        _event(AuditEventName.DEVICE_CHANGED, event_id, now, actor, device_id, client_host, record)
    )


def _event(
    name: AuditEventName,
    event_id: str,
    now: datetime,
    actor: Actor,
    device_id: str,
    client_host: str,
    record: DeviceRecord,
) -> AuditEvent:
    details = {"device_code": record.device_code, "name": record.name, "enabled": record.enabled}
    return AuditEvent(
        event_id, name, now, actor.person_id, actor.organization_id, "device", device_id, client_host, details
    )
