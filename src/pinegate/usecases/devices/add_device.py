"""A lower platform or device is let in; its password is shown once."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.usecases.act import Act
from pinegate.usecases.devices.ports import DeviceRecord, DevicesTransaction
from pinegate.usecases.devices.step import device_event, password_context
from pinegate.usecases.identity.ports import SecretBox


class DeviceCodeTakenError(Exception):
    """Another device has this code already."""


async def add_device(
    tx: DevicesTransaction, record: DeviceRecord, password: str, act: Act, *, secret_box: SecretBox
) -> str:
    """Gives the device's id. Raises :class:`DeviceCodeTakenError`."""
    Permission.KEEP_DEVICES.require(act.person)
    sealed = secret_box.seal(password.encode(), password_context(record.device_code))
    device_id = act.new_id()
    if not await tx.devices.add(device_id, record, sealed):
        raise DeviceCodeTakenError
    await tx.audit.append(device_event(AuditEventName.DEVICE_CREATED, device_id, record, act))
    return device_id
