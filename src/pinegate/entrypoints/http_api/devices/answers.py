"""A device as the API shows it."""

from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import Row

from pinegate.adapters.database.transaction import Transaction
from pinegate.entrypoints.http_api.devices.models import CatalogueOut, DeviceOut
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.services import Services
from pinegate.usecases.devices.ports import CatalogueProgress


async def one_device(tx: Transaction, device_id: str, services: Services) -> DeviceOut:
    rows = await tx.devices.views(device_id)
    if not rows:
        raise ProblemError("not_found")
    return device_out(rows[0], services)


def progress_out(progress: CatalogueProgress) -> CatalogueOut:
    return CatalogueOut(state=progress.state, received=progress.received, total=progress.total)


def device_out(row: Row[*tuple[Any, ...]], services: Services) -> DeviceOut:
    values: dict[str, Any] = row._asdict()  # pyright: ignore[reportPrivateUsage] -- public in SQLAlchemy
    progress = services.device_signalling.catalogue_progress(row.device_code)
    catalogue = CatalogueOut(
        state=progress.state,
        received=progress.received,
        total=row.catalogue_total if progress.total is None else progress.total,
        synced_at=row.catalogue_synced_at,
    )
    signalling = services.device_signalling
    refused = signalling.refused_media_hosts(row.device_code)
    learned = {
        "catalogue": catalogue,
        "refused_media_hosts": [host for host in refused if not _is_listed(host, row.media_hosts)],
        "deviations": dict(signalling.deviations(row.device_code)),
    }
    return DeviceOut.model_validate(values | learned)


def _is_listed(host: str, media_hosts: list[str]) -> bool:
    return any(ip_address(host) in ip_network(listed) for listed in media_hosts)
