"""What signalling learned, written to the database by one task, in order, so that SIP never waits for a disk."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import structlog
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.transaction import Transaction
from pinegate.adapters.gb28181.accounts import KnownDevice
from pinegate.adapters.gb28181.inventory_items import inventory_item, inventory_items
from pinegate.domain.audit.event import AuditEvent, AuditEventName, AuditValue
from pinegate.domain.catalogue.divisions import DivisionTree
from pinegate.protocols.gb28181.upper_events import DeviceRegistered
from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.manscdp.messages import DeviceInfo
from pinegate.usecases.catalogue.sync_inventory import note_catalogue_change, sync_inventory

_log = structlog.get_logger()
_RETRY_SECONDS = 1.0
_MOST_WAITING = 20_000
_HEALTH_OF_EVENT = {"ON": "online", "OFF": "offline", "VLOST": "degraded", "DEFECT": "degraded"}

Write = Callable[[Transaction], Awaitable[None]]


class Recorder:
    """``run`` is the task; the other methods queue. ``now`` and ``new_id`` as everywhere."""

    def __init__(
        self,
        database: Database,
        divisions: DivisionTree,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._database = database
        self._divisions = divisions
        self._now = now
        self._new_id = new_id
        self._waiting: asyncio.Queue[Write] = asyncio.Queue(_MOST_WAITING)
        self.dropped = 0

    async def run(self) -> None:
        """Write until cancelled. While the database is away everything waits, up to a bound."""
        while True:
            write = await self._waiting.get()
            await self._write(write)
            self._waiting.task_done()

    async def drained(self) -> None:
        """Until all that is queued is written."""
        await self._waiting.join()

    def registered(self, event: DeviceRegistered) -> None:
        flow, at = event.flow, self._now()
        address = f"{flow.host}:{flow.port}"

        async def write(tx: Transaction) -> None:
            await tx.devices.note_registered(event.device_id, address, flow.transport, event.version, at)
            if event.fresh or event.moved:
                await self._audit(
                    tx,
                    AuditEventName.DEVICE_REGISTERED,
                    event.device_id,
                    {"address": address, "moved": event.moved},
                )

        self._queue(write)

    def offline(self, device_code: str, reason: str) -> None:
        async def write(tx: Transaction) -> None:
            await tx.devices.note_offline(device_code)
            await self._audit(tx, AuditEventName.DEVICE_OFFLINE, device_code, {"reason": reason})

        self._queue(write)

    def refused(self, device_code: str, host: str, reason: str) -> None:
        async def write(tx: Transaction) -> None:
            await self._audit(
                tx, AuditEventName.DEVICE_REFUSED, device_code[:64], {"reason": reason, "host": host}, host
            )

        self._queue(write)

    def kept_alive(self, device_codes: Sequence[str]) -> None:
        at = self._now()

        async def write(tx: Transaction) -> None:
            await tx.devices.note_keepalives(device_codes, at)

        self._queue(write)

    def information(self, device_code: str, info: DeviceInfo) -> None:
        async def write(tx: Transaction) -> None:
            await tx.devices.note_information(
                device_code, info.manufacturer[:100], info.model[:100], info.firmware[:100]
            )

        self._queue(write)

    def catalogue(self, device: KnownDevice, items: Sequence[CatalogItem], *, complete: bool) -> None:
        async def write(tx: Transaction) -> None:
            now = self._now()
            outcome = await sync_inventory(
                tx,
                device.id,
                inventory_items(items),
                self._divisions,
                complete=complete,
                event_id=self._new_id(),
                now=now,
            )
            await tx.devices.note_catalogue(device.record.device_code, len(items), now)
            _log.info(
                "catalogue_synced",
                device_code=device.record.device_code,
                added=outcome.added,
                missing=outcome.missing,
                complete=complete,
            )

        self._queue(write)

    def catalogue_changed(self, device: KnownDevice, items: Sequence[CatalogItem]) -> None:
        health: dict[str, list[str]] = {}
        for item in items:
            state = _HEALTH_OF_EVENT.get(item.event.upper())
            if state is not None:
                health.setdefault(state, []).append(item.device_id)
        changed = [inventory_item(item) for item in items if item.event.upper() in ("ADD", "UPDATE")]
        removed = [item.device_id for item in items if item.event.upper() == "DEL"]

        async def write(tx: Transaction) -> None:
            await note_catalogue_change(
                tx,
                device.id,
                changed,
                removed,
                health,
                self._divisions,
                event_id=self._new_id(),
                now=self._now(),
            )

        self._queue(write)

    def _queue(self, write: Write) -> None:
        try:
            self._waiting.put_nowait(write)
        except asyncio.QueueFull:
            self.dropped += 1

    async def _write(self, write: Write) -> None:
        while True:
            try:
                async with self._database.transaction() as tx:
                    await write(tx)
                return
            except DBAPIError as error:
                if not error.connection_invalidated and not _is_away(error):
                    _log.error("signalling_record_lost", error=type(error.orig).__name__)
                    return
                _log.warning("database_away_signalling_waits")
                await asyncio.sleep(_RETRY_SECONDS)
            except (SQLAlchemyError, OSError) as error:
                _log.warning("database_away_signalling_waits", error=type(error).__name__)
                await asyncio.sleep(_RETRY_SECONDS)

    async def _audit(
        self,
        tx: Transaction,
        name: AuditEventName,
        device_code: str,
        details: dict[str, AuditValue],
        host: str = "",
    ) -> None:
        await tx.audit.append(
            AuditEvent(
                self._new_id(), name, self._now(), None, None, "device_code", device_code, host, details
            )
        )


def _is_away(error: DBAPIError) -> bool:
    return type(error.orig).__name__ in ("OperationalError", "AdminShutdown", "CannotConnectNow")
