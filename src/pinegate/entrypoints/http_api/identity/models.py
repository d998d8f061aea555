"""Health, signing in and the own account in JSON."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.shared.inputs import ONE_LINE
from pinegate.usecases.identity.change_password import LONGEST_PASSWORD

Login = Annotated[str, Field(min_length=1, max_length=64), ONE_LINE]
Password = Annotated[str, Field(max_length=LONGEST_PASSWORD)]
Code = Annotated[str, Field(pattern=r"^\d{6}$")]


class Health(BaseModel):
    status: str
    database: str
    media_workers: int
    signalling: str
    disk: Literal["ok", "short"]


class DemonstrationAccount(BaseModel):
    login: str
    person_name: str
    organization_name: str
    roles: list[Role]


class SignInOptions(BaseModel):
    demonstration: bool
    product_version: str
    accounts: list[DemonstrationAccount]


class SignInForm(BaseModel):
    model_config = ConfigDict(extra="forbid")
    login: Login | None = None
    password: Password = ""
    totp: Code | None = None
    demonstration_login: Login | None = None


class OwnOrganization(BaseModel):
    id: str
    kind: OrganizationKind
    name: str


class Unacknowledged(BaseModel):
    agreement_id: str
    application_id: str
    system_name: str
    text_version: int


class WatchableSystem(BaseModel):
    id: str
    name: str
    may_watch: bool


class Me(BaseModel):
    """What to offer at all say ``permissions`` and, by state table, ``steps``: what the roles take in some state."""

    person_id: str
    name: str
    login: str
    organization: OwnOrganization
    roles: list[Role]
    totp_enabled: bool
    must_set_up_totp: bool
    idle_timeout_seconds: int
    demonstration: bool
    unacknowledged: list[Unacknowledged]
    systems: list[WatchableSystem]
    permissions: list[Permission]
    steps: dict[str, list[str]]


class RunningSession(BaseModel):
    id: str
    client_host: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime
    current: bool


class RunningSessions(BaseModel):
    items: list[RunningSession]


class PasswordChange(BaseModel):
    model_config = ConfigDict(extra="forbid")
    current: Password
    new: Annotated[str, Field(max_length=1024)]


class TotpPrepared(BaseModel):
    secret: str
    uri: str
    qr_svg: str


class TotpCode(BaseModel):
    code: Code


class GivenUpTotp(BaseModel):
    """Both factors once more: who has only one of them does not get rid of the other."""

    password: Password
    code: Code
