"""Devices in JSON."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from pinegate.entrypoints.http_api.shared.inputs import ONE_LINE, Host, Network
from pinegate.usecases.devices.allow_media_host import MOST_MEDIA_HOSTS

Name = Annotated[str, Field(min_length=1, max_length=100), ONE_LINE]
Hosts = Annotated[list[Network], Field(max_length=MOST_MEDIA_HOSTS)]
Kind = Literal["platform", "device"]
MediaTransport = Literal["udp", "tcp_passive", "tcp_active"]
Charset = Literal["gb18030", "gb2312", "utf-8"]
Algorithm = Literal["MD5", "SHA-256"]
Password = Annotated[str, Field(min_length=12, max_length=64)]


class CatalogueOut(BaseModel):
    """How far the inventory has come. ``state``: idle, running, done, incomplete, over_limit (``total`` is more than a
    setting allows: only ``received`` were taken), failed.
    """

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
    refused_media_hosts: list[str]
    """Where its media came from lately, or was to be fetched from, though nobody listed it: the latest last."""
    strict_ssrc: bool
    deviations: dict[str, int]
    """What it does otherwise than the standards say, though it is understood, and how often since the start."""
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
    strict_ssrc: bool = False
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
    strict_ssrc: bool | None = None
    enabled: bool | None = None


class MediaHostIn(BaseModel):
    """An address whose media was refused."""

    host: Host


class DeviceCreated(BaseModel):
    """``password`` only here, only once, and only when it was made by us."""

    device: DeviceOut
    password: str | None


class StatusOut(BaseModel):
    information: dict[str, str]
    status: dict[str, str]
