"""RTP payloads of a program stream in, access units out."""

from typing import Final

from pinegate.protocols.media import aac
from pinegate.protocols.media.access_units import Assembler
from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec, MalformedMedia
from pinegate.protocols.media.mpeg_ps import syntax
from pinegate.protocols.media.mpeg_ps.streams import StreamTable

_TRUSTED_AFTER: Final = 4
_MAX_ADTS_REST: Final = 1 << 13
_G711_RATE: Final = 8000
_MAX_START_CODES: Final = 4096
"""In one picture; more is an attack on the parser's time (a 4K picture in slices of one row has 135)."""
_COUNTED_FROM_BYTES: Final = 65_536


class PsDemuxer:
    """A :class:`payloads.Depacketizer` for program streams.

    *End of a picture*: the change of RTP timestamp, or of PTS. The marker is only a hint; it ends a picture
    at once (one frame interval less latency) after it was seen at the end, and only there, of four pictures
    of several packets in a row, and never again after it proved wrong.

    *Loss*: with ``wait_for_key`` (default) the picture that a missing packet belonged to is discarded whole, and the
    pictures after it are withheld until the next key picture, so that nothing is shown that refers to a missing one.
    Without it what came of the picture is handed out (``torn``), and the pictures after it as well: a decoder
    conceals what is missing. Audio goes on at once in both cases.

    *Without a PSM* the video codec is guessed from its NAL units, and the audio codec is ``audio`` (or AAC
    when ADTS is seen). *Timestamps*: see ``timeline``. A picture above ``max_picture_bytes`` is discarded.
    """

    def __init__(
        self, *, audio: Codec | None = None, wait_for_key: bool = True, max_picture_bytes: int = 4 << 20
    ) -> None:
        if audio is not None and audio.is_video:
            raise ValueError("audio must be an audio codec")
        self.malformed = 0
        self._conceals = not wait_for_key
        self._assembler = Assembler(wait_for_key=wait_for_key)
        self._streams = StreamTable(audio)
        self._limit = max_picture_bytes
        self._searching = True
        self._timestamp = -1
        self._chunks: list[bytes] = []
        self._buffered = 0
        self._packets = 0
        self._marked = False
        self._trust = 0
        self._marker_misleads = False
        self._picture: list[bytes] = []
        self._picture_bytes = 0
        self._pts = 0
        self._dts: int | None = None
        self._adts_rest = b""

    @property
    def video(self) -> Codec | None:
        """Seen so far."""
        return self._streams.video

    @property
    def audio(self) -> Codec | None:
        """Seen so far."""
        return self._streams.audio

    @property
    def silent(self) -> bool:
        """The PSM announces no audio."""
        return self._streams.silent

    @property
    def unsupported(self) -> set[str]:
        """What cannot be handed out, in words."""
        return self._streams.unsupported

    @property
    def damaged(self) -> int:
        """Pictures discarded because of losses."""
        return self._assembler.damaged

    @property
    def skipped(self) -> int:
        """Pictures withheld for want of a key picture."""
        return self._assembler.skipped

    @property
    def buffered_bytes(self) -> int:
        """At most ``max_picture_bytes``, one packet and one AAC frame."""
        return self._buffered + self._picture_bytes + len(self._adts_rest)

    def feed(
        self, payload: bytes, timestamp: int, marker: bool, lost_before: bool = False
    ) -> list[AccessUnit]:
        """Take the payload of one packet, in order; never raises on any bytes."""
        units: list[AccessUnit] = []
        if lost_before:
            self._lose(units)
        begins_pack = payload.startswith(syntax.PACK_START)
        if self._searching:
            at = 0 if begins_pack else payload.find(syntax.PACK_START)
            if at < 0:
                return units
            payload = payload[at:]
            begins_pack = True
            self._searching = False
        if timestamp != self._timestamp:
            self._end_group(units, begins_pack)
            self._timestamp = timestamp
        elif begins_pack:
            self._parse_buffered(units, whole=True)
        elif self._marked and self._packets:
            self._distrust_marker()
        self._chunks.append(payload)
        self._buffered += len(payload)
        self._packets += 1
        self._marked = marker
        if marker and self._trust >= _TRUSTED_AFTER:
            self._parse_buffered(units, whole=False)
            if not self._chunks:
                self._finish_picture(units)
        if self._buffered + self._picture_bytes > self._limit:
            self.malformed += 1
            self._discard()
        return units

    def flush(self) -> list[AccessUnit]:
        """End of stream: the last picture, if its last packet had the marker; else nobody knows if it is whole."""
        units: list[AccessUnit] = []
        self._parse_buffered(units, whole=False)
        if self._marked and not self._chunks:
            self._finish_picture(units)
        return units

    def _lose(self, units: list[AccessUnit]) -> None:
        """What follows is no longer behind what came before."""
        if self._conceals:
            torn = not self._marked
            self._parse_buffered(units, whole=True)
            self._finish_picture(units, torn)
        self._discard()

    def _discard(self) -> None:
        if self._chunks or self._picture:
            self._assembler.damage()
        else:
            self._assembler.lose()
        self._chunks.clear()
        self._picture.clear()
        self._buffered = self._picture_bytes = self._packets = 0
        self._adts_rest = b""
        self._marked = False
        self._searching = True

    def _distrust_marker(self) -> None:
        if self._trust >= _TRUSTED_AFTER and not self._chunks:
            # The picture was handed out at the marker, and here is more of it.
            self._assembler.damage()
        self._marker_misleads = True
        self._trust = 0

    def _end_group(self, units: list[AccessUnit], begins_pack: bool) -> None:
        if self._packets > 1 and not self._marker_misleads:
            self._trust = self._trust + 1 if self._marked else 0
        self._packets = 0
        self._parse_buffered(units, whole=begins_pack)
        if not self._chunks:
            self._finish_picture(units)

    def _finish_picture(self, units: list[AccessUnit], torn: bool = False) -> None:
        video = self._streams.video
        if not self._picture or video is None:
            return
        stream = self._picture[0] if len(self._picture) == 1 else b"".join(self._picture)
        self._picture.clear()
        self._picture_bytes = 0
        units += self._assembler.video(video, stream, self._pts, self._dts, torn)

    def _parse_buffered(self, units: list[AccessUnit], whole: bool) -> None:
        """Take apart what is buffered.

        An element that is cut short stays buffered, or, when ``whole`` (a new pack begins behind it), is taken
        as it is: no packet was lost, so its length field is wrong.
        """
        if not self._chunks:
            return
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        if len(data) > _COUNTED_FROM_BYTES and data.count(syntax.START_CODE_PREFIX) > _MAX_START_CODES:
            self.malformed += 1
            self._buffered = 0
            self._picture.clear()
            self._assembler.damage()
            return
        at = 0
        while at < len(data):
            start = syntax.next_start(data, at)
            if start < 0:
                start = len(data) if whole or len(data) - at > 3 else at
            if start > at:
                self._count_garbage(data, at, start)
                at = start
                continue
            following = self._parse_element(data, at, whole, units) if len(data) - at > 3 else -1
            if following < 0:
                break
            at = following
        self._buffered = max(0, len(data) - at)
        if self._buffered:
            self._chunks.append(data[at:])

    def _count_garbage(self, data: bytes, start: int, end: int) -> None:
        if data.count(0, start, end) != end - start:
            self.malformed += 1

    def _parse_element(self, data: bytes, at: int, whole: bool, units: list[AccessUnit]) -> int:
        """Position behind the element at ``at``, or -1 when it is cut short."""
        kind = data[at + 3]
        if kind >= syntax.FIRST_AUDIO:  # ISO/IEC 13818-1 2.4.3.7, table 2-22
            return self._parse_pes(data, at, whole, units)
        if kind == syntax.PROGRAM_END:
            return at + 4
        if kind == syntax.PACK:
            return self._pack_end(data, at, whole)
        if at + 6 > len(data):
            return len(data) if whole else -1
        size = len(data)
        end = at + 6 + (data[at + 4] << 8 | data[at + 5])
        if end != size and not data.startswith(syntax.START_CODE_PREFIX, end):
            # A wrong length, as some devices' PSM has: the next start code ends it.
            following = syntax.next_start(data, at + 6)
            if following < 0 and end > size and not whole:
                return -1
            end = following if following >= 0 else size
        if kind == syntax.PROGRAM_STREAM_MAP:
            self._streams.read_map(data[at:end])
        return end

    def _pack_end(self, data: bytes, at: int, whole: bool) -> int:
        if at + 14 > len(data):
            return len(data) if whole else -1
        if data[at + 4] >> 6 == 1:
            return at + 14 + (data[at + 13] & 7)  # ISO/IEC 13818-1 2.5.3.3: pack_stuffing_length
        # ISO/IEC 11172-1: the pack header of MPEG-1 has 12 bytes.
        return at + 12 if data[at + 4] >> 4 == 2 else at + 4

    def _parse_pes(self, data: bytes, at: int, whole: bool, units: list[AccessUnit]) -> int:
        size = len(data)
        if at + 9 > size:
            return size if whole else -1
        # ISO/IEC 13818-1 2.4.3.6: PES_packet_length, '10', PES_header_data_length.
        length = data[at + 4] << 8 | data[at + 5]
        kind = data[at + 3]
        start = at + 9 + data[at + 8]
        if data[at + 6] >> 6 != 2:
            self.malformed += 1
            return at + 4
        end = at + 6 + length
        if end > size:
            if not whole:
                return -1
            end = size
        elif (end < size and not data.startswith(syntax.START_CODE_PREFIX, end)) or not length:
            # Length 0, or one that 16 bits could not hold: up to the next start code of the program stream.
            end = syntax.next_start(data, start)
            if end < 0:
                end = size
        if start > end:
            self.malformed += 1
            return end
        pts, dts = _read_timestamps(data, at, start)
        if kind >= syntax.FIRST_VIDEO:
            if kind <= syntax.LAST_VIDEO:
                self._take_video(kind, data[start:end], pts, dts, units)
        else:
            self._take_audio(kind, data[start:end], pts, units)
        return end

    def _take_video(
        self, kind: int, payload: bytes, pts: int | None, dts: int | None, units: list[AccessUnit]
    ) -> None:
        if not payload or not self._streams.takes_video(kind):
            return
        if pts is not None and pts != self._pts:
            if not payload[:8].lstrip(b"\x00").startswith(b"\x01"):
                self._refuse_unaligned()
                return
            self._finish_picture(units)
        if not self._picture:
            if self._streams.video_codec(kind, payload) is None:
                return
            self._pts, self._dts = (self._timestamp if pts is None else pts), dts
        self._picture.append(payload)
        self._picture_bytes += len(payload)

    def _refuse_unaligned(self) -> None:
        """The tail of the last picture shares an element with the next: neither can be told apart safely."""
        self._picture.clear()
        self._picture_bytes = 0
        self._assembler.damage()
        self._streams.note("pictures that do not begin with their PES packet")

    def _take_audio(self, kind: int, payload: bytes, pts: int | None, units: list[AccessUnit]) -> None:
        codec = self._streams.audio_codec(kind, payload)
        if codec is None or not payload:
            return
        if pts is None:
            pts = self._timestamp
        if codec is Codec.AAC:
            self._take_adts(payload, pts, units)
        else:
            duration = len(payload) * TIMESCALE // _G711_RATE
            units.append(self._assembler.audio(codec, payload, pts, duration))

    def _take_adts(self, payload: bytes, pts: int | None, units: list[AccessUnit]) -> None:
        data = self._adts_rest + payload
        self._adts_rest = b""
        at = 0
        while at < len(data):
            frame = aac.parse_adts(data, at)
            if frame is None:
                if len(data) - at <= _MAX_ADTS_REST:
                    self._adts_rest = data[at:]
                return
            if isinstance(frame, MalformedMedia):
                self.malformed += 1
                return
            duration = aac.SAMPLES_PER_FRAME * TIMESCALE // frame.sample_rate
            units.append(self._assembler.audio(Codec.AAC, frame.frame, pts, duration, frame.config))
            pts = None
            at += frame.length


def _read_timestamps(data: bytes, at: int, start: int) -> tuple[int | None, int | None]:
    """PTS and DTS of the PES at ``at`` whose payload begins at ``start`` (ISO/IEC 13818-1 2.4.3.6)."""
    flags = data[at + 7]
    if not flags & 0x80 or start < at + 14:  # ISO/IEC 13818-1 2.4.3.7: PTS_DTS_flags
        return None, None
    pts = syntax.read_timestamp(data, at + 9)
    if flags & 0x40 and start >= at + 19:
        return pts, syntax.read_timestamp(data, at + 14)
    return pts, None
