"""SDP text ⇄ :class:`SessionDescription`; lenient in, exact out (GB/T 28181-2022 annex G; RFC 8866)."""

from dataclasses import dataclass, field
from typing import Literal, cast

from pinegate.protocols.sdp.session import Direction, Media, SessionDescription, Setup

MAX_BYTES = 16_384
_MAX_LINES = 256
_MAX_MEDIA = 8
# RFC 8866 6.7.
_DIRECTIONS = ("sendonly", "recvonly", "sendrecv", "inactive")
# RFC 4145 4.
_SETUPS = ("active", "passive", "actpass", "holdconn")


@dataclass(slots=True)
class _MediaDraft:
    kind: str
    port: int
    protocol: str
    formats: tuple[int, ...]
    direction: Direction = ""
    setup: Setup = ""
    connection: str = ""
    payloads: list[tuple[int, str]] = field(default_factory=list[tuple[int, str]])
    attributes: list[str] = field(default_factory=list[str])
    host: str = ""

    def finished(self) -> Media:
        return Media(
            self.kind,
            self.port,
            self.protocol,
            self.formats,
            self.direction,
            self.setup,
            self.connection,
            tuple(self.payloads),
            tuple(self.attributes),
            self.host,
        )


def parse_sdp(body: bytes) -> SessionDescription | None:
    """An offer or answer; whatever is missing stays empty. ``None`` when it is no SDP at all, or too
    long.
    """
    if len(body) > MAX_BYTES:
        return None
    lines = body.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if len(lines) > _MAX_LINES:
        return None
    session: dict[str, str] = {}
    media: list[_MediaDraft] = []
    for line in lines:
        name, equals, value = line.strip().partition("=")  # RFC 8866 5
        if not equals or len(name) != 1:
            continue
        value = value.strip()
        if name == "m":
            draft = _media_line(value)
            if draft is None or len(media) >= _MAX_MEDIA:
                return None
            media.append(draft)
        elif name == "a" and media:
            _attribute(media[-1], value)
        elif name == "c" and media:
            media[-1].host = _address(value)
        else:
            session.setdefault(name, value)
    return _session(session, media) if "v" in session or media else None


def _session(lines: dict[str, str], media: list[_MediaDraft]) -> SessionDescription:
    # RFC 8866 5.2 (o=), 5.3 (s=), 5.5 (u=), 5.7 (c=), 5.9 (t=).
    origin = lines.get("o", "").split()
    times = [int(part) if part.isascii() and part.isdigit() else 0 for part in lines.get("t", "").split()]
    ssrc = lines.get("y", "")
    return SessionDescription(
        origin_user=origin[0] if origin else "",
        origin_host=origin[-1] if len(origin) == 6 else "",
        name=lines.get("s", ""),
        host=_address(lines.get("c", "")),
        media=tuple(draft.finished() for draft in media),
        start=times[0] if times else 0,
        stop=times[1] if len(times) > 1 else 0,
        uri=lines.get("u", ""),
        # GB/T 28181-2022 annex G: y= has ten digits, f= the media's description.
        ssrc=ssrc if ssrc.isascii() and ssrc.isdigit() and len(ssrc) <= 10 else "",
        format=lines.get("f", ""),
    )


def _media_line(value: str) -> _MediaDraft | None:
    # RFC 8866 5.14.
    parts = value.split()
    if len(parts) < 3:
        return None
    port = parts[1].partition("/")[0]
    if not (port.isascii() and port.isdigit()) or len(port) > 5 or int(port) > 65_535:
        return None
    formats = tuple(int(part) for part in parts[3:] if part.isascii() and part.isdigit() and len(part) < 4)
    return _MediaDraft(parts[0].lower(), int(port), parts[2], formats)


def _attribute(media: _MediaDraft, value: str) -> None:
    name, _, rest = value.partition(":")
    rest = rest.strip()
    if value in _DIRECTIONS:
        media.direction = cast(Direction, value)
    elif name == "setup" and rest in _SETUPS:  # RFC 4145 4
        media.setup = cast(Setup, rest)
    elif name == "connection":  # RFC 4145 5
        media.connection = rest
    elif name == "rtpmap":  # RFC 8866 6.6
        payload, _, encoding = rest.partition(" ")
        if payload.isascii() and payload.isdigit() and len(payload) < 4:
            media.payloads.append((int(payload), encoding.strip()))
    else:
        media.attributes.append(value)


