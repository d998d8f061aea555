"""REGISTER and keepalive: who is here, and at which flow (RFC 3261 10.3; GB/T 28181-2022 9.1, 9.6; S13, S14, S15)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from pinegate.protocols.gb28181.upper.admission import Admission
from pinegate.protocols.gb28181.upper.config import AccountLookup, DeviceAccount, UpperPlatformConfig
from pinegate.protocols.gb28181.upper.events import (
    DeviceMoved,
    DeviceOffline,
    DeviceRegistered,
    MessageRejected,
    OfflineReason,
    Rejection,
    UpperEvent,
)
from pinegate.protocols.manscdp.catalog import is_code
from pinegate.protocols.sip.addresses import NameAddr, SipUri, param
from pinegate.protocols.sip.digest import Algorithm, Challenge, Credentials, verifies
from pinegate.protocols.sip.endpoint import OpenRequest, SipEndpoint
from pinegate.protocols.sip.faults import SipSyntaxError, printable
from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.message import Request
from pinegate.protocols.sip.nonces import NonceBook, NonceCheck
from pinegate.protocols.sip.parser import Limits

# GB/T 28181-2022 annex I.
_VERSION = re.compile(r"[0-9]{1,2}\.[0-9]{1,2}")
_NOBODY = DeviceAccount("")
_SHED_SECONDS = 20


@dataclass(slots=True)
class Registration:
    """A device that is here. ``flow``: where it proved its password, the only source that we believe."""

    device_id: str
    flow: Flow
    target: str
    """``host:port`` of its Contact, only ever written into Request-URIs."""
    expires_at: float
    last_seen: float
    version: str
    encoding: str
    account: DeviceAccount = field(default_factory=lambda: _NOBODY)
    """What it proved itself against."""


@dataclass(frozen=True, slots=True)
class KeptRegistration:
    """A registration as its owner wrote it down before it started anew; times as everywhere in the machine."""

    device_id: str
    flow: Flow
    version: str
    expires_at: float
    last_seen: float


class Registrar:
    """Checks every REGISTER by Digest; keeps the bindings; notices who falls silent."""

    def __init__(
        self,
        config: UpperPlatformConfig,
        endpoint: SipEndpoint,
        lookup: AccountLookup,
        nonces: NonceBook,
        admission: Admission,
        wall_time: Callable[[float], datetime],
        emit: Callable[[UpperEvent], None],
    ) -> None:
        self._config = config
        self._endpoint = endpoint
        self._lookup = lookup
        self._nonces = nonces
        self._admission = admission
        self._wall_time = wall_time
        self._emit = emit
        self._realm = config.realm or config.domain
        self._silence = config.keepalive_interval * config.keepalive_limit
        self.devices: dict[str, Registration] = {}
        self.overloaded = False
        """Requests wait longer than their senders do: no new registration is begun."""
        self._by_flow: dict[Flow, dict[str, Registration]] = {}
        self._number = 0
        self._unanswered: dict[int, tuple[OpenRequest, int]] = {}

    def at(self, flow: Flow) -> Registration | None:
        """The device that registered last from ``flow``."""
        devices = self._by_flow.get(flow)
        return next(reversed(devices.values())) if devices else None

    def register(self, request: Request, flow: Flow, now: float) -> None:
        """Answer a REGISTER: 401, 403, 400 or 200 (RFC 3261 10.3, 22.2). Strangers cost no memory."""
        device_id = request.from_.user
        if not is_code(device_id):
            self._refuse(request, flow, 403, Rejection.BAD_ID)
            return
        account = self._lookup(device_id)
        credentials = self._credentials(request)
        if credentials is None and self.overloaded and device_id not in self.devices:
            self._shed(request, flow, now)
            return
        if credentials is None:
            self._challenge(request, flow, account, now)
            return
        checked = self._nonces.check(credentials.nonce, credentials.nc, flow, now)
        if checked is not NonceCheck.GOOD:
            self._challenge(request, flow, account, now, stale=checked is NonceCheck.STALE)
            return
        if account is not None and credentials.algorithm.strength < account.minimum_algorithm.strength:
            self._emit(MessageRejected("REGISTER", device_id, flow, Rejection.WEAK_ALGORITHM))
            self._challenge(request, flow, account, now)
            return
        # A stranger costs the same time as a wrong password, so that codes cannot be probed.
        proven = verifies(credentials, "REGISTER", (account or _NOBODY).password)
        if account is None or not account.password or not proven or credentials.username != device_id:
            self._refuse(request, flow, 403, Rejection.BAD_CREDENTIALS, now)
            return
        self._nonces.spend(credentials.nonce, credentials.nc, flow, now)
        self._admission.proven(credentials.nonce, flow)
        self._accept(request, device_id, account, flow, now)

    def _credentials(self, request: Request) -> Credentials | None:
        for key, _, value in request.headers.entries:
            if key == "authorization":
                parsed = Credentials.parse(value)
                if parsed is not None and parsed.realm == self._realm:
                    return parsed
        return None

    def _challenge(
        self, request: Request, flow: Flow, account: DeviceAccount | None, now: float, *, stale: bool = False
    ) -> None:
        """401 with one algorithm: MD5, as GB/T 28181 has it, or what the account demands.

        One alone, for eXosip up to 4.0 and SIPp give up when SHA-256 is offered too, and other devices name the
        first and compute MD5.
        """
        algorithm = account.minimum_algorithm if account else Algorithm.MD5
        challenge = Challenge(self._realm, self._nonces.issue(flow, now), algorithm, "auth", stale)
        fields = [("WWW-Authenticate", challenge.serialise())]
        self._endpoint.refuse(request, flow, 401, fields, repeated_at=now)

    def _shed(self, request: Request, flow: Flow, now: float) -> None:
        """Who begins now waits, each another time, so that who has been challenged gets in (RFC 3261 21.5.4)."""
        self._endpoint.counters["registrations_shed"] += 1
        seconds = _SHED_SECONDS + int(self._endpoint.token(1), 16) % _SHED_SECONDS
        self._endpoint.refuse(request, flow, 503, [("Retry-After", str(seconds))], repeated_at=now)

    def _refuse(
        self, request: Request, flow: Flow, status: int, reason: Rejection, now: float | None = None
    ) -> None:
        self._emit(MessageRejected("REGISTER", printable(request.from_.user), flow, reason))
        self._endpoint.refuse(request, flow, status, repeated_at=now)

    def _accept(
        self, request: Request, device_id: str, account: DeviceAccount, flow: Flow, now: float
    ) -> None:
        expires = self._expires(request)
        if expires is None:
            self._refuse(request, flow, 400, Rejection.BAD_EXPIRES)
            return
        if expires and device_id not in self.devices and len(self.devices) >= self._config.max_devices:
            self._refuse(request, flow, 503, Rejection.TOO_MANY_DEVICES)
            return
        opened = self._endpoint.open(request, flow, now)
        if not expires:
            self._answer(opened, expires, now)
            if device_id in self.devices:
                self.remove(device_id, OfflineReason.UNREGISTERED)  # GB/T 28181-2022 9.1.2.2
            return
        self._number += 1
        if self._config.answers_when_kept:
            self._unanswered[self._number] = opened, expires
        else:
            self._answer(opened, expires, now)
        self._bind(request, device_id, account, flow, expires, now)

    def kept(self, number: int, kept: bool, now: float) -> None:
        """The owner has kept an accepted registration, or never will: only now is it answered."""
        waiting = self._unanswered.pop(number, None)
        if waiting is None:
            return
        opened, expires = waiting
        if kept:
            self._answer(opened, expires, now)
        else:
            self._endpoint.answer(opened, 503, now, fields=[("Retry-After", str(_SHED_SECONDS))])

    def _answer(self, opened: OpenRequest, expires: int, now: float) -> None:
        """200 (RFC 3261 10.3 step 8: Contact and its expiry go back)."""
        contact = opened.request.headers.get("contact")
        fields = [("Contact", contact)] if contact else []
        fields.append(("Expires", str(expires)))
        if self._config.send_date:
            # GB/T 28181-2022 9.10: devices set their clocks by this Date; civil time, unlike RFC 3261 20.17.
            fields.append(("Date", self._wall_time(now).isoformat(timespec="milliseconds")[:23]))
        fields.append(("X-GB-Ver", self._config.version))
        self._endpoint.answer(opened, 200, now, fields=fields)

    def _expires(self, request: Request) -> int | None:
        """Seconds granted: what is asked, at most ours; short ones are taken as they are. ``None``: no number."""
        # RFC 3261 10.3 step 7: the Contact's own expires, else the Expires header, else our default.
        asked = None
        for contact in request.headers.all("contact"):
            try:
                asked = param(NameAddr.parse(contact).params, "expires")
            except SipSyntaxError:
                continue
            break
        if asked is None:
            asked = request.headers.get("expires")
        if asked is None:
            return self._config.default_expires
        if not (asked.isascii() and asked.isdigit()) or len(asked) > 10:
            return None
        return min(int(asked), self._config.max_expires)

    def _bind(
        self, request: Request, device_id: str, account: DeviceAccount, flow: Flow, expires: int, now: float
    ) -> None:
        version = _lower_version(request.headers.get("x-gb-ver"), self._config.version)
        known = self.devices.get(device_id)
        moved = known is not None and known.flow != flow
        if known is None:
            known = Registration(device_id, flow, "", 0.0, now, version, account.encoding)
            self.devices[device_id] = known
        else:
            self._leave_flow(known)
        fresh = known.expires_at == 0.0
        known.flow, known.version, known.encoding = flow, version, account.encoding
        known.account = account
        known.target = _contact_host(request) or _host_port(flow)
        known.expires_at, known.last_seen = now + expires, now
        self._by_flow.setdefault(flow, {})[device_id] = known
        if flow.transport == "tcp":
            self._endpoint.raise_limits(flow, Limits(body=self._config.max_body_tcp))
        if fresh:
            self._watch(known)
        self._emit(DeviceRegistered(device_id, flow, expires, version, fresh, moved, self._number))

    def restore(self, kept: KeptRegistration, now: float) -> bool:
        """Take up a registration of before a restart where it stood; False where it holds no more.

        A connection ended with the owner that had it. A clock that was set meanwhile makes no registration longer.
        """
        account = self._lookup(kept.device_id)
        expires_at = min(kept.expires_at, now + self._config.max_expires)
        last_seen = min(kept.last_seen, now)
        if account is None or not account.password or kept.flow.transport != "udp":
            return False
        if now >= min(expires_at, last_seen + self._silence) or kept.device_id in self.devices:
            return False
        if len(self.devices) >= self._config.max_devices:
            return False
        device = Registration(
            kept.device_id,
            kept.flow,
            _host_port(kept.flow),
            expires_at,
            last_seen,
            kept.version,
            account.encoding,
            account,
        )
        self.devices[kept.device_id] = device
        self._by_flow.setdefault(kept.flow, {})[kept.device_id] = device
        self._watch(device)
        return True

    def move(self, device: Registration, flow: Flow, now: float) -> None:
        """The device is at another port of its address; who calls has the proof."""
        self._leave_flow(device)
        device.flow, device.last_seen = flow, now
        self._by_flow.setdefault(flow, {})[device.device_id] = device
        self._emit(DeviceMoved(device.device_id, flow))

    def _watch(self, device: Registration) -> None:
        deadline = min(device.expires_at, device.last_seen + self._silence)
        self._endpoint.schedule.at(deadline, lambda later: self._check(device, later))

    def _check(self, device: Registration, now: float) -> None:
        if self.devices.get(device.device_id) is not device:
            return
        if now >= device.expires_at:
            self.remove(device.device_id, OfflineReason.REGISTRATION_EXPIRED)
        elif now >= device.last_seen + self._silence:
            self.remove(device.device_id, OfflineReason.KEEPALIVE_MISSED)
        else:
            self._watch(device)

    def remove(self, device_id: str, reason: OfflineReason) -> None:
        """The device is gone."""
        device = self.devices.pop(device_id)
        self._leave_flow(device)
        self._emit(DeviceOffline(device_id, reason))

    def drop_strangers(self) -> None:
        """Remove whoever proved itself against an account that is gone or has changed since."""
        for device_id, device in list(self.devices.items()):
            if self._lookup(device_id) != device.account:
                self.remove(device_id, OfflineReason.ACCOUNT_CHANGED)

    def _leave_flow(self, device: Registration) -> None:
        devices = self._by_flow.get(device.flow, {})
        devices.pop(device.device_id, None)
        if not devices:
            self._by_flow.pop(device.flow, None)

    def connection_lost(self, flow: Flow) -> None:
        """A TCP connection ended: all devices on it are offline."""
        for device_id in list(self._by_flow.get(flow, ())):
            self.remove(device_id, OfflineReason.CONNECTION_LOST)


def _lower_version(theirs: str | None, ours: str) -> str:
    """The lower of both (GB/T 28181-2022 annex I: both sides use it); a device that says none is of 2016."""
    theirs = theirs if theirs and _VERSION.fullmatch(theirs) else "2.0"
    return min(theirs, ours, key=lambda version: tuple(int(part) for part in version.split(".")))


def _host_port(flow: Flow) -> str:
    host = f"[{flow.host}]" if ":" in flow.host else flow.host
    return f"{host}:{flow.port}"


def _contact_host(request: Request) -> str:
    contacts = request.headers.all("contact")
    try:
        uri = SipUri.parse(NameAddr.parse(contacts[0]).uri) if contacts else None
    except SipSyntaxError:
        return ""
    if uri is None:
        return ""
    return uri.host if uri.port is None else f"{uri.host}:{uri.port}"
