"""What an administrator says of a device changes; its code never does, because grants' points hang on it."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.usecases.act import Act
from pinegate.usecases.devices.ports import DeviceRecord, DevicesTransaction
from pinegate.usecases.devices.step import device_event, password_context
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.identity.ports import SecretBox


async def change_device(
    tx: DevicesTransaction,
    device_id: str,
    record: DeviceRecord,
    password: str | None,
    act: Act,
    *,
    secret_box: SecretBox,
) -> None:
    """``password`` None leaves it as it is. Raises NotFoundError."""
    Permission.KEEP_DEVICES.require(act.person)
    known = await tx.devices.get(device_id)
    if known is None:
        raise NotFoundError
    context = password_context(known.device_code)
    sealed = None if password is None else secret_box.seal(password.encode(), context)
    await tx.devices.change(device_id, record, sealed)
    await tx.audit.append(device_event(AuditEventName.DEVICE_CHANGED, device_id, record, act))
