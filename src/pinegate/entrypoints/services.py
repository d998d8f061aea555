"""What the routes are given. Built once by ``wiring``, the only place that builds adapters."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import BinaryIO, Protocol

from pinegate.adapters.access.openings import Openings
from pinegate.adapters.access.reevaluator import NullReevaluator
from pinegate.adapters.access.session_ends import SessionEndListeners
from pinegate.adapters.clock import monotonic_seconds
from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.signed_in_sessions import SignedInSessions
from pinegate.adapters.disk_space import PlentyOfSpace
from pinegate.adapters.documents.no_scans import NoScans
from pinegate.adapters.documents.upload import StoredScan
from pinegate.adapters.identity.one_time_codes import PyotpCodes
from pinegate.adapters.identity.passwords import Argon2Passwords
from pinegate.adapters.streams.snapshots import NoSnapshots
from pinegate.domain.applications.deadlines import Deadlines
from pinegate.domain.city_profile import CityProfile
from pinegate.domain.documents.quota import UploadQuota
from pinegate.domain.organizations.second_factor import SecondFactorRule
from pinegate.token_buckets import TokenBuckets
from pinegate.usecases.access.ptz_locks import PtzLocks
from pinegate.usecases.access.spending import Spending
from pinegate.usecases.devices.ports import DeviceSignalling, NullDeviceSignalling
from pinegate.usecases.identity.ports import OneTimeCodes, PasswordHasher, SecretBox
from pinegate.usecases.identity.sign_in import LockoutPolicy
from pinegate.usecases.streams.media_engine import MediaEngine, NullMediaEngine
from pinegate.usecases.streams.signalling import NullSignalling, VideoSignalling


class Reevaluation(Protocol):
    """The re-evaluation of running sessions, as the routes know it."""

    def wake(self) -> None:
        """Something happened that is no access change: re-evaluate everything soon."""
        ...

    async def reevaluate_now(self) -> None:
        """Close what has fallen; returns when it is closed."""
        ...


class TakesSnapshots(Protocol):
    """A picture of a point, with a mark in it."""

    async def take(self, point_id: str, session_id: str, mark: str) -> bytes:
        """JPEG. Raises ``PictureUnavailableError`` when no picture comes."""
        ...


class KeepsScans(Protocol):
    """Checks and keeps scans of signed and sealed paper (``adapters.documents.upload.ScanStore``)."""

    async def store(self, file: BinaryIO) -> StoredScan: ...

    async def delete(self, scan_id: str) -> None: ...

    async def read(self, scan_id: str, sm3: str) -> bytes: ...


class KnowsDiskSpace(Protocol):
    """Whether the audit log will find room (``adapters.disk_space.DiskSpace``)."""

    def short(self, wanted: int = 0) -> bool: ...


_CODE_CHARACTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without what is mistaken for another when it is told by telephone."""


def _new_code() -> str:
    first, second = ("".join(secrets.choice(_CODE_CHARACTERS) for _ in range(4)) for _ in range(2))
    return f"{first}-{second}"


def _sign_in_limit() -> TokenBuckets:
    return TokenBuckets(burst=20, per_second=1 / 3)


def _interface_limit() -> TokenBuckets:
    return TokenBuckets(burst=200, per_second=50)


@dataclass(frozen=True, slots=True)
class Services:
    """The adapters behind every route. ``now`` gives aware UTC times; ``monotonic`` seconds that never go back;
    ``new_id`` opaque ids; ``new_secret`` 256 random bits in base64url, for an enrolment's link. What has a default
    works without cameras.
    """

    database: Database
    profile: CityProfile
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    secret_box: SecretBox
    demonstration: bool = False
    secure_cookies: bool = False
    monotonic: Callable[[], float] = monotonic_seconds
    passwords: PasswordHasher = field(default_factory=Argon2Passwords)
    one_time_codes: OneTimeCodes = field(default_factory=PyotpCodes)
    lockout: LockoutPolicy = field(default_factory=LockoutPolicy)
    sign_in_limit: TokenBuckets = field(default_factory=_sign_in_limit)
    second_factor: SecondFactorRule = field(default_factory=SecondFactorRule)
    enrolment_lifetime: timedelta = timedelta(hours=72)
    interface_limit: TokenBuckets = field(default_factory=_interface_limit)
    spending: Spending = field(default_factory=Spending)
    media: MediaEngine = field(default_factory=NullMediaEngine)
    signalling: VideoSignalling = field(default_factory=NullSignalling)
    snapshots: TakesSnapshots = field(default_factory=NoSnapshots)
    reevaluator: Reevaluation = field(default_factory=NullReevaluator)
    end_listeners: SessionEndListeners = field(default_factory=SessionEndListeners)
    ptz_locks: PtzLocks = field(default_factory=PtzLocks)
    scans: KeepsScans = field(default_factory=NoScans)
    disk: KnowsDiskSpace = field(default_factory=PlentyOfSpace)
    deadlines: Deadlines = field(default_factory=Deadlines)
    upload_quota: UploadQuota = field(default_factory=UploadQuota)
    device_signalling: DeviceSignalling = field(default_factory=NullDeviceSignalling)
    new_enrolment_code: Callable[[], str] = _new_code
    new_secret: Callable[[], str] = lambda: secrets.token_urlsafe(32)
    new_password: Callable[[], str] = lambda: secrets.token_urlsafe(15)
    sessions: SignedInSessions = field(init=False)
    openings: Openings = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "sessions", SignedInSessions(self.database))
        openings = Openings(self.database, self.media, self.now, self.new_id)
        object.__setattr__(self, "openings", openings)
