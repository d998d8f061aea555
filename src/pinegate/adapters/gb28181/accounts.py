"""The devices that may register, in memory: signalling looks them up inside its machine and must not wait."""

import hashlib
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Row

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.devices import record_of
from pinegate.adapters.identity.secret_box import SecretBoxError
from pinegate.protocols.gb28181.upper.config import DeviceAccount
from pinegate.protocols.sip.digest import Algorithm
from pinegate.usecases.devices.ports import DeviceRecord
from pinegate.usecases.devices.step import password_context
from pinegate.usecases.identity.ports import SecretBox

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A row of ``devices`` and what SIP needs of it."""

    id: str
    record: DeviceRecord
    account: DeviceAccount
    mark: bytes
    """Another one with every change of what the device must prove."""


class DeviceAccounts:
    """``load`` anew whenever an administrator changed something."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database = database
        self._box = box
        self.known: dict[str, KnownDevice] = {}

    def lookup(self, device_code: str) -> DeviceAccount | None:
        known = self.known.get(device_code)
        return None if known is None else known.account

    async def load(self) -> None:
        async with self._database.transaction() as tx:
            rows = await tx.devices.accounts()
        loaded: dict[str, KnownDevice] = {}
        for row in rows:
            record = record_of(row)
            try:
                password = self._box.open(
                    row.password_encrypted, password_context(record.device_code)
                ).decode()
            except SecretBoxError:
                # Another key made it: the device stays out until an administrator sets its password again.
                _log.error("device_password_unreadable", device_code=record.device_code)
                continue
            account = DeviceAccount(password, Algorithm(record.minimum_algorithm), record.charset.upper())
            loaded[record.device_code] = KnownDevice(row.id, record, account, _mark(row))
        self.known = loaded


def _mark(row: Row[*tuple[Any, ...]]) -> bytes:
    """The password as it is kept: sealed anew, the same one looks different, and nobody can guess at it."""
    proven = f"{row.minimum_algorithm} {row.charset} ".encode() + row.password_encrypted
    return hashlib.sha256(proven).digest()
