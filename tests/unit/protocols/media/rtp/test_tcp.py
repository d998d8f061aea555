import itertools
import struct

from hypothesis import assume, given
from hypothesis import strategies as st

from pinegate.protocols.media import rtp

SSRC = 101


def packet(sequence: int, size: int = 30) -> bytes:
    return struct.pack("!BBHII", 0x80, 96, sequence, 0, SSRC) + bytes((sequence & 0xFF,)) * size


PACKETS = [packet(number, 20 + 7 * number % 90) for number in range(40)]


def split(stream: bytes, cuts: list[int], ssrc: int | None = SSRC) -> tuple[list[bytes], rtp.Rfc4571Splitter]:
    splitter = rtp.Rfc4571Splitter(ssrc)
    bounds = [0, *sorted(cut % (len(stream) + 1) for cut in cuts), len(stream)]
    packets: list[bytes] = []
    for start, end in itertools.pairwise(bounds):
        packets += splitter.feed(stream[start:end])
    return packets, splitter


def interleave(data: bytes) -> bytes:
    return b"$\x00" + rtp.frame(data)


CUTS = st.lists(st.integers(0, 1 << 16), max_size=20)


@given(CUTS)
def test_any_cuts_give_the_packets_back(cuts: list[int]) -> None:
    packets, splitter = split(b"".join(map(rtp.frame, PACKETS)), cuts)
    assert packets == PACKETS
    assert (splitter.resyncs, splitter.buffered_bytes) == (0, 0)


@given(CUTS)
def test_interleaved_packets_are_read(cuts: list[int]) -> None:
    packets, splitter = split(b"".join(map(interleave, PACKETS)), cuts, ssrc=None)
    assert packets == PACKETS
    assert splitter.resyncs == 0


@given(CUTS)
def test_the_prefix_of_ehome_devices_is_skipped(cuts: list[int]) -> None:
    stream = b"\x01\x00\x01\x00" + bytes(252) + b"".join(map(interleave, PACKETS))
    packets, splitter = split(stream, cuts)
    assert packets == PACKETS
    assert splitter.resyncs == 0


def test_another_ssrc_than_announced_is_followed() -> None:
    packets, splitter = split(b"".join(map(rtp.frame, PACKETS)), [], ssrc=7)
    assert packets == PACKETS
    assert splitter.resyncs == 0


@given(st.integers(1, 25), st.integers(0, 0xFFFF), CUTS)
def test_after_a_corrupt_length_the_stream_is_found_again_and_the_loss_is_marked(
    broken: int, length: int, cuts: list[int]
) -> None:
    frames = [rtp.frame(data) for data in PACKETS]
    size = len(PACKETS[broken])
    behind = sum(map(len, frames[broken + 1 :]))
    if length == size or length > size + behind // 2:
        length = size + 1
    ends = list(itertools.accumulate(map(len, frames[broken:])))
    assume(
        length + 2 not in ends
    )  # a corrupt length that ends where a frame ends swallows whole packets unseen
    frames[broken] = length.to_bytes(2, "big") + PACKETS[broken]
    packets, splitter = split(b"".join(frames), cuts)
    assert packets[:broken] == PACKETS[:broken]
    assert packets[-3:] == PACKETS[-3:]
    assert splitter.resyncs >= 1
    mark = packets.index(b"")
    assert broken <= mark <= broken + 1


@given(st.lists(st.binary(max_size=3000), max_size=20), st.none() | st.just(SSRC))
def test_random_bytes_never_raise_and_never_pile_up(pieces: list[bytes], ssrc: int | None) -> None:
    splitter = rtp.Rfc4571Splitter(ssrc)
    for piece in pieces:
        splitter.feed(piece)
        assert splitter.buffered_bytes <= 65_535 + 264


def test_a_flood_without_any_header_is_discarded() -> None:
    splitter = rtp.Rfc4571Splitter(SSRC)
    for _ in range(50):
        splitter.feed(bytes(10_000))
        assert splitter.buffered_bytes < 32
    assert splitter.resyncs == 1
