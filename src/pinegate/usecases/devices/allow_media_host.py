"""An address whose media was refused is let in from now on: a platform's own media server, as a rule."""

from dataclasses import replace

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.usecases.act import Act
from pinegate.usecases.devices.ports import DevicesTransaction
from pinegate.usecases.errors import NotFoundError

MOST_MEDIA_HOSTS = 32


class TooManyMediaHostsError(Exception):
    """The list is full: write a network in place of single addresses."""


async def allow_media_host(tx: DevicesTransaction, device_id: str, host: str, act: Act) -> None:
    """``host`` is an address; where it is listed already nothing changes. Raises NotFoundError and
    :class:`TooManyMediaHostsError`.
    """
    Permission.KEEP_DEVICES.require(act.person)
    known = await tx.devices.get(device_id)
    if known is None:
        raise NotFoundError
    hosts = (*(listed for listed in known.media_hosts if listed != host), host)
    if len(hosts) > MOST_MEDIA_HOSTS:
        raise TooManyMediaHostsError
    await tx.devices.change(device_id, replace(known, media_hosts=hosts), None)
    event = AuditEventName.MEDIA_HOST_ALLOWED
    await tx.audit.append(act.event(event, "device", device_id, device_code=known.device_code, host=host))
