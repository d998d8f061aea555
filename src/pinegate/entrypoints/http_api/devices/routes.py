"""The devices' routes: who may register, how far the catalogue has come, what a device says of itself."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.devices.answers import device_out, one_device, progress_out
from pinegate.entrypoints.http_api.devices.models import (
    CatalogueOut,
    DeviceChange,
    DeviceCreated,
    DeviceIn,
    DeviceOut,
    DevicePage,
    MediaHostIn,
    StatusOut,
)
from pinegate.entrypoints.http_api.shared.gate import needs
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.usecases.devices.add_device import DeviceCodeTakenError, add_device
from pinegate.usecases.devices.allow_media_host import TooManyMediaHostsError, allow_media_host
from pinegate.usecases.devices.change_device import change_device
from pinegate.usecases.devices.ports import DeviceRecord, DeviceUnreachableError

router = APIRouter(prefix="/api/devices")


@router.get("", dependencies=[needs(Permission.READ_DEVICES)])
async def list_devices(user: CurrentUser, services: CurrentServices) -> DevicePage:
    async with services.database.transaction() as tx:
        items = [device_out(row, services) for row in await tx.devices.views()]
    return DevicePage(items=items, total=len(items))


@router.get("/{device_id}", dependencies=[needs(Permission.READ_DEVICES)])
async def get_device(device_id: Id, user: CurrentUser, services: CurrentServices) -> DeviceOut:
    async with services.database.transaction() as tx:
        return await one_device(tx, device_id, services)


@router.post("", status_code=201, dependencies=[needs(Permission.KEEP_DEVICES)])
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
        strict_ssrc=body.strict_ssrc,
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
        device = await one_device(tx, device_id, services)
    services.device_signalling.accounts_changed()
    return DeviceCreated(device=device, password=made)


@router.patch("/{device_id}", dependencies=[needs(Permission.KEEP_DEVICES)])
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
        device = await one_device(tx, device_id, services)
    services.device_signalling.accounts_changed()
    return device


@router.post("/{device_id}/media-hosts", dependencies=[needs(Permission.KEEP_DEVICES)])
async def allow_refused_host(
    device_id: Id, body: MediaHostIn, user: CurrentUser, services: CurrentServices
) -> DeviceOut:
    async with services.database.transaction() as tx:
        known = await one_device(tx, device_id, services)
        if body.host not in known.refused_media_hosts:
            raise ProblemError(
                "conflict", "no media from there was refused; list it by a change of the device"
            )
        try:
            await allow_media_host(tx, device_id, body.host, act_of(user, services))
        except TooManyMediaHostsError:
            raise ProblemError("conflict", "too many addresses are listed; write networks instead") from None
        device = await one_device(tx, device_id, services)
    services.device_signalling.accounts_changed()
    return device


@router.post(
    "/{device_id}/catalogue-query", status_code=202, dependencies=[needs(Permission.QUERY_CATALOGUES)]
)
async def query_catalogue(device_id: Id, user: CurrentUser, services: CurrentServices) -> CatalogueOut:
    async with services.database.transaction() as tx:
        device = await one_device(tx, device_id, services)
        await tx.audit.append(
            act_of(user, services).event(AuditEventName.CATALOGUE_QUERIED, "device", device_id)
        )
    try:
        return progress_out(services.device_signalling.query_catalogue(device.device_code))
    except DeviceUnreachableError:
        raise ProblemError("unavailable", "the device is not registered; wait until it is online") from None


@router.get("/{device_id}/status", dependencies=[needs(Permission.READ_DEVICES)])
async def device_status(device_id: Id, user: CurrentUser, services: CurrentServices) -> StatusOut:
    async with services.database.transaction() as tx:
        device = await one_device(tx, device_id, services)
    try:
        answer = await services.device_signalling.ask_status(device.device_code)
    except DeviceUnreachableError:
        raise ProblemError("unavailable", "the device does not answer; try again when it is online") from None
    return StatusOut(information=answer.information, status=answer.status)
