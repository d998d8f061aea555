"""What the devices' use cases need of the world."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from pinegate.usecases.transaction import AuditLog


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """What an administrator says of a device. ``media_hosts``: further addresses and networks
    (CIDR) from which its media may come. ``strict_ssrc``: no other SSRC is taken than was agreed.
    """

    device_code: str
    name: str
    kind: str
    media_transport: str
    charset: str
    minimum_algorithm: str
    media_hosts: tuple[str, ...]
    enabled: bool
    strict_ssrc: bool = False
    owner_organization_id: str | None = None


@dataclass(frozen=True, slots=True)
class DeviceAccount:
    """What signalling needs to know a device by; ``password`` is in clear and never leaves the process."""

    id: str
    record: DeviceRecord
    password: str


@dataclass(frozen=True, slots=True)
class CatalogueProgress:
    """How far a catalogue query has come. ``state``: idle, running, done, incomplete, over_limit (more items than a
    setting allows: only so many were taken), failed.
    """

    state: str
    received: int = 0
    total: int | None = None


@dataclass(frozen=True, slots=True)
class DeviceAnswer:
    """What a device says of itself (DeviceInfo, DeviceStatus); empty what it did not answer."""

    information: dict[str, str]
    status: dict[str, str]


class DeviceUnreachableError(Exception):
    """The device is not registered or did not answer in time."""


class DeviceSignalling(Protocol):
    """The signalling server, as administrators and cataloguers use it."""

    def accounts_changed(self) -> None:
        """Read the devices' accounts anew; one that was disabled loses its registration."""
        ...

    def query_catalogue(self, device_code: str) -> CatalogueProgress:
        """Ask now. Raises :class:`DeviceUnreachableError`."""
        ...

    def catalogue_progress(self, device_code: str) -> CatalogueProgress: ...

    def refused_media_hosts(self, device_code: str) -> tuple[str, ...]:
        """The last few addresses that media came from, or was offered from, and that nobody listed; since the start."""
        ...

    def deviations(self, device_code: str) -> Mapping[str, int]:
        """What it does otherwise than the standards say, though it is understood, and how often since the start."""
        ...

    async def ask_status(self, device_code: str) -> DeviceAnswer:
        """Raises :class:`DeviceUnreachableError`."""
        ...


class DeviceStore(Protocol):
    """The devices' rows."""

    async def add(self, device_id: str, record: DeviceRecord, password_encrypted: bytes) -> bool:
        """False when the code is taken."""
        ...

    async def change(
        self, device_id: str, record: DeviceRecord, password_encrypted: bytes | None
    ) -> None: ...

    async def get(self, device_id: str) -> DeviceRecord | None: ...


class DevicesTransaction(Protocol):
    """One transaction of the devices."""

    @property
    def devices(self) -> DeviceStore: ...
    @property
    def audit(self) -> AuditLog: ...


class NullDeviceSignalling:
    """Nobody is registered: where no signalling runs."""

    def accounts_changed(self) -> None:
        return

    def query_catalogue(self, device_code: str) -> CatalogueProgress:
        raise DeviceUnreachableError(device_code)

    def catalogue_progress(self, device_code: str) -> CatalogueProgress:
        return CatalogueProgress("idle")

    def refused_media_hosts(self, device_code: str) -> tuple[str, ...]:
        return ()

    def deviations(self, device_code: str) -> Mapping[str, int]:
        return {}

    async def ask_status(self, device_code: str) -> DeviceAnswer:
        raise DeviceUnreachableError(device_code)
