"""What the streams ask of the signalling (GB/T 28181 as upper platform), and what it tells them."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network
from typing import Protocol

from pinegate.domain.access.session_end import InviteFailure
from pinegate.usecases.streams.media_engine import Transport


@dataclass(frozen=True, slots=True)
class Camera:
    """Where a point's pictures come from. ``registered_host``: where its device registered, always expected;
    ``media_hosts``: further addresses and networks (CIDR) that an administrator listed. Nothing else may send
    (S17), and to nothing else do we connect (S07). ``strict_ssrc``: with no other SSRC
    than was agreed.
    """

    device_code: str
    channel_code: str
    transport: Transport
    registered_host: str
    media_hosts: tuple[str, ...] = ()
    strict_ssrc: bool = False

    def allows(self, host: str) -> bool:
        """Whether media of this point may come from ``host``."""
        try:
            address = ip_address(host)
        except ValueError:
            return False
        listed = (self.registered_host, *self.media_hosts)
        return any(address in ip_network(known) for known in listed if known)


@dataclass(frozen=True, slots=True)
class Invitation:
    """One live INVITE (GB/T 28181-2022 section 9.2). ``host`` and ``port``: where we take the RTP.

    ``ssrc``: ten digits, the SDP's ``y=``; the RTP header's SSRC is the same number.
    """

    device_code: str
    channel_code: str
    transport: Transport
    ssrc: str
    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Answered:
    """The device's 200 OK, acknowledged. ``ssrc``: what its ``y=`` said; None when it said nothing."""

    dialog_id: str
    host: str
    port: int
    ssrc: int | None


@dataclass(frozen=True, slots=True)
class InviteFailed:
    """No stream, and why."""

    failure: InviteFailure


class PtzMove(StrEnum):
    """What a camera is told to do; movements go on until ``stop``."""

    STOP = "stop"
    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    UP_LEFT = "up_left"
    UP_RIGHT = "up_right"
    DOWN_LEFT = "down_left"
    DOWN_RIGHT = "down_right"
    ZOOM_IN = "zoom_in"
    ZOOM_OUT = "zoom_out"
    PRESET_CALL = "preset_call"


@dataclass(frozen=True, slots=True)
class PtzCommand:
    """``speed``: 1–255 (of the zoom: its upper four bits); ``preset``: 1–255, for ``preset_call`` only."""

    move: PtzMove
    speed: int = 64
    preset: int = 0


class VideoSignalling(Protocol):
    """Asking devices for streams and telling cameras what to do."""

    @property
    def ready(self) -> bool:
        """Whether it listens."""
        ...

    async def invite(self, invitation: Invitation) -> Answered | InviteFailed:
        """Ask for a live stream and acknowledge the answer; bounded by the transaction's own timers."""
        ...

    async def bye(self, dialog_id: str) -> None:
        """End a stream; an unknown dialog is no error."""
        ...

    async def ptz(self, device_code: str, channel_code: str, command: PtzCommand) -> bool:
        """Send a DeviceControl; whether the device took it (200)."""
        ...

    async def request_key_frame(self, device_code: str, channel_code: str) -> None:
        """DeviceControl ``IFameCmd``; devices that do not know it ignore it."""
        ...

    def note_refused_media(self, device_code: str, host: str) -> None:
        """Media of this device came from, or was to be fetched from, an address that nobody listed."""
        ...


class SignallingEvents(Protocol):
    """What the signalling tells the streams."""

    async def dialog_ended(self, dialog_id: str) -> None:
        """The device ended the stream (BYE), or went offline."""
        ...


class NullSignalling:
    """No devices: every camera is offline."""

    @property
    def ready(self) -> bool:
        return False

    async def invite(self, invitation: Invitation) -> Answered | InviteFailed:
        return InviteFailed(InviteFailure.DEVICE_OFFLINE)

    async def bye(self, dialog_id: str) -> None:
        return None

    async def ptz(self, device_code: str, channel_code: str, command: PtzCommand) -> bool:
        return False

    async def request_key_frame(self, device_code: str, channel_code: str) -> None:
        return None

    def note_refused_media(self, device_code: str, host: str) -> None:
        return None
