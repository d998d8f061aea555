"""What a :class:`~pinegate.protocols.gb28181.lower.device.LowerDevice` tells its owner."""

from dataclasses import dataclass

from pinegate.protocols.manscdp.ptz import PtzInstruction
from pinegate.protocols.sdp.session import SessionDescription


@dataclass(frozen=True, slots=True)
class Registered:
    """The platform accepted our REGISTER (also on every refresh) for ``expires`` seconds."""

    expires: int
    platform_version: str


@dataclass(frozen=True, slots=True)
class RegistrationFailed:
    """A REGISTER ended without 200. ``status``: SIP status, 408 when nobody answered. We try again at
    ``retry_at``.
    """

    status: int
    reason: str
    retry_at: float


@dataclass(frozen=True, slots=True)
class Unregistered:
    """We logged off (``stop``), confirmed or not."""


@dataclass(frozen=True, slots=True)
class PlatformLost:
    """Three keepalives unanswered, refused, or the TCP connection gone; we register again by ourselves."""

    reason: str


@dataclass(frozen=True, slots=True)
class InviteReceived:
    """The platform wants a stream: answer with ``answer_invite`` or ``reject_invite`` (486 busy, 488 bad
    SDP).

    ``call``: names the call from now on. ``channel_id``: the camera asked for. ``offer``: where and how
    the media shall go; ``offer.ssrc`` is the SSRC to send with. ``source_host``: who sent the INVITE.
    """

    call: str
    channel_id: str
    offer: SessionDescription
    source_host: str


@dataclass(frozen=True, slots=True)
class CallConfirmed:
    """ACK came: send media now (in TCP active mode: connect now)."""

    call: str


@dataclass(frozen=True, slots=True)
class CallFinished:
    """The call is over: stop media. ``reason``: bye, cancelled, no_ack, hung_up, rejected,
    platform_lost.
    """

    call: str
    reason: str


@dataclass(frozen=True, slots=True)
class PtzReceived:
    """A PTZ command with a right checksum for ``channel_id``."""

    channel_id: str
    command: PtzInstruction


@dataclass(frozen=True, slots=True)
class ControlReceived:
    """Any other DeviceControl; ``fields``: its elements as (name, text)."""

    channel_id: str
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SubscriptionChanged:
    """The platform subscribes to our catalogue (``active``) or no longer does."""

    active: bool


LowerEvent = (
    Registered
    | RegistrationFailed
    | Unregistered
    | PlatformLost
    | InviteReceived
    | CallConfirmed
    | CallFinished
    | PtzReceived
    | ControlReceived
    | SubscriptionChanged
)
