"""The packet (RFC 3550 5.1)."""

import struct
from typing import Final, NamedTuple

from pinegate.protocols.media.frames import MalformedMedia

HEADER_LENGTH: Final = 12  # RFC 3550 5.1
_HEADER: Final = struct.Struct("!BBHII")
_LENGTH: Final = struct.Struct("!H")


class RtpPacket(NamedTuple):
    """One RTP packet without padding, CSRC list and header extension (RFC 3550 5.1).

    ``timestamp`` is the raw 32-bit value. ``lost_before``: packets are missing right before this one (set
    only by :class:`Receiver`).
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    lost_before: bool = False


def parse(datagram: bytes) -> RtpPacket | MalformedMedia:
    """Read one packet; padding, CSRC and extension are removed. Never raises."""
    if len(datagram) < HEADER_LENGTH:
        return MalformedMedia("shorter than an RTP header")
    first, second, sequence, timestamp, ssrc = _HEADER.unpack_from(datagram)
    if first == 0x80:
        return RtpPacket(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, datagram[HEADER_LENGTH:])
    if first >> 6 != 2:
        return MalformedMedia("not RTP version 2")
    start = HEADER_LENGTH + 4 * (first & 0x0F)
    end = len(datagram)
    if first & 0x10:  # RFC 3550 5.3.1: the length counts words behind its own
        if end < start + 4:
            return MalformedMedia("header extension cut short")
        start += 4 + 4 * _LENGTH.unpack_from(datagram, start + 2)[0]
    if first & 0x20:  # RFC 3550 5.1: the last byte counts the padding, itself included
        padding = datagram[-1]
        if padding == 0:
            return MalformedMedia("padding of length 0")
        end -= padding
    if start > end:
        return MalformedMedia("header or padding longer than the packet")
    return RtpPacket(second & 0x7F, second >= 0x80, sequence, timestamp, ssrc, datagram[start:end])


class Packetizer:
    """Cuts what one picture or audio frame became into packets of one timestamp; the marker ends it.

    ``mtu``: greatest length of an RTP packet including its 12-byte header. ``sequence``: the first number.
    """

    def __init__(self, ssrc: int, payload_type: int = 96, mtu: int = 1400, sequence: int = 0) -> None:
        if not (0 <= ssrc < 1 << 32 and 0 <= payload_type < 128 and mtu > HEADER_LENGTH):
            raise ValueError(
                "an SSRC has 32 bits, a payload type 7, and the MTU must hold more than a header"
            )
        self._ssrc = ssrc
        self._payload_type = payload_type
        self._room = mtu - HEADER_LENGTH
        self._sequence = sequence & 0xFFFF

    def packetize(self, data: bytes, timestamp: int) -> list[bytes]:
        """``timestamp``: 90 kHz ticks, any size; its low 32 bits are sent."""
        timestamp &= 0xFFFFFFFF
        packets: list[bytes] = []
        for start in range(0, len(data), self._room):
            end = start + self._room
            second = self._payload_type | (0x80 if end >= len(data) else 0)
            header = _HEADER.pack(0x80, second, self._sequence, timestamp, self._ssrc)
            packets.append(header + data[start:end])
            self._sequence = (self._sequence + 1) & 0xFFFF
        return packets
