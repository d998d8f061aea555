"""The access interface and its key pairs in JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pinegate.domain.catalogue.operation import Operation
from pinegate.entrypoints.http_api.access.models import ProtocolName
from pinegate.entrypoints.http_api.shared.inputs import ONE_LINE, Host

SourceHost = Annotated[str, Field(max_length=64), ONE_LINE]


class CredentialForm(BaseModel):
    """``source_hosts``: addresses or CIDR networks that requests must come from; empty: any."""

    model_config = ConfigDict(extra="forbid")
    source_hosts: Annotated[list[SourceHost], Field(max_length=32)] = []


class IssuedCredential(BaseModel):
    """The secret is told this once."""

    access_key: str
    secret_key: str


class CredentialOut(BaseModel):
    access_key: str
    source_hosts: list[str]
    issued_at: datetime
    withdrawn_at: datetime | None


class CredentialsOut(BaseModel):
    items: list[CredentialOut]


class InterfacePoint(BaseModel):
    """A granted camera point; ``health`` is its state now, ``operations`` what is granted of it."""

    id: str
    channel_code: str
    name: str
    address: str
    division_code: str
    township_code: str
    health: str
    operations: list[Operation]
    valid_until: datetime


class InterfacePoints(BaseModel):
    items: list[InterfacePoint]
    total: int


class InterfacePlay(BaseModel):
    """``client_host``: where the player will come from, if not from the calling program's own address."""

    model_config = ConfigDict(extra="forbid")
    protocol: ProtocolName = "flv"
    client_host: Host | None = None
