"""What the doors are given. Built once by ``wiring.py``, the only place that builds adapters."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pinegate.adapters.database.connection import Database
from pinegate.usecases.devices.ports import DeviceSignalling, NullDeviceSignalling
from pinegate.usecases.identity.ports import SecretBox


@dataclass(frozen=True, slots=True)
class Services:
    """The adapters behind every door. ``now`` gives aware UTC times; ``new_id`` opaque ids."""

    database: Database
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    secret_box: SecretBox
    demonstration: bool = False
    device_signalling: DeviceSignalling = field(default_factory=NullDeviceSignalling)
    new_password: Callable[[], str] = lambda: secrets.token_urlsafe(15)
