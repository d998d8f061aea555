"""Every setting of the program: from the environment (`PINEGATE_…`), which systemd reads from a file.

`deploy/configuration.md` is generated from the descriptions here. No setting holds a secret but the
database's addresses; keys are files of the data folder (`secret_files`).
"""

import os
from datetime import UTC, date, datetime, time, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pinegate.domain.access.budgets import Budget, Budgets
from pinegate.domain.applications.deadlines import Deadlines
from pinegate.domain.audit.retention import KEPT_DAYS, LEAST_KEPT_DAYS
from pinegate.domain.documents.quota import Amount, UploadQuota
from pinegate.domain.organizations.second_factor import SecondFactorRule
from pinegate.usecases.streams.media_engine import OnLoss

Port = Annotated[int, Field(ge=1, le=65535)]


def _is_address(host: str) -> str:
    ip_address(host)  # a ValueError's text names what was given
    return host


def _listed(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


IpAddress = Annotated[str, AfterValidator(_is_address)]


_PREFIX = "PINEGATE_"


class SettingsError(ValueError):
    """The environment cannot be used as it is; the text names the settings, never their values."""


class Settings(BaseSettings):
    """Read once at start by the entrypoints; everything else is given the values it needs."""

    model_config = SettingsConfigDict(
        env_prefix=_PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    data_folder: Path = Field(
        default=Path(".data"),
        description="Everything that must survive: the embedded database, uploads, secrets. "
        "Back this folder up. Created at first start, closed to other users.",
    )
    database_url: SecretStr | None = Field(
        default=None,
        description="`postgresql://…` of the city's own server, with the role of limited rights that the "
        "program works as. Several hosts (`postgresql://role@a:5432,b:5432/pinegate`): of those the one that accepts "
        "writes. Empty: the embedded PostgreSQL is started in the data folder.",
    )
    database_owner_url: SecretStr | None = Field(
        default=None,
        description="The same database with the role that owns the tables; used by `pinegate migrate` alone. "
        "Required with `DATABASE_URL`, and its role must be another.",
    )

    city_profile: Path | None = Field(
        default=None,
        description="Folder of the city's profile: codes, divisions, the wording of its regulation "
        "(docs/operations says how to make one). Empty: Huangshan's.",
    )

    http_host: IpAddress = Field(
        default="127.0.0.1",
        description="Address the portal and the API listen on. On any other than the loopback, put a reverse "
        "proxy with TLS in front.",
    )
    http_port: Port = Field(default=8080, description="Port of the portal and the API.")
    public_url: AnyHttpUrl | None = Field(
        default=None,
        description="The address that people type, for example `https://video.example.gov.cn`. With `https` "
        "cookies are marked Secure. Empty: `http://HTTP_HOST:HTTP_PORT`.",
    )

    http_connections: int = Field(
        default=2048,
        ge=64,
        le=100_000,
        description="Connections to the portal and the API at once, 16 KiB each. Above it the one that has been silent "
        "longest is closed for a new one.",
    )
    http_connections_per_address: int = Field(
        default=512,
        ge=8,
        le=100_000,
        description="Of these, how many from one address (an IPv6 network of 64 bits counts as one): raise it for a "
        "large office behind one address. `TRUSTED_PROXIES` have no limit of their own.",
    )

    sip_host: IpAddress = Field(
        default="127.0.0.1",
        description="Address that devices register at, by UDP and TCP. It is also told to them, "
        "so it must be one that they reach: not `0.0.0.0`.",
    )
    sip_port: Port = Field(
        default=5060,
        description="Port of SIP, UDP and TCP. If it is taken, `pinegate serve` says so and stops, because "
        "devices have the number in their own settings; the demonstration takes the next free one.",
    )
    sip_id: str | None = Field(
        default=None,
        pattern=r"^\d{20}$",
        description="This platform's own 20-digit code (GB/T 28181 annex E; digits 11–13 `200` = platform). "
        "Empty: the one of the city's profile.",
    )
    sip_domain: str | None = Field(
        default=None,
        pattern=r"^\d{10}$",
        description="The SIP domain. Empty: the first 10 digits of the code.",
    )

    max_devices: int = Field(
        default=50_000,
        ge=1,
        le=1_000_000,
        description="Devices that may be registered at the same time; further ones are answered 503, and the log "
        "and the audit log say `too_many_devices`.",
    )
    max_catalogue_items: int = Field(
        default=200_000,
        ge=1_000,
        le=5_000_000,
        description="Items that are taken of one device's catalogue; when it has more, the device's page and the log "
        "(`catalogue_over_limit`) say so.",
    )

    media_workers: int = Field(
        default=0, ge=0, le=256, description="Media worker processes; 0: one for each core of the machine."
    )
    media_host: IpAddress = Field(
        default="127.0.0.1",
        description="Address on which the workers take RTP and serve pictures; also told to devices in SDP.",
    )
    media_http_port: Port = Field(
        default=8090,
        description="The first worker's port for viewers; each further worker takes the next one.",
    )
    rtp_port_first: Port = Field(
        default=30000, description="First port for RTP; the workers share the range evenly."
    )
    rtp_port_last: Port = Field(
        default=34999, description="Last port for RTP. Two ports for each camera that is being watched."
    )
    on_loss: OnLoss = Field(
        default="conceal",
        description="Pictures while packets are lost on the way from a camera. `conceal`: what comes is shown, with "
        "smears that heal with the next key frame. `strict`: nothing is shown from a loss to the next key frame, so "
        "that no picture is ever seen that refers to a missing one. Either way the camera is asked for a key frame.",
    )

    media_public_urls: Annotated[tuple[AnyHttpUrl, ...], NoDecode, BeforeValidator(_listed)] = Field(
        default=(),
        description="The workers' public addresses behind the reverse proxy, one a worker, separated by commas "
        "(`https://video.example.gov.cn/w0,https://video.example.gov.cn/w1`). Empty: people reach the workers "
        "at `MEDIA_HOST`. A portal on `https` needs them, because a browser mixes no `http` into it.",
    )
    trusted_proxies: Annotated[tuple[IpAddress, ...], NoDecode, BeforeValidator(_listed)] = Field(
        default=(),
        description="Addresses of the reverse proxies, separated by commas: their `X-Forwarded-For` is believed. "
        "Play tickets hold only for the address of whoever asked.",
    )
    plays_person: int = Field(
        default=300,
        ge=1,
        description="Pictures that one person may open within a minute, and at once. "
        "Above it: 429 `plays_spent`, and one audit event a minute.",
    )
    plays_system: int = Field(default=1_500, ge=1, description="The same for one information system.")
    plays_unit: int = Field(
        default=3_000, ge=1, description="The same for all people and systems of one organization."
    )
    snapshots_person: int = Field(
        default=120,
        ge=1,
        description="Snapshots that one person may take within a minute, and at once. "
        "Above it: 429 `snapshots_spent`, and one audit event a minute.",
    )
    snapshots_system: int = Field(default=600, ge=1, description="The same for one information system.")
    snapshots_unit: int = Field(
        default=1_200, ge=1, description="The same for all people and systems of one organization."
    )
    searches_person: int = Field(
        default=600,
        ge=1,
        description="Times that one person may look through the catalogue (list, tree, map) within a minute, and at "
        "once. Above it: 429 `searches_spent`, and one audit event a minute.",
    )
    searches_system: int = Field(default=3_000, ge=1, description="The same for one information system.")
    searches_unit: int = Field(
        default=6_000, ge=1, description="The same for all people and systems of one organization."
    )
    upload_max_bytes: int = Field(
        default=20 * 1024 * 1024,
        ge=1024,
        le=100 * 1024 * 1024,
        description="The largest scan that may be uploaded, in bytes.",
    )
    upload_person_files: int = Field(
        default=200, ge=1, description="Scans that one person may hand in within 24 hours."
    )
    upload_person_bytes: int = Field(
        default=1 << 30, ge=1 << 20, description="The same in bytes, as they are kept."
    )
    upload_unit_files: int = Field(
        default=1_000,
        ge=1,
        description="Scans that all people of one organization may hand in within 24 hours.",
    )
    upload_unit_bytes: int = Field(
        default=4 << 30, ge=1 << 20, description="The same in bytes, as they are kept."
    )
    disk_reserve_bytes: int = Field(
        default=1024**3,
        ge=0,
        description="Free bytes of the data folder's disk that are kept for the audit log and the database: below "
        'them uploads are refused, and `/api/health` says `"disk": "short"`. Without room for its audit '
        "event no picture is opened at all.",
    )

    enrolment_hours: int = Field(
        default=72,
        ge=1,
        le=720,
        description="Hours in which a person must have chosen a password by the link that was made for them.",
    )
    totp_required_from: date | None = Field(
        default=None,
        description="Day from which all but a unit's viewers open nothing without one-time codes; to be set in a "
        "trial alone (`2027-03-01`). Empty: from the start. The demonstration asks nobody.",
    )
    retention_days: int = Field(
        default=KEPT_DAYS,
        ge=LEAST_KEPT_DAYS,
        le=36_525,
        description="Days for which the access register, the audit log, notices and portal sessions are kept; what is "
        "older goes once a day, and the log says how much went. Applications, agreements and documents stay for good. "
        "Not less than half a year: the Cybersecurity Law (article 21) demands as much of logs.",
    )

    agreement_days: int = Field(
        default=60,
        ge=1,
        le=3650,
        description="Days that an approved application waits for both seals on its agreement before it lapses.",
    )
    urgent_days: int = Field(
        default=3, ge=1, le=365, description="Days after which a waiting task is shown as urgent."
    )
    notice_days: int = Field(
        default=15,
        ge=0,
        le=365,
        description="Days from a unit's termination notice to the end of the sharing (annex 2, clause 3: 15).",
    )

    log_format: Literal["console", "json"] = Field(
        default="console", description="`console` for people, `json` (one object a line) for collectors."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least severe lines that are written."
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if (self.database_url is None) != (self.database_owner_url is None):
            raise ValueError("set both PINEGATE_DATABASE_URL and PINEGATE_DATABASE_OWNER_URL, or neither")
        if self.rtp_port_last - self.rtp_port_first < 1:
            raise ValueError("PINEGATE_RTP_PORT_LAST must be above PINEGATE_RTP_PORT_FIRST")
        if ip_address(self.sip_host).is_unspecified or ip_address(self.media_host).is_unspecified:
            raise ValueError(
                "PINEGATE_SIP_HOST and PINEGATE_MEDIA_HOST are told to devices: name one address"
            )
        if self.media_public_urls and len(self.media_public_urls) != self.worker_count:
            raise ValueError("PINEGATE_MEDIA_PUBLIC_URLS has one address for each media worker")
        return self

    @property
    def deadlines(self) -> Deadlines:
        """The days of the paper work."""
        return Deadlines(
            agreement=timedelta(days=self.agreement_days),
            urgent=timedelta(days=self.urgent_days),
            notice=timedelta(days=self.notice_days),
        )

    @property
    def second_factor(self) -> SecondFactorRule:
        """Who must have one-time codes, and since when."""
        day = self.totp_required_from or date.min
        return SecondFactorRule(datetime.combine(day, time.min, UTC))

    @property
    def budgets(self) -> Budgets:
        """How often what costs everybody may be asked for."""
        return Budgets(
            plays=Budget(self.plays_person, self.plays_system, self.plays_unit),
            snapshots=Budget(self.snapshots_person, self.snapshots_system, self.snapshots_unit),
            searches=Budget(self.searches_person, self.searches_system, self.searches_unit),
        )

    @property
    def upload_quota(self) -> UploadQuota:
        """What may be handed in within a day."""
        return UploadQuota(
            person=Amount(self.upload_person_files, self.upload_person_bytes),
            unit=Amount(self.upload_unit_files, self.upload_unit_bytes),
        )

    @property
    def secrets_folder(self) -> Path:
        """Where `secret_files.read_or_create` keeps the keys."""
        return self.data_folder / "secrets"

    @property
    def uploads_folder(self) -> Path:
        """Where signed and sealed scans are kept."""
        return self.data_folder / "uploads"

    @property
    def database_folder(self) -> Path:
        """Where the embedded PostgreSQL lives."""
        return self.data_folder / "postgresql"

    @property
    def worker_count(self) -> int:
        """How many media workers to start on this machine."""
        return self.media_workers or os.cpu_count() or 1

    def create_data_folder(self) -> None:
        """Create the data folder, closed to other users.

        As root it stays passable (not listable), because the embedded PostgreSQL has an account of its own.
        """
        self.data_folder.mkdir(parents=True, exist_ok=True)
        self.data_folder.chmod(0o711 if os.geteuid() == 0 else 0o700)


def load_settings() -> Settings:
    """The settings of this process. Raises SettingsError, also for a name that no setting has."""
    known = {_PREFIX + name.upper() for name in Settings.model_fields}
    unknown = sorted(name for name in os.environ if name.startswith(_PREFIX) and name not in known)
    if unknown:
        raise SettingsError(f"No such setting: {', '.join(unknown)}. deploy/configuration.md lists them all.")
    try:
        return Settings()
    except ValidationError as error:
        faults = [
            f"{'_'.join([_PREFIX[:-1], *map(str, fault['loc'])]).upper()}: {fault['msg']}"
            for fault in error.errors(include_input=False)
        ]
        raise SettingsError("; ".join(faults)) from None
