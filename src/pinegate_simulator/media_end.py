"""Our end of one call's media, and what our answer says of it."""

from collections.abc import Callable
from typing import Final

from pinegate.protocols.gb28181.lower.events import InviteReceived
from pinegate.protocols.media.frames import Codec
from pinegate.protocols.sdp.session import Media, SessionDescription, Setup
from pinegate_simulator.clip import Clip
from pinegate_simulator.media_channels import (
    ChannelError,
    TcpChannel,
    TcpListener,
    UdpChannel,
    connect,
)
from pinegate_simulator.media_stream import MediaChannel

PS_PAYLOAD_TYPE: Final = 96

_VIDEO_CODES: Final = {Codec.H264: "2", Codec.H265: "5"}
_AUDIO_CODES: Final = {Codec.G711A: "1/8/1", Codec.G711U: "1/8/1", Codec.AAC: "6//3"}


class MediaEnd:
    """Our end of a call's media, opened before the answer and joined to the platform's on ACK.

    ``port``: for the answer's ``m=`` (9, discard, when we open the TCP connection). ``setup``: for ``a=setup``.
    """

    def __init__(
        self, port: int, setup: Setup, *, udp: UdpChannel | None = None, listener: TcpListener | None = None
    ) -> None:
        self.port = port
        self.setup: Setup = setup
        self._udp = udp
        self._listener = listener
        self._tcp: TcpChannel | None = None

    @classmethod
    async def open(
        cls, offer: Media, remote_host: str, local_host: str, on_end: Callable[[], None]
    ) -> "MediaEnd":
        if not offer.is_tcp:
            udp = UdpChannel(local_host)
            return cls(udp.port, "", udp=udp)
        if offer.setup == "active":
            listener = await TcpListener.open(local_host, remote_host, on_end)
            return cls(listener.port, "passive", listener=listener)
        return cls(9, "active")

    async def join(self, host: str, port: int, on_end: Callable[[], None]) -> MediaChannel:
        """The channel to the platform's media address; raises :class:`ChannelError`."""
        if self._udp is not None:
            try:
                self._udp.connect(host, port)
            except OSError as error:
                raise ChannelError(f"no way to {host}:{port}: {error.strerror}") from None
            return self._udp
        if self._listener is not None:
            self._tcp = await self._listener.accept()
        else:
            self._tcp = await connect(host, port, on_end)
        return self._tcp

    def close(self) -> None:
        for part in (self._udp, self._listener, self._tcp):
            if part is not None:
                part.close()


def answer_to(
    invite: InviteReceived, media: Media, end: MediaEnd, host: str, clip: Clip, *, with_ssrc: bool
) -> SessionDescription:
    """Our 200's SDP: sendonly PS, and the SSRC that we were told."""
    offer = invite.offer
    return SessionDescription(
        origin_user=invite.channel_id,
        origin_host=host,
        name=offer.name,
        host=host,
        media=(
            Media(
                kind="video",
                port=end.port,
                protocol=media.protocol,
                formats=(PS_PAYLOAD_TYPE,),
                direction="sendonly",
                setup=end.setup,
                connection="new" if end.setup else "",
                payloads=((PS_PAYLOAD_TYPE, "PS/90000"),),
            ),
        ),
        ssrc=offer.ssrc if with_ssrc else "",
        format=_format(clip),
    )


def _format(clip: Clip) -> str:
    """``f=`` (GB/T 28181-2022 annex G): variable rate; the resolution is left out, being none of its codes."""
    video = f"v/{_VIDEO_CODES[clip.video]}//{round(clip.fps)}/2/{clip.kilobits_per_second}"
    return f"{video}a/{_AUDIO_CODES[clip.audio]}" if clip.audio else f"{video}a///"


def is_playable(offer: SessionDescription) -> bool:
    """Live video that we can send: a port, an address, and PS among the formats."""
    video = offer.video
    return (
        offer.name.lower() == "play"
        and video is not None
        and 0 < video.port < 1 << 16
        and bool(offer.media_host)
        and (
            PS_PAYLOAD_TYPE in video.formats
            or any(name.upper().startswith("PS/") for _, name in video.payloads)
        )
    )
