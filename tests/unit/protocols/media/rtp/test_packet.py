import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.media import rtp
from pinegate.protocols.media.frames import MalformedMedia

HEADER = struct.pack("!BBHII", 0x80, 0xE0, 7, 1234, 99)


def test_a_plain_packet_is_read() -> None:
    assert rtp.parse(HEADER + b"payload") == rtp.RtpPacket(96, True, 7, 1234, 99, b"payload")


def test_padding_extension_and_csrc_are_removed() -> None:
    header = bytes((0x80 | 0x20 | 0x10 | 2,)) + HEADER[1:]
    extension = b"\xbe\xde\x00\x01" + b"EXT!"
    packet = rtp.parse(header + b"CSRCCSRC" + extension + b"payload" + b"\x00\x00\x03")
    assert isinstance(packet, rtp.RtpPacket)
    assert packet.payload == b"payload"


@pytest.mark.parametrize(
    "datagram",
    [
        HEADER[:11],
        b"\x40" + HEADER[1:],
        b"\xb0" + HEADER[1:] + b"\xbe\xde",
        b"\x90" + HEADER[1:] + b"\xbe\xde\xff\xff",
        b"\x8f" + HEADER[1:],
        b"\xa0" + HEADER[1:] + b"payload\x00",
        b"\xa0" + HEADER[1:] + b"payload\xff",
    ],
    ids=["short", "version", "extension cut", "extension long", "csrc", "padding 0", "padding long"],
)
def test_a_broken_header_is_malformed(datagram: bytes) -> None:
    assert isinstance(rtp.parse(datagram), MalformedMedia)


@given(st.binary(max_size=200))
def test_random_bytes_never_raise(datagram: bytes) -> None:
    packet = rtp.parse(datagram)
    assert isinstance(packet, MalformedMedia) or len(packet.payload) <= len(datagram) - 12


@given(st.binary(min_size=1, max_size=5000), st.integers(13, 1500), st.integers(0, 1 << 40))
def test_packets_carry_the_data_and_the_marker_only_at_the_end(data: bytes, mtu: int, timestamp: int) -> None:
    datagrams = rtp.Packetizer(5, 96, mtu, sequence=0xFFFE).packetize(data, timestamp)
    packets = [packet for datagram in datagrams if isinstance(packet := rtp.parse(datagram), rtp.RtpPacket)]
    assert b"".join(packet.payload for packet in packets) == data
    assert [packet.marker for packet in packets] == [False] * (len(packets) - 1) + [True]
    assert {packet.timestamp for packet in packets} == {timestamp & 0xFFFFFFFF}
    assert [packet.sequence for packet in packets] == [(0xFFFE + n) & 0xFFFF for n in range(len(packets))]
    assert max(map(len, datagrams)) <= mtu
