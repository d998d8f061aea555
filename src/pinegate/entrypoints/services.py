"""What the doors are given. Built once by ``wiring.py``, the only place that builds adapters."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from pinegate.adapters.database.connection import Database
from pinegate.adapters.documents.no_scans import NoScans
from pinegate.adapters.documents.upload import StoredScan
from pinegate.adapters.identity.passwords import Argon2Passwords
from pinegate.domain.applications.deadlines import Deadlines
from pinegate.usecases.devices.ports import DeviceSignalling, NullDeviceSignalling
from pinegate.usecases.identity.ports import PasswordHasher, SecretBox


class KeepsScans(Protocol):
    """Checks and keeps scans of signed and sealed paper; both block (``adapters.documents.upload.ScanStore``)."""

    def store(self, content: bytes) -> StoredScan: ...

    def read(self, scan_id: str, sm3: str) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Services:
    """The adapters behind every door. ``now`` gives aware UTC times; ``new_id`` opaque ids."""

    database: Database
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    secret_box: SecretBox
    demonstration: bool = False
    passwords: PasswordHasher = field(default_factory=Argon2Passwords)
    scans: KeepsScans = field(default_factory=NoScans)
    deadlines: Deadlines = field(default_factory=Deadlines)
    device_signalling: DeviceSignalling = field(default_factory=NullDeviceSignalling)
    new_password: Callable[[], str] = lambda: secrets.token_urlsafe(15)
