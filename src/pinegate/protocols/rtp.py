"""RTP (RFC 3550) as GB/T 28181 uses it: one SSRC a port, over UDP, or over TCP framed as in RFC 4571."""

from typing import NamedTuple

from pinegate.protocols.frames import Malformed


class RtpPacket(NamedTuple):
    """One RTP packet without padding, CSRC list and header extension (RFC 3550 section 5.1).

    ``timestamp`` is the raw 32-bit value. ``lost_before``: packets are missing right before this one (set only by
    :class:`Receiver`).
    """

    payload_type: int
    marker: bool
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes
    lost_before: bool = False


def parse(datagram: bytes) -> RtpPacket | Malformed:
    """Read one packet; padding, CSRC and extension are removed. Never raises."""
    raise NotImplementedError


class Packetizer:
    """Cuts what one picture or audio frame became into packets of one timestamp; the marker ends it.

    ``mtu``: greatest length of an RTP packet including its 12-byte header. ``sequence``: the first number.
    """

    def __init__(self, ssrc: int, payload_type: int = 96, mtu: int = 1400, sequence: int = 0) -> None:
        raise NotImplementedError

    def packetize(self, data: bytes, timestamp: int) -> list[bytes]:
        """``timestamp``: 90 kHz ticks, any size; its low 32 bits are sent."""
        raise NotImplementedError


def frame(packet: bytes) -> bytes:
    """The packet with its two-byte length in front, for TCP (RFC 4571 section 2)."""
    raise NotImplementedError


class Rfc4571Splitter:
    """Cuts a TCP byte stream into RTP packets.

    Also takes the ``$`` interleave of RFC 2326 section 10.12 and skips the 256-byte prefix of ehome devices. A
    length that leads to no RTP header is corrupt: the splitter searches for the next header by its SSRC and hands
    out an empty ``bytes`` in between, which :meth:`Receiver.receive` takes as "something is missing here".
    Memory: never more than one frame (65,539 bytes) plus the ehome prefix and what one ``feed`` brings.

    ``resyncs`` counts corruptions, ``discarded_bytes`` what was skipped.
    """

    resyncs: int
    discarded_bytes: int

    def __init__(self, ssrc: int | None = None) -> None:
        raise NotImplementedError

    def feed(self, data: bytes) -> list[bytes]:
        raise NotImplementedError


class Receiver:
    """One SSRC's packets in order.

    ``ssrc``: ``None`` learns it from the first packet; another SSRC later is counted as ``foreign`` and dropped
    (whether that is an alarm is the caller's matter: S17). ``window``: how many packets may wait for a missing
    one before it is given up; 0 for TCP. Numbers that jump far are a restarted sender when two consecutive ones
    agree (RFC 3550 appendix A.1).

    Counters: ``received`` (in and ours), ``lost`` (given up), ``reordered``, ``duplicates``, ``late`` (came after
    being given up; dropped), ``foreign``, ``malformed``.
    """

    ssrc: int | None
    received: int
    lost: int
    reordered: int
    duplicates: int
    late: int
    foreign: int
    malformed: int

    def __init__(self, ssrc: int | None = None, window: int = 16) -> None:
        raise NotImplementedError

    def receive(self, datagram: bytes) -> list[RtpPacket]:
        """Take one packet; answer those that are now in order. Feed each to a depacketizer.

        An empty ``datagram`` (from :class:`Rfc4571Splitter`) marks the next packet ``lost_before``.
        """
        raise NotImplementedError

    def flush(self) -> list[RtpPacket]:
        """Give up what is missing and answer all that waits (end of stream)."""
        raise NotImplementedError
