"""The devices' routes: who may register, how far the catalogue has come, what a device says of itself."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import Row

from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.shared.inputs import Host, Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn, act_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.devices.add_device import DeviceCodeTakenError, add_device
from pinegate.usecases.devices.change_device import change_device
from pinegate.usecases.devices.ports import CatalogueProgress, DeviceRecord, DeviceUnreachableError

router = APIRouter(prefix="/api/devices")

_MAY_LOOK = frozenset({OrganizationKind.OPERATOR, OrganizationKind.POLICE, OrganizationKind.DATA_BUREAU})
_MAY_QUERY = frozenset({Role.OPERATOR_CATALOGUER, Role.SYSTEM_ADMIN})
Name = Annotated[str, Field(min_length=1, max_length=100)]
Hosts = Annotated[list[Host], Field(max_length=32)]
Kind = Literal["platform", "device"]
MediaTransport = Literal["udp", "tcp_passive", "tcp_active"]
Charset = Literal["gb18030", "gb2312", "utf-8"]
Algorithm = Literal["MD5", "SHA-256"]
Password = Annotated[str, Field(min_length=12, max_length=64)]


class CatalogueOut(BaseModel):
    """How far the inventory has come. ``state``: idle, running, done, incomplete, failed."""

    state: str
    received: int
    total: int | None
    synced_at: datetime | None = None


class DeviceOut(BaseModel):
    """A lower platform or device; its password is never told."""

    id: str
    device_code: str
    name: str
    kind: str
    owner_name: str | None
    online: bool
    address: str
    transport: str
    media_transport: MediaTransport
    charset: Charset
    minimum_algorithm: Algorithm
    media_hosts: list[str]
    enabled: bool
    manufacturer: str
    model: str
    firmware: str
    gb_version: str
    registered_at: datetime | None
    last_keepalive_at: datetime | None
    catalogue: CatalogueOut
    point_count: int


class DevicePage(BaseModel):
    items: list[DeviceOut]
    total: int


class DeviceIn(BaseModel):
    """A device to be let in; without ``password`` one is made and told once."""

    device_code: Annotated[str, Field(pattern=r"^\d{20}$")]
    name: Name
    kind: Kind = "platform"
    password: Password | None = None
    media_transport: MediaTransport = "tcp_passive"
    charset: Charset = "gb18030"
    minimum_algorithm: Algorithm = "MD5"
    media_hosts: Hosts = []
    enabled: bool = True


class DeviceChange(BaseModel):
    """What changes; what is absent stays."""

    name: Name | None = None
    kind: Kind | None = None
    password: Password | None = None
    media_transport: MediaTransport | None = None
    charset: Charset | None = None
    minimum_algorithm: Algorithm | None = None
    media_hosts: Hosts | None = None
    enabled: bool | None = None


class DeviceCreated(BaseModel):
    """``password`` only here, only once, and only when it was made by us."""

    device: DeviceOut
    password: str | None


class StatusOut(BaseModel):
    information: dict[str, str]
    status: dict[str, str]


@router.get("")
async def list_devices(user: CurrentUser, services: CurrentServices) -> DevicePage:
    _must_look(user)
    async with services.database.transaction() as tx:
        items = [_device(row, services) for row in await tx.devices.views()]
    return DevicePage(items=items, total=len(items))


@router.get("/{device_id}")
async def get_device(device_id: Id, user: CurrentUser, services: CurrentServices) -> DeviceOut:
    _must_look(user)
    async with services.database.transaction() as tx:
        return await _one(tx, device_id, services)


@router.post("", status_code=201)
async def create_device(body: DeviceIn, user: CurrentUser, services: CurrentServices) -> DeviceCreated:
    made = services.new_password() if body.password is None else None
    record = DeviceRecord(
        device_code=body.device_code,
        name=body.name,
        kind=body.kind,
        media_transport=body.media_transport,
        charset=body.charset,
        minimum_algorithm=body.minimum_algorithm,
        media_hosts=tuple(body.media_hosts),
        enabled=body.enabled,
    )
    async with services.database.transaction() as tx:
        try:
            device_id = await add_device(
                tx,
                record,
                body.password or made or "",
                act_of(user, services),
                secret_box=services.secret_box,
            )
        except DeviceCodeTakenError:
            errors = [{"field": "device_code", "message": "another device has this code"}]
            raise ProblemError("conflict", errors=errors) from None
        device = await _one(tx, device_id, services)
    services.device_signalling.accounts_changed()
    return DeviceCreated(device=device, password=made)


@router.patch("/{device_id}")
async def edit_device(
    device_id: Id, body: DeviceChange, user: CurrentUser, services: CurrentServices
) -> DeviceOut:
    changes: dict[str, Any] = body.model_dump(exclude_none=True, exclude={"password", "media_hosts"})
    if body.media_hosts is not None:
        changes["media_hosts"] = tuple(body.media_hosts)
    async with services.database.transaction() as tx:
        known = await tx.devices.get(device_id)
        if known is None:
            raise ProblemError("not_found")
        await change_device(
            tx,
            device_id,
            replace(known, **changes),
            body.password,
            act_of(user, services),
            secret_box=services.secret_box,
        )
        device = await _one(tx, device_id, services)
    services.device_signalling.accounts_changed()
    return device


@router.post("/{device_id}/catalogue-query", status_code=202)
async def query_catalogue(device_id: Id, user: CurrentUser, services: CurrentServices) -> CatalogueOut:
    if not user.actor.may(_MAY_QUERY):
        raise ProblemError("forbidden")
    async with services.database.transaction() as tx:
        device = await _one(tx, device_id, services)
        await tx.audit.append(
            act_of(user, services).event(AuditEventName.CATALOGUE_QUERIED, "device", device_id)
        )
    try:
        return _progress(services.device_signalling.query_catalogue(device.device_code))
    except DeviceUnreachableError:
        raise ProblemError("unavailable", "the device is not registered; wait until it is online") from None


@router.get("/{device_id}/status")
async def device_status(device_id: Id, user: CurrentUser, services: CurrentServices) -> StatusOut:
    _must_look(user)
    async with services.database.transaction() as tx:
        device = await _one(tx, device_id, services)
    try:
        answer = await services.device_signalling.ask_status(device.device_code)
    except DeviceUnreachableError:
        raise ProblemError("unavailable", "the device does not answer; try again when it is online") from None
    return StatusOut(information=answer.information, status=answer.status)


def _must_look(user: SignedIn) -> None:
    if user.actor.organization_kind not in _MAY_LOOK:
        raise ProblemError("forbidden")


async def _one(tx: Transaction, device_id: str, services: Services) -> DeviceOut:
    rows = await tx.devices.views(device_id)
    if not rows:
        raise ProblemError("not_found")
    return _device(rows[0], services)


def _progress(progress: CatalogueProgress) -> CatalogueOut:
    return CatalogueOut(state=progress.state, received=progress.received, total=progress.total)


def _device(row: Row[*tuple[Any, ...]], services: Services) -> DeviceOut:
    values: dict[str, Any] = row._asdict()  # pyright: ignore[reportPrivateUsage] -- public in SQLAlchemy
    progress = services.device_signalling.catalogue_progress(row.device_code)
    catalogue = CatalogueOut(
        state=progress.state,
        received=progress.received,
        total=row.catalogue_total if progress.total is None else progress.total,
        synced_at=row.catalogue_synced_at,
    )
    return DeviceOut.model_validate(values | {"catalogue": catalogue})
