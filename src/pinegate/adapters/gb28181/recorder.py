"""What signalling learned, written to the database by one task, in order, so that SIP never waits for a disk."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, takewhile

import structlog
from psycopg.errors import ProgramLimitExceeded
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnection

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.transaction import Transaction
from pinegate.adapters.gb28181.accounts import DeviceAccounts, KnownDevice
from pinegate.adapters.gb28181.inventory_items import inventory_item, inventory_items, storable
from pinegate.adapters.gb28181.kept_registrations import kept_registrations
from pinegate.domain.audit.event import AuditEvent, AuditEventName, AuditValue
from pinegate.domain.city_profile import CityProfile
from pinegate.protocols.gb28181.upper.events import DeviceMoved, DeviceRegistered
from pinegate.protocols.gb28181.upper.registrar import KeptRegistration
from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.manscdp.messages import DeviceInfo
from pinegate.usecases.act import Act
from pinegate.usecases.catalogue.note_catalogue_change import note_catalogue_change
from pinegate.usecases.catalogue.sync_inventory import cameras_in, sync_inventory

_log = structlog.get_logger(__name__)
_RETRY_SECONDS = 1.0
_AT_ONCE = 500
_GATHER_SECONDS = 0.05
"""A storm of registrations becomes twenty transactions a second, not thousands."""
_HEALTH_OF_EVENT = {"ON": "online", "OFF": "offline", "VLOST": "degraded", "DEFECT": "degraded"}


def _nobody_waits(written: bool) -> None:
    return None


@dataclass(frozen=True, slots=True)
class _Learned:
    """Columns of one device, and the audit event that goes with them. Many are written in one transaction."""

    device_code: str
    values: Mapping[str, object]
    event: AuditEvent | None = None
    weight: int = 1
    done: Callable[[bool], None] = _nobody_waits
    """Told whether it is written; False is for good."""


@dataclass(frozen=True, slots=True)
class _Change:
    """A change with a transaction of its own. ``weight``: about how many rows wait in it."""

    write: Callable[[Transaction], Awaitable[None]]
    weight: int
    done: Callable[[bool], None] = _nobody_waits


class Recorder:
    """``run`` is the task; the other methods queue. ``now`` and ``new_id`` as everywhere.

    ``most_waiting``: rows and catalogue items that may wait; what comes when it is full is dropped and counted.
    """

    def __init__(
        self,
        database: Database,
        profile: CityProfile,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
        *,
        most_waiting: int = 400_000,
    ) -> None:
        self._database = database
        self._profile = profile
        self._now = now
        self._new_id = new_id
        self._most_waiting = most_waiting
        self._waiting: deque[_Learned | _Change] = deque()
        self._weight = 0
        self._news = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()
        self._away = False
        self.dropped = 0
        self.lost = 0

    @property
    def waiting(self) -> int:
        """Rows and catalogue items that are not written yet."""
        return self._weight

    async def run(self) -> None:
        """Write until cancelled. While the database is away everything waits, up to the bound."""
        while True:
            await self._news.wait()
            await asyncio.sleep(_GATHER_SECONDS)
            while self._waiting:
                batch = self._oldest()
                await self._write(batch)
                for _ in batch:
                    self._weight -= self._waiting.popleft().weight
            self._news.clear()
            self._idle.set()

    async def drained(self) -> None:
        """Until all that is queued is written."""
        await self._idle.wait()

    def registered(
        self, event: DeviceRegistered, mark: bytes, done: Callable[[bool], None] = _nobody_waits
    ) -> None:
        """``mark``: of the account that was proven. ``done`` is told when it is committed (True), or that it never will
        be (False).
        """
        flow, at = event.flow, self._now()
        address = f"{flow.host}:{flow.port}"
        values: dict[str, object] = {
            "online": True,
            "address": address,
            "transport": flow.transport,
            "gb_version": event.version,
            "registered_at": at,
            "registered_until": at + timedelta(seconds=event.expires),
            "registered_mark": mark,
            "last_keepalive_at": at,
        }
        audited = None
        if event.fresh or event.moved:
            details: dict[str, AuditValue] = {"address": address, "moved": event.moved}
            audited = self._event(AuditEventName.DEVICE_REGISTERED, event.device_id, details)
        self._queue(_Learned(event.device_id, values, audited, done=done))

    def moved(self, event: DeviceMoved) -> None:
        address = f"{event.flow.host}:{event.flow.port}"
        audited = self._event(AuditEventName.DEVICE_MOVED, event.device_id, {"address": address})
        self._queue(_Learned(event.device_id, {"address": address}, audited))

    def offline(self, device_code: str, reason: str) -> None:
        audited = self._event(AuditEventName.DEVICE_OFFLINE, device_code, {"reason": reason})
        self._queue(_Learned(device_code, {"online": False, "registered_until": None}, audited))

    def restored(self, device_code: str) -> None:
        """It is registered as before our start."""
        self._queue(_Learned(device_code, {"online": True}))

    async def kept(self, accounts: DeviceAccounts, monotonic: float) -> list[KeptRegistration]:
        """The registrations of before our start; ``monotonic``: now, as signalling counts."""
        return await kept_registrations(self._database, accounts, self._now(), monotonic)

    def refused(self, device_code: str, host: str, reason: str) -> None:
        code = storable(device_code, 64)
        audited = self._event(AuditEventName.DEVICE_REFUSED, code, {"reason": reason, "host": host}, host)
        self._queue(_Learned(code, {}, audited))

    def kept_alive(self, device_codes: Sequence[str]) -> None:
        """Dropped while the database is away: the next one tells the same."""
        if not self._away:
            at = self._now()
            for code in device_codes:
                self._queue(_Learned(code, {"last_keepalive_at": at}))

    def information(self, device_code: str, info: DeviceInfo) -> None:
        said = {"manufacturer": info.manufacturer, "model": info.model, "firmware": info.firmware}
        self._queue(_Learned(device_code, {name: storable(text, 100) for name, text in said.items()}))

    def catalogue(self, device: KnownDevice, items: Sequence[CatalogItem], *, complete: bool) -> None:
        event_id = self._new_id()

        async def write(tx: Transaction) -> None:
            act = self._act_once(event_id)
            cameras = await asyncio.to_thread(
                lambda: cameras_in(inventory_items(items), self._profile, device.record.device_code)
            )
            outcome = await sync_inventory(
                tx,
                device.id,
                cameras,
                act,
                complete=complete,
            )
            synced = {"catalogue_total": len(items), "catalogue_synced_at": act.now}
            await tx.devices.note({device.record.device_code: synced})
            _log.info(
                "catalogue_synced",
                device_code=device.record.device_code,
                added=outcome.added,
                missing=outcome.missing,
                complete=complete,
            )

        self._queue(_Change(write, 1 + len(items)))

    def catalogue_changed(self, device: KnownDevice, items: Sequence[CatalogItem]) -> None:
        event_id = self._new_id()
        health: dict[str, list[str]] = {}
        for item in items:
            state = _HEALTH_OF_EVENT.get(item.event.upper())
            if state is not None:
                health.setdefault(state, []).append(storable(item.device_id, 64))
        changed = [inventory_item(item) for item in items if item.event.upper() in ("ADD", "UPDATE")]
        removed = [storable(item.device_id, 64) for item in items if item.event.upper() == "DEL"]

        async def write(tx: Transaction) -> None:
            await note_catalogue_change(
                tx,
                device.id,
                changed,
                removed,
                health,
                self._act_once(event_id),
                profile=self._profile,
            )

        self._queue(_Change(write, 1 + len(items)))

    def _queue(self, entry: _Learned | _Change) -> None:
        if self._waiting and self._weight + entry.weight > self._most_waiting:
            self.dropped += 1
            entry.done(False)
            return
        self._waiting.append(entry)
        self._weight += entry.weight
        self._idle.clear()
        self._news.set()

    def _oldest(self) -> list[_Learned] | list[_Change]:
        first = self._waiting[0]
        if isinstance(first, _Change):
            return [first]
        learned = takewhile(lambda entry: isinstance(entry, _Learned), self._waiting)
        return [entry for entry in islice(learned, _AT_ONCE) if isinstance(entry, _Learned)]

    async def _write(self, batch: Sequence[_Learned | _Change]) -> None:
        """All in one transaction; one by one when something in it cannot be written."""
        while True:
            try:
                async with self._database.transaction() as tx:
                    await _apply(tx, batch)
                self._away = False
                for entry in batch:
                    entry.done(True)
                return
            except (SQLAlchemyError, OSError, ValueError) as error:
                if not _is_away(error):
                    if len(batch) > 1:
                        break
                    self.lost += 1
                    batch[0].done(False)
                    _log.error("signalling_record_lost", error=_name_of(error))
                    return
                _log.warning("signalling_writes_postponed", error=_name_of(error), waiting=self._weight)
                self._away = True
                await asyncio.sleep(_RETRY_SECONDS)
        for entry in batch:
            await self._write([entry])

    def _act_once(self, event_id: str) -> Act:
        """Its one event keeps its id when it is written again, so that no event stands there twice."""
        return Act(None, self._now(), lambda: event_id)

    def _event(
        self, name: AuditEventName, device_code: str, details: dict[str, AuditValue], host: str = ""
    ) -> AuditEvent:
        act = Act(None, self._now(), self._new_id, host)
        return act.event(name, "device_code", device_code, **details)


async def _apply(tx: Transaction, batch: Sequence[_Learned | _Change]) -> None:
    """What was learned last of a device is what its row says; every event is kept."""
    values: dict[str, dict[str, object]] = {}
    events: list[AuditEvent] = []
    for entry in batch:
        if isinstance(entry, _Change):
            await entry.write(tx)
            continue
        values.setdefault(entry.device_code, {}).update(entry.values)
        if entry.event is not None:
            events.append(entry.event)
    await tx.devices.note(values)
    await tx.audit.append(*events)


def _is_away(error: Exception) -> bool:
    """Whether waiting helps: no connection, shutting down, disk full, deadlock."""
    if isinstance(error, DBAPIError) and isinstance(error.orig, ProgramLimitExceeded):
        return False
    invalidated = isinstance(error, DBAPIError) and error.connection_invalidated
    return invalidated or isinstance(error, (OperationalError, InterfaceError, NoConnection, OSError))


def _name_of(error: Exception) -> str:
    return type(error.orig if isinstance(error, DBAPIError) else error).__name__
