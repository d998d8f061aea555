"""What every change of a device has in common: an administrator's word, and a password that is kept encrypted."""

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.devices.ports import DeviceRecord


def password_context(device_code: str) -> str:
    """Where a device's password is kept; moved to another device's row it does not open."""
    return f"devices.password/{device_code}"


def device_event(name: AuditEventName, device_id: str, record: DeviceRecord, act: Act) -> AuditEvent:
    """The audit event of a change that leaves ``record``."""
    return act.event(
        name,
        "device",
        device_id,
        device_code=record.device_code,
        name=record.name,
        enabled=record.enabled,
    )
