"""RTP over TCP (RFC 4571), with the other framings that devices send instead."""

import struct
from typing import Final

_LENGTH: Final = struct.Struct("!H")  # RFC 4571 2
_HEADER_LENGTH: Final = 12  # RFC 3550 5.1
_SSRC_OFFSET: Final = 8  # RFC 3550 5.1
_EHOME_PREFIX: Final = 256
_INTERLEAVE_PREFIX: Final = 4  # RFC 2326 10.12: "$", channel, length
_LOST: Final = b""


def frame(packet: bytes) -> bytes:
    """The packet with its two-byte length in front (RFC 4571 2)."""
    return _LENGTH.pack(len(packet)) + packet


class Rfc4571Splitter:
    """Cuts a TCP byte stream into RTP packets.

    Also takes the ``$`` interleave of RFC 2326 10.12 and skips the 256-byte prefix of ehome
    devices. A length that leads to no RTP header is corrupt: the splitter searches for the next header by
    its SSRC and hands out an empty ``bytes`` in between, which :meth:`rtp.Receiver.receive` takes as
    "something is missing here". Memory: never more than one frame (65,539 bytes) plus the ehome prefix and
    what one ``feed`` brings.

    ``ssrc``: what the SDP announced, which is only a first guess: devices that choose another are followed.
    ``resyncs`` counts corruptions, ``discarded_bytes`` what was skipped.
    """

    def __init__(self, ssrc: int | None = None) -> None:
        self.resyncs = 0
        self.discarded_bytes = 0
        self._ssrc = b"" if ssrc is None else ssrc.to_bytes(4, "big")
        self._followed = False
        self._buffer = b""
        self._searching = False

    @property
    def buffered_bytes(self) -> int:
        """What waits for the rest of its frame."""
        return len(self._buffer)

    def feed(self, data: bytes) -> list[bytes]:
        """Packets that are complete now, in order; never raises."""
        buffer = self._buffer + data if self._buffer else data
        packets: list[bytes] = []
        position = 0
        while True:
            if self._searching:
                position = self._search(buffer, position)
                if self._searching:
                    break
            start = _packet_start(buffer, position)
            if start is None or len(buffer) < start + _HEADER_LENGTH:
                break
            length = (buffer[start - 2] << 8) | buffer[start - 1]
            if not self._is_header(buffer, start, length):
                self._lose(packets)
                position += 1
                self.discarded_bytes += 1
                continue
            if len(buffer) < start + length:
                break
            packet = buffer[start : start + length]
            if start - position > _EHOME_PREFIX and packet[12:13] == b"\r":
                packet = packet[:12] + packet[13:]
            self._follow(packet)
            packets.append(packet)
            position = start + length
        self._buffer = buffer[position:]
        return packets

    def _is_header(self, buffer: bytes, start: int, length: int) -> bool:
        if length < _HEADER_LENGTH or buffer[start] >> 6 != 2:
            return False
        return not self._followed or buffer[start + _SSRC_OFFSET : start + _HEADER_LENGTH] == self._ssrc

    def _follow(self, packet: bytes) -> None:
        if not self._followed:
            self._ssrc = packet[_SSRC_OFFSET:_HEADER_LENGTH]
            self._followed = True

    def _lose(self, packets: list[bytes]) -> None:
        self.resyncs += 1
        self._searching = True
        if packets[-1:] != [_LOST]:
            packets.append(_LOST)

    def _search(self, buffer: bytes, position: int) -> int:
        """Position of the next frame, ending the search; or of the bytes that may still belong to one."""
        found = self._find_header(buffer, position)
        if found < 0:
            found = max(position, len(buffer) - _INTERLEAVE_PREFIX - _HEADER_LENGTH)
        else:
            self._searching = False
        self.discarded_bytes += found - position
        return found

    def _find_header(self, buffer: bytes, position: int) -> int:
        if not self._ssrc:
            return max(buffer.find(b"\x80", position + 2) - 2, -1)
        at = position + 2 + _SSRC_OFFSET
        while (at := buffer.find(self._ssrc, at)) >= 0:
            start = at - _SSRC_OFFSET
            if buffer[start] >> 6 == 2:
                interleaved = start - position >= _INTERLEAVE_PREFIX and buffer[start - 4] == 0x24
                return start - (_INTERLEAVE_PREFIX if interleaved else 2)
            at += 1
        return -1


def _packet_start(buffer: bytes, position: int) -> int | None:
    """Where the RTP header of the frame at ``position`` begins; ``None``: more bytes are needed to tell."""
    if len(buffer) < position + 4:
        return None
    if buffer[position] == 0x24:
        return position + _INTERLEAVE_PREFIX
    if buffer[position] == 1 and buffer[position + 1] == 0 and 1 <= buffer[position + 2] < 0x80:
        return position + _EHOME_PREFIX + _INTERLEAVE_PREFIX
    return position + 2
