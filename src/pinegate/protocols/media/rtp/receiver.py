"""Order and loss (RFC 3550 A.1)."""

from typing import Final

from pinegate.protocols.media.frames import MalformedMedia
from pinegate.protocols.media.rtp.packet import RtpPacket, parse

_MAX_DROPOUT: Final = 3000
"""A number further ahead is a jump, not a loss (RFC 3550 A.1: MAX_DROPOUT)."""
_MAX_MISORDER: Final = 100
"""A number further behind is a jump, not a late packet (RFC 3550 A.1: MAX_MISORDER)."""
_REMEMBERED_LOSSES: Final = 256


class Receiver:
    """One SSRC's packets in order.

    ``ssrc``: ``None`` learns it from the first packet; another SSRC later is counted as ``foreign`` and
    dropped (whether that is an alarm is the caller's matter). ``window``: how many packets may wait for a
    missing one before it is given up; 0 for TCP. Numbers that jump far are a restarted sender when two
    consecutive ones agree (RFC 3550 A.1).

    Counters: ``received`` (well-formed and ours), ``lost`` (given up), ``reordered``, ``duplicates``,
    ``late`` (came after being given up, and dropped), ``foreign``, ``malformed``.
    """

    def __init__(self, ssrc: int | None = None, window: int = 16) -> None:
        self.ssrc = ssrc
        self.received = 0
        self.lost = 0
        self.reordered = 0
        self.duplicates = 0
        self.late = 0
        self.foreign = 0
        self.malformed = 0
        self._window = window
        self._expected: int | None = None
        self._waiting: dict[int, RtpPacket] = {}
        self._given_up: dict[int, None] = {}
        self._restart_at: int | None = None
        self._gap = False

    def receive(self, datagram: bytes) -> list[RtpPacket]:
        """Take one packet; answer those that are now in order. Feed each to a depacketizer.

        An empty ``datagram`` (from :class:`Rfc4571Splitter`) marks the next packet ``lost_before``.
        """
        if not datagram:
            self._gap = True
            return []
        packet = parse(datagram)
        if isinstance(packet, MalformedMedia):
            self.malformed += 1
            return []
        if packet.ssrc != self.ssrc:
            if self.ssrc is not None:
                self.foreign += 1
                return []
            self.ssrc = packet.ssrc
        self.received += 1
        if packet.sequence != self._expected or self._waiting or self._gap:
            return self._receive_unusual(packet)
        self._expected = (packet.sequence + 1) & 0xFFFF
        return [packet]

    def flush(self) -> list[RtpPacket]:
        """Give up what is missing and answer all that waits (end of stream)."""
        packets: list[RtpPacket] = []
        while self._waiting:
            self._give_up()
            self._release(packets)
        return packets

    def _receive_unusual(self, packet: RtpPacket) -> list[RtpPacket]:
        expected = self._expected
        if expected is None:
            expected = self._expected = packet.sequence
        ahead = (packet.sequence - expected) & 0xFFFF
        if ahead >= _MAX_DROPOUT:
            if ahead >= 0x10000 - _MAX_MISORDER:
                self._count_old(packet.sequence)
                return []
            return self._jump(packet)
        if packet.sequence in self._waiting:
            self.duplicates += 1
            return []
        if ahead == 0 and self._waiting:
            self.reordered += 1
        self._waiting[packet.sequence] = packet
        packets: list[RtpPacket] = []
        self._release(packets)
        while len(self._waiting) > self._window:
            self._give_up()
            self._release(packets)
        return packets

    def _release(self, packets: list[RtpPacket]) -> None:
        expected = self._expected
        if expected is None:
            return
        while (packet := self._waiting.pop(expected, None)) is not None:
            if self._gap:
                packet = packet._replace(lost_before=True)
                self._gap = False
            packets.append(packet)
            expected = (expected + 1) & 0xFFFF
        self._expected = expected

    def _give_up(self) -> None:
        expected = self._expected or 0
        distance = min((sequence - expected) & 0xFFFF for sequence in self._waiting)
        self.lost += distance
        for offset in range(max(0, distance - _REMEMBERED_LOSSES), distance):
            self._given_up[(expected + offset) & 0xFFFF] = None
        while len(self._given_up) > _REMEMBERED_LOSSES:
            del self._given_up[next(iter(self._given_up))]
        self._expected = (expected + distance) & 0xFFFF
        self._gap = True

    def _count_old(self, sequence: int) -> None:
        if sequence in self._given_up:
            del self._given_up[sequence]
            self.late += 1
        else:
            self.duplicates += 1

    def _jump(self, packet: RtpPacket) -> list[RtpPacket]:
        if packet.sequence != self._restart_at:
            self._restart_at = (packet.sequence + 1) & 0xFFFF
            return []
        packets = self.flush()
        self._restart_at = None
        self._given_up.clear()
        self._expected = (packet.sequence + 1) & 0xFFFF
        self._gap = False
        packets.append(packet._replace(lost_before=True))
        return packets
