"""The lower side's registration: REGISTER with Digest, refresh, keepalives, retry (GB/T 28181-2022 9.1, 9.6)."""

from collections.abc import Callable
from enum import Enum, auto

from pinegate.protocols.gb28181.lower.config import LowerDeviceConfig
from pinegate.protocols.gb28181.lower.events import (
    LowerEvent,
    PlatformLost,
    Registered,
    RegistrationFailed,
    Unregistered,
)
from pinegate.protocols.manscdp.codec import CONTENT_TYPE, serialise_message
from pinegate.protocols.manscdp.messages import Keepalive
from pinegate.protocols.sip.addresses import NameAddr, param
from pinegate.protocols.sip.digest import Challenge, Credentials, answer
from pinegate.protocols.sip.endpoint import SipEndpoint
from pinegate.protocols.sip.faults import SipSyntaxError, printable
from pinegate.protocols.sip.message import Response
from pinegate.protocols.sip.schedule import Deadline

_SOON = 2.0
_MAX_TRIES = 3


class _State(Enum):
    STOPPED = auto()
    OUT = auto()
    IN = auto()
    LEAVING = auto()


class RegistrationClient:
    """``lost(now)`` is called when the platform is no longer there, before we try again."""

    def __init__(
        self,
        config: LowerDeviceConfig,
        endpoint: SipEndpoint,
        emit: Callable[[LowerEvent], None],
        lost: Callable[[float], None],
        next_sn: Callable[[], int],
    ) -> None:
        self._config = config
        self._endpoint = endpoint
        self._emit = emit
        self._lost = lost
        self._next_sn = next_sn
        self._state = _State.STOPPED
        self._call_id = f"{endpoint.token()}@{config.local_host}"
        self._from = f"{endpoint.identity.address};tag={endpoint.token()}"
        self._cseq = 0
        self._missed = 0
        self._deadline: Deadline | None = None
        self._keepalive_deadline: Deadline | None = None

    @property
    def registered(self) -> bool:
        """True between 200 and loss, log-off or failure."""
        return self._state is _State.IN

    def start(self, now: float) -> None:
        """Register, and stay registered."""
        if self._state is _State.STOPPED:
            self._state = _State.OUT
            self._register(now)

    def stop(self, now: float) -> None:
        """Log off (GB/T 28181-2022 9.1.2.2); ``Unregistered`` follows."""
        was_in = self.registered
        self._cancel_deadlines()
        self._state = _State.LEAVING
        if was_in:
            self._register(now)
        else:
            self._left()

    def platform_gone(self, reason: str, now: float) -> None:
        """The connection ended, or the platform no longer knows us."""
        if self._state is _State.LEAVING:
            self._left()
        elif self._state is _State.IN:
            self._state = _State.OUT
            self._cancel_deadlines()
            self._emit(PlatformLost(reason))
            self._lost(now)
            self._deadline = self._endpoint.schedule.at(now + _SOON * self._jitter(), self._register)

    def _left(self) -> None:
        if self._state is _State.LEAVING:
            self._state = _State.STOPPED
            self._emit(Unregistered())

    def _cancel_deadlines(self) -> None:
        for deadline in (self._deadline, self._keepalive_deadline):
            if deadline is not None:
                deadline.cancel()
        self._deadline = self._keepalive_deadline = None

    def _jitter(self) -> float:
        """0 to 1, so that a thousand devices do not come back in the same instant."""
        return int(self._endpoint.token(2), 16) / 65_536

    def _register(self, now: float, credentials: Credentials | None = None, tries: int = 0) -> None:
        config = self._config
        self._cseq += 1  # RFC 3261 10.2: one Call-ID, rising CSeq
        expires = 0 if self._state is _State.LEAVING else config.expires
        fields = [("Expires", str(expires)), ("X-GB-Ver", config.version)]
        if credentials is not None:
            fields.append(("Authorization", credentials.serialise()))
        request = self._endpoint.compose(
            "REGISTER",
            f"sip:{config.platform_id}@{config.platform_domain}",
            self._endpoint.identity.address,
            config.platform,
            call_id=self._call_id,
            from_=self._from,
            cseq=self._cseq,
            contact=True,
            fields=fields,
        )
        self._endpoint.send(
            request, config.platform, lambda response, later: self._answered(response, tries, later), now
        )

    def _answered(self, response: Response | None, tries: int, now: float) -> None:
        if self._state is _State.STOPPED or (response is not None and response.status < 200):
            return
        if response is not None and response.status == 401 and tries < _MAX_TRIES:
            credentials = self._credentials(response, tries)
            if credentials is not None:
                self._register(now, credentials, tries + 1)
                return
        if self._state is _State.LEAVING:
            self._left()
        elif response is not None and response.status < 300:
            self._accepted(response, now)
        else:
            status, reason = (response.status, printable(response.reason)) if response else (408, "No answer")
            self._failed(status, reason, now)

    def _credentials(self, response: Response, tries: int) -> Credentials | None:
        """Only for our realm (S14); a second time only when the nonce was merely stale."""
        values = [value for key, _, value in response.headers.entries if key == "www-authenticate"]
        stale = any(challenge.stale for value in values if (challenge := Challenge.parse(value)))
        if tries and not stale:
            return None
        config = self._config
        return answer(
            values,
            realm=config.realm or config.platform_domain,
            username=config.device_id,
            password=config.password,
            method="REGISTER",
            uri=f"sip:{config.platform_id}@{config.platform_domain}",
            cnonce=self._endpoint.token(4),
        )

    def _accepted(self, response: Response, now: float) -> None:
        expires = _granted(response, self._config.expires)
        refresh = self._state is _State.IN
        self._state = _State.IN
        if self._deadline is not None:
            self._deadline.cancel()
        self._deadline = self._endpoint.schedule.at(now + max(expires * 0.8, 1.0), self._register)
        self._emit(Registered(expires, response.headers.get("x-gb-ver") or "2.0"))
        if not refresh:
            self._missed = 0
            self._keepalive(now)

    def _failed(self, status: int, reason: str, now: float) -> None:
        retry_at = now + self._config.retry_after * (1 + 0.1 * self._jitter())
        was_in = self._state is _State.IN
        self._state = _State.OUT
        self._cancel_deadlines()
        self._emit(RegistrationFailed(status, reason, retry_at))
        if was_in:
            self._lost(now)
        self._deadline = self._endpoint.schedule.at(retry_at, self._register)

    def _keepalive(self, now: float) -> None:
        config = self._config
        body = serialise_message(Keepalive(self._next_sn(), config.device_id), config.encoding)
        request = self._endpoint.compose(
            "MESSAGE",
            f"sip:{config.platform_id}@{config.platform_domain}",
            f"<sip:{config.platform_id}@{config.platform_domain}>",
            config.platform,
            content=(CONTENT_TYPE, body),
        )
        self._endpoint.send(request, config.platform, self._keepalive_answered, now)
        self._keepalive_deadline = self._endpoint.schedule.at(
            now + config.keepalive_interval, self._keepalive
        )

    def _keepalive_answered(self, response: Response | None, now: float) -> None:
        if self._state is not _State.IN:
            return
        if response is not None and response.status in (403, 404):
            self.platform_gone("not_known", now)
        elif response is None or response.status >= 300:
            self._missed += 1  # GB/T 28181-2022 9.6
            if self._missed >= self._config.keepalive_limit:
                self.platform_gone("keepalive_missed", now)
        elif response.status >= 200:
            self._missed = 0


def _granted(response: Response, asked: int) -> int:
    # RFC 3261 10.2.4: the Contact's own expires comes before the Expires header.
    value = response.headers.get("expires")
    for contact in response.headers.all("contact"):
        try:
            value = param(NameAddr.parse(contact).params, "expires") or value
        except SipSyntaxError:
            continue
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 8 else asked
