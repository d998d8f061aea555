"""Bare H.264 (RFC 6184) and H.265 (RFC 7798) in RTP, which some devices send with payload types 98 and 99."""

from typing import Final

from pinegate.protocols.media import h264, h265
from pinegate.protocols.media.access_units import Assembler
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.nal import START_CODE

_H264_STAP_A: Final = 24  # RFC 6184 5.2, table 1
_H264_FU_A: Final = 28  # RFC 6184 5.2, table 1
_H265_AGGREGATION: Final = 48  # RFC 7798 4.4.2
_H265_FRAGMENT: Final = 49  # RFC 7798 4.4.3


class NalDepacketizer:
    """A :class:`payloads.Depacketizer` for NAL units, with the same rules for losses as ``PsDemuxer``.

    Single NAL units, STAP-A and FU-A of H.264; single NAL units, aggregation packets and FU of H.265
    (without DONL). The marker ends a picture (RFC 6184 5.1, RFC 7798 4.1), and so does the change of timestamp; what
    comes after the marker with the same timestamp is a picture only when it begins one.
    """

    def __init__(self, codec: Codec, *, wait_for_key: bool = True, max_picture_bytes: int = 4 << 20) -> None:
        if not codec.is_video:
            raise ValueError("codec must be a video codec")
        self.video: Codec | None = codec
        self.audio: Codec | None = None
        self.silent = True
        self.malformed = 0
        self.unsupported: set[str] = set()
        self._codec = codec
        self._read = _read_h264 if codec is Codec.H264 else _read_h265
        self._conceals = not wait_for_key
        self._assembler = Assembler(wait_for_key=wait_for_key)
        self._limit = max_picture_bytes
        self._timestamp = -1
        self._ticks = 0
        self._parts: list[bytes] = []
        self._size = 0
        self._in_fragment = False
        self._skipping = True
        self._after_loss = True

    @property
    def damaged(self) -> int:
        """Pictures discarded because of losses."""
        return self._assembler.damaged

    @property
    def skipped(self) -> int:
        """Pictures withheld for want of a key picture."""
        return self._assembler.skipped

    def feed(
        self, payload: bytes, timestamp: int, marker: bool, lost_before: bool = False
    ) -> list[AccessUnit]:
        """Take the payload of one packet, in order; never raises on any bytes."""
        units: list[AccessUnit] = []
        if lost_before:
            self._lose(units)
        if timestamp != self._timestamp:
            self._finish(units)
            self._ticks += _signed(timestamp - self._timestamp) if self._timestamp >= 0 else 0
            self._timestamp = timestamp
            self._skipping = self._after_loss and not self._may_begin(payload)
            self._after_loss = self._skipping
        if self._skipping:
            return units
        parts = self._read(payload, self._in_fragment)
        if parts is None:
            self.malformed += 1
            self._discard()
            return units
        pieces, self._in_fragment = parts
        self._parts += pieces
        self._size += len(payload)
        if marker and not self._in_fragment:
            self._finish(units)
        elif self._size > self._limit:
            self.malformed += 1
            self._discard()
        return units

    def flush(self) -> list[AccessUnit]:
        """End of stream: nothing, for what no marker ended nobody knows to be whole."""
        return []

    def _finish(self, units: list[AccessUnit]) -> None:
        if self._in_fragment:
            self._discard()
        self._hand_out(units, torn=False)

    def _hand_out(self, units: list[AccessUnit], *, torn: bool) -> None:
        if not self._parts:
            return
        stream = b"".join(self._parts)
        self._parts.clear()
        self._size = 0
        units += self._assembler.video(self._codec, stream, self._ticks, None, torn)

    def _lose(self, units: list[AccessUnit]) -> None:
        if self._conceals:
            self._hand_out(units, torn=True)
        self._discard()

    def _discard(self) -> None:
        if self._parts:
            self._assembler.damage()
        else:
            self._assembler.lose()
        self._parts.clear()
        self._size = 0
        self._in_fragment = False
        self._skipping = self._after_loss = True

    def _may_begin(self, payload: bytes) -> bool:
        """Nothing that matters can be missing in front of ``payload``: parameter sets that only a lost packet held
        would leave a key picture with old ones.
        """
        if self._codec is Codec.H264:
            kind = payload[0] & 0x1F if payload else 0
            if kind == _H264_STAP_A and len(payload) > 3:
                kind = payload[3] & 0x1F
            elif kind == _H264_FU_A and len(payload) > 1:
                kind = payload[1] & 0x1F
            return kind in (h264.SLICE, h264.SPS, h264.ACCESS_UNIT_DELIMITER)
        kind = payload[0] >> 1 & 0x3F if payload else h265.PREFIX_SEI
        if kind == _H265_AGGREGATION and len(payload) > 4:
            kind = payload[4] >> 1 & 0x3F
        elif kind == _H265_FRAGMENT and len(payload) > 2:
            kind = payload[2] & 0x3F
        return kind < h265.FIRST_IRAP or kind in (h265.VPS, h265.ACCESS_UNIT_DELIMITER)


_Parts = tuple[list[bytes], bool]
"""What one payload adds to the Annex B stream, and whether it leaves a fragmented NAL unit open."""


def _read_h264(payload: bytes, in_fragment: bool) -> _Parts | None:
    """``None``: malformed."""
    if len(payload) < 2:
        return None
    kind = payload[0] & 0x1F
    if kind == _H264_FU_A:
        header = bytes((payload[0] & 0xE0 | payload[1] & 0x1F,))  # RFC 6184 5.8
        return _read_fragment(payload, 2, payload[1], header, in_fragment)
    if in_fragment:
        return None
    if kind == _H264_STAP_A:
        return _read_aggregate(payload, 1)
    return ([START_CODE, payload], False) if kind < _H264_STAP_A else None  # RFC 6184 5.6


def _read_h265(payload: bytes, in_fragment: bool) -> _Parts | None:
    if len(payload) < 3:
        return None
    kind = payload[0] >> 1 & 0x3F
    if kind == _H265_FRAGMENT:
        header = bytes((payload[0] & 0x81 | (payload[2] & 0x3F) << 1, payload[1]))  # RFC 7798 4.4.3
        return _read_fragment(payload, 3, payload[2], header, in_fragment)
    if in_fragment:
        return None
    if kind == _H265_AGGREGATION:
        return _read_aggregate(payload, 2)
    return ([START_CODE, payload], False) if kind < _H265_AGGREGATION else None  # RFC 7798 4.4.1


def _read_fragment(payload: bytes, start: int, flags: int, header: bytes, in_fragment: bool) -> _Parts | None:
    """RFC 6184 5.8, RFC 7798 4.4.3: start bit 0x80, end bit 0x40."""
    begins = bool(flags & 0x80)
    if begins == in_fragment:
        return None
    opening = [START_CODE, header] if begins else []
    return [*opening, payload[start:]], not flags & 0x40


def _read_aggregate(payload: bytes, at: int) -> _Parts | None:
    """RFC 6184 5.7.1, RFC 7798 4.4.2: each NAL unit behind its length of 2 bytes."""
    parts: list[bytes] = []
    while at + 2 < len(payload):
        length = payload[at] << 8 | payload[at + 1]
        at += 2
        if not length or at + length > len(payload):
            return None
        parts += (START_CODE, payload[at : at + length])
        at += length
    return (parts, False) if parts else None


def _signed(difference: int) -> int:
    """The shorter way round the 32-bit clock."""
    difference &= 0xFFFFFFFF
    return difference - (1 << 32) if difference & 0x80000000 else difference
