"""Registrations that outlive the program: what the recorder wrote, in the machine's times."""

from datetime import datetime

from pinegate.adapters.database.connection import Database
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.protocols.gb28181.upper.registrar import KeptRegistration
from pinegate.protocols.sip.flow import Flow


async def kept_registrations(
    database: Database, accounts: DeviceAccounts, now: datetime, monotonic: float
) -> list[KeptRegistration]:
    """Those whose account is still the one that the device proved. ``monotonic``: ``now`` as the machine counts."""
    async with database.transaction() as tx:
        rows = await tx.devices.registrations(now)
    kept: list[KeptRegistration] = []
    for row in rows:
        known = accounts.known.get(row.device_code)
        if known is None or known.mark != row.registered_mark:
            continue
        host, _, port = row.address.rpartition(":")
        kept.append(
            KeptRegistration(
                row.device_code,
                Flow(row.transport, host, int(port)),
                row.gb_version,
                monotonic + (row.registered_until - now).total_seconds(),
                monotonic - (now - row.last_keepalive_at).total_seconds(),
            )
        )
    return kept
