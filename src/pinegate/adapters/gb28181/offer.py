"""The SDP that asks a camera for its live picture (GB/T 28181-2022 annex G; RFC 4566)."""

from pinegate.protocols.sdp.session import Media, SessionDescription, Setup
from pinegate.usecases.streams.media_engine import Transport
from pinegate.usecases.streams.signalling import Invitation

_PAYLOADS = ((96, "PS/90000"), (98, "H264/90000"), (97, "MPEG4/90000"), (99, "H265/90000"))
_SETUP: dict[Transport, Setup] = {Transport.TCP_PASSIVE: "passive", Transport.TCP_ACTIVE: "active"}


def live_offer(platform_id: str, invitation: Invitation) -> SessionDescription:
    """``s=Play``, receive only, PS preferred; over TCP with who connects to whom."""
    setup = _SETUP.get(invitation.transport, "")
    video = Media(
        kind="video",
        port=invitation.port,
        protocol="TCP/RTP/AVP" if setup else "RTP/AVP",
        formats=tuple(number for number, _ in _PAYLOADS),
        direction="recvonly",
        setup=setup,
        connection="new" if setup else "",
        payloads=_PAYLOADS,
    )
    return SessionDescription(
        origin_user=platform_id,
        origin_host=invitation.host,
        name="Play",
        host=invitation.host,
        media=(video,),
        ssrc=invitation.ssrc,
    )