def _address(value: str) -> str:
    # RFC 8866 5.7: a TTL behind "/" is of no use here.
    parts = value.split()
    return parts[2].partition("/")[0] if len(parts) == 3 else ""


def serialise_sdp(session: SessionDescription) -> bytes:
    """The body to send. Raises ``ValueError`` when a text of ours holds a line break."""
    # RFC 8866 5 fixes the order; y= and f= end it (GB/T 28181-2022 annex G).
    lines = [
        "v=0",
        f"o={session.origin_user} 0 0 IN {_family(session.origin_host)} {session.origin_host}",
        f"s={session.name}",
    ]
    if session.uri:
        lines.append(f"u={session.uri}")
    if session.host:
        lines.append(f"c=IN {_family(session.host)} {session.host}")
    lines.append(f"t={session.start} {session.stop}")
    for media in session.media:
        lines.extend(_media_lines(media))
    if session.ssrc:
        lines.append(f"y={session.ssrc}")
    if session.format:
        lines.append(f"f={session.format}")
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("an SDP value must not hold a line break")
    return "".join(f"{line}\r\n" for line in lines).encode()


def _media_lines(media: Media) -> list[str]:
    formats = " ".join(str(number) for number in media.formats)
    lines = [f"m={media.kind} {media.port} {media.protocol} {formats}".rstrip()]
    if media.host:
        lines.append(f"c=IN {_family(media.host)} {media.host}")
    if media.direction:
        lines.append(f"a={media.direction}")
    lines.extend(f"a=rtpmap:{number} {encoding}" for number, encoding in media.payloads)
    lines.extend(f"a={attribute}" for attribute in media.attributes)
    if media.setup:
        lines.append(f"a=setup:{media.setup}")
    if media.connection:
        lines.append(f"a=connection:{media.connection}")
    return lines


def _family(host: str) -> Literal["IP4", "IP6"]:
    return "IP6" if ":" in host else "IP4"


# GB/T 28181-2022 annex C.
_OFFERED = ((96, "PS/90000"), (98, "H264/90000"), (97, "MPEG4/90000"), (99, "H265/90000"))


def live_offer(
    our_id: str, host: str, port: int, ssrc: str, setup: Setup, *, stream_number: int | None = None
) -> SessionDescription:
    """The offer of a live INVITE (``s=Play``): ``setup`` empty for UDP, ``passive`` when we listen on TCP,
    ``active`` when we connect. ``stream_number``: 1 asks for the sub-stream. Example E7."""
    media = Media(
        kind="video",
        port=port,
        protocol="TCP/RTP/AVP" if setup else "RTP/AVP",
        formats=tuple(number for number, _ in _OFFERED),
        direction="recvonly",
        setup=setup,
        connection="new" if setup else "",
        payloads=_OFFERED,
        attributes=() if stream_number is None else (f"streamnumber:{stream_number}",),
    )
    return SessionDescription(our_id, host, "Play", host, (media,), ssrc=ssrc)


def live_answer(
    offer: SessionDescription, our_id: str, host: str, port: int, *, ssrc: str = "", media_format: str = ""
) -> SessionDescription:
    """A device's answer to ``offer``: PS only, the other role on TCP, the SSRC asked for unless another is
    given.

    ``port``: where we send from (UDP) or listen (we passive); 9 is customary when we connect (RFC 4145 4.1).
    """
    asked = offer.video
    tcp = asked is not None and asked.is_tcp
    setup: Setup = ""
    if tcp:  # RFC 4145 4.1
        setup = "passive" if asked is not None and asked.setup == "active" else "active"
    media = Media(
        kind="video",
        port=port,
        protocol="TCP/RTP/AVP" if tcp else "RTP/AVP",
        formats=(96,),
        direction="sendonly",
        setup=setup,
        connection="new" if tcp else "",
        payloads=((96, "PS/90000"),),
    )
    name = offer.name or "Play"
    return SessionDescription(
        our_id,
        host,
        name,
        host,
        (media,),
        offer.start,
        offer.stop,
        ssrc=ssrc or offer.ssrc,
        format=media_format,
    )
