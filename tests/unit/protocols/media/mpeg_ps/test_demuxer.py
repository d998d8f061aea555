"""PsMuxer → RTP → Receiver → PsDemuxer, undisturbed and disturbed."""

import itertools
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import encoded_media as media

from pinegate.protocols.media import rtp
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.mpeg_ps import PsDemuxer, PsMuxer

SOUND = bytes(range(160))


def g711_units(count: int = 60, codec: Codec = Codec.G711A) -> tuple[AccessUnit, ...]:
    return tuple(AccessUnit(codec, n * 1800, n * 1800, False, SOUND) for n in range(count))


def datagrams(
    units: list[AccessUnit], audio: Codec | None = None, mtu: int = 1400, base: int = 0
) -> list[bytes]:
    muxer, packetizer = (
        PsMuxer(next(u.codec for u in units if u.codec.is_video), audio),
        rtp.Packetizer(1, mtu=mtu),
    )
    shifted = [replace(unit, pts=unit.pts + base, dts=unit.dts + base) for unit in units]
    return [packet for unit in shifted for packet in packetizer.packetize(muxer.mux(unit), unit.dts)]


def demux(packets: list[bytes], demuxer: PsDemuxer) -> list[AccessUnit]:
    receiver = rtp.Receiver()
    ordered = [packet for datagram in packets for packet in receiver.receive(datagram)] + receiver.flush()
    units = [
        unit
        for packet in ordered
        for unit in demuxer.feed(packet.payload, packet.timestamp, packet.marker, packet.lost_before)
    ]
    return units + demuxer.flush()


def tracks(units: list[AccessUnit]) -> tuple[list[AccessUnit], list[AccessUnit]]:
    return [u for u in units if u.codec.is_video], [u for u in units if not u.codec.is_video]


STREAMS = {
    "h264": (media.h264_units, None),
    "h264 with B-frames": (lambda: media.h264_units(b_frames=True), None),
    "h265": (media.h265_units, None),
    "h264 and aac": (media.h264_units, media.aac_units),
    "h264 and g711a": (media.h264_units, g711_units),
    "h265 and g711u": (media.h265_units, lambda: g711_units(codec=Codec.G711U)),
}


@pytest.mark.parametrize("name", STREAMS)
@pytest.mark.parametrize("base", [0, 123_456, (1 << 33) - 40_000], ids=["zero", "some", "before the wrap"])
def test_what_was_muxed_comes_back(name: str, base: int) -> None:
    video, audio = STREAMS[name]
    sent = media.interleaved(video(), audio() if audio else ())
    codec = audio()[0].codec if audio else None
    demuxer = PsDemuxer()
    received = tracks(demux(datagrams(sent, codec, base=base), demuxer))
    assert received == tracks(sent)
    assert (demuxer.damaged, demuxer.skipped, demuxer.malformed) == (0, 0, 0)
    assert (demuxer.video, demuxer.audio) == (sent[0].codec, codec)


@given(st.integers(20, 3000))
@settings(max_examples=20)
def test_packets_may_be_cut_anywhere(mtu: int) -> None:
    sent = media.interleaved(media.h264_units(), media.aac_units())
    assert tracks(demux(datagrams(sent, Codec.AAC, mtu), PsDemuxer())) == tracks(sent)


def test_a_picture_above_64_kilobytes_comes_back_whole() -> None:
    key = media.h264_units()[0]
    large = replace(key, payload=key.payload + bytes((1,)) * 300_000)
    assert demux(datagrams([large]), PsDemuxer()) == [large]


@given(st.integers(0, 1 << 32), st.integers(1, 15))
@settings(max_examples=30)
def test_losses_never_let_a_damaged_picture_through(seed: int, percent: int) -> None:
    random = Random(seed)
    sent = media.interleaved(media.h264_units(b_frames=True), g711_units())
    packets = [packet for packet in datagrams(sent, Codec.G711A, 300) if random.random() * 100 >= percent]
    demuxer = PsDemuxer()
    pictures, sounds = tracks(demux(packets, demuxer))
    originals, _ = tracks(sent)
    position = {unit.payload: index for index, unit in enumerate(originals)}
    indices = [position[picture.payload] for picture in pictures]
    assert indices == sorted(set(indices))
    for before, index in zip([-1, *indices], indices, strict=False):
        assert index == before + 1 or originals[index].key
    assert all(sound.payload == SOUND for sound in sounds)


def test_without_waiting_for_a_key_picture_the_damaged_one_is_torn_and_the_others_follow() -> None:
    sent = list(media.h264_units())
    packets = datagrams(sent, mtu=500)
    timestamps = [packet[4:8] for packet in packets]
    hit = timestamps.index((5 * media.PICTURE_TICKS).to_bytes(4, "big"))
    lossy = packets[: hit + 1] + packets[hit + 2 :]
    patient, hasty = PsDemuxer(), PsDemuxer(wait_for_key=False)
    received = demux(lossy, hasty)
    torn = received[5]
    assert torn.torn and sent[5].payload.startswith(torn.payload)
    assert received == [*sent[:5], torn, *sent[6:]]
    assert demux(lossy, patient) == sent[:5] + sent[12:]
    assert (patient.damaged, patient.skipped) == (1, 6)


@given(st.integers(0, 1 << 32), st.integers(1, 15))
@settings(max_examples=30)
def test_what_is_handed_out_to_be_concealed_is_whole_or_a_torn_beginning(seed: int, percent: int) -> None:
    random = Random(seed)
    sent = list(media.h264_units(b_frames=True))
    packets = [packet for packet in datagrams(sent, mtu=300) if random.random() * 100 >= percent]
    lost = len(datagrams(sent, mtu=300)) - len(packets)
    received = demux(packets, PsDemuxer(wait_for_key=False))
    whole = {unit.payload for unit in sent}
    for unit in received:
        if unit.torn:
            assert any(payload.startswith(unit.payload) for payload in whole)
        else:
            assert unit.payload in whole
    begun = next((n for n, unit in enumerate(sent) if received and unit.pts == received[0].pts), len(sent))
    if not lost:
        assert begun == 0 and len(received) == len(sent)
    missing = len(sent) - len([unit for unit in received if not unit.torn])
    assert missing <= 12 + 2 * lost


@given(st.integers(0, 1 << 32))
@settings(max_examples=15)
def test_reordered_and_doubled_packets_change_nothing(seed: int) -> None:
    random = Random(seed)
    sent = list(media.h264_units())
    packets = datagrams(sent, mtu=400)
    keyed = [(index + (random.random() * 8 if index else -1), packet) for index, packet in enumerate(packets)]
    keyed += random.sample(keyed[1:], 10)
    mixed = [packet for _, packet in sorted(keyed, key=lambda pair: pair[0])]
    assert demux(mixed, PsDemuxer()) == sent


def test_the_marker_ends_a_picture_at_once_when_it_proved_right() -> None:
    sent = list(media.h264_units())
    packets = datagrams(sent, mtu=300)
    receiver, demuxer = rtp.Receiver(), PsDemuxer()
    at_marker = 0
    for datagram in packets:
        for packet in receiver.receive(datagram):
            units = demuxer.feed(packet.payload, packet.timestamp, packet.marker)
            at_marker += len(units) if packet.marker else 0
    assert at_marker >= len(sent) - 6


def marked(packet: bytes, marker: bool) -> bytes:
    return packet[:1] + bytes((packet[1] & 0x7F | marker << 7,)) + packet[2:]


@pytest.mark.parametrize("marker", [True, False], ids=["on every packet", "never"])
def test_a_senseless_marker_does_no_harm(marker: bool) -> None:
    sent = list(media.h264_units())
    closing = media.interleaved(tuple(sent), (replace(g711_units(1)[0], dts=1 << 20),))
    packets = [marked(packet, marker) for packet in datagrams(closing, Codec.G711A, 300)]
    assert tracks(demux(packets, PsDemuxer()))[0] == sent


def test_a_marker_that_turns_wrong_is_not_believed_again_and_costs_nothing_within_an_element() -> None:
    sent = list(media.h264_units())
    packets = datagrams(sent, mtu=300)
    timestamps = [int.from_bytes(packet[4:8], "big") for packet in packets]
    late = timestamps.index(20 * media.PICTURE_TICKS)
    wrong = packets[:late] + [marked(packet, True) for packet in packets[late:]]
    assert demux(wrong, PsDemuxer()) == sent


def test_a_marker_that_turns_wrong_between_two_elements_is_damage_to_that_picture_only_once() -> None:
    sent = list(media.h264_units())
    muxer, packetizer = PsMuxer(Codec.H264), rtp.Packetizer(1, mtu=300)
    packets: list[bytes] = []
    for index, unit in enumerate(sent):
        pack = muxer.mux(unit)
        if index >= 20:
            more = b"\x00\x00\x01\xe0\x00\x07\x80\x00\x00\x01\x02\x03\x04"
            packets += packetizer.packetize(pack, unit.dts) + packetizer.packetize(more, unit.dts)
        else:
            packets += packetizer.packetize(pack, unit.dts)
    demuxer = PsDemuxer()
    received = demux(packets, demuxer)
    assert received[:20] == sent[:20]
    assert demuxer.damaged == 2
    assert [unit.payload[:-4] for unit in received[-14:]] == [unit.payload for unit in sent[36:]]


def test_nothing_is_shown_before_the_first_key_picture() -> None:
    sent = list(media.h264_units())
    demuxer = PsDemuxer()
    pictures = demux(datagrams(sent[3:]), demuxer)
    assert [picture.payload for picture in pictures] == [unit.payload for unit in sent[12:]]
    assert demuxer.skipped == 9


def test_a_key_picture_without_parameter_sets_gets_the_last_ones() -> None:
    sent = list(media.h264_units())
    bare = replace(sent[12], payload=sent[12].payload[sent[12].payload.index(b"\x00\x00\x01\x65") :])
    pictures = demux(datagrams([*sent[:12], bare, *sent[13:]]), PsDemuxer())
    assert pictures[12].key
    assert b"\x00\x00\x01\x67" in pictures[12].payload
    assert b"\x00\x00\x01\x68" in pictures[12].payload
    assert pictures[12].payload.endswith(bare.payload)


def test_parameter_sets_sent_on_their_own_belong_to_the_next_picture() -> None:
    sent = list(media.h264_units())
    split = sent[12].payload.index(b"\x00\x00\x01\x65")
    alone = replace(sent[12], payload=sent[12].payload[:split], dts=sent[12].dts - 10, pts=sent[12].pts - 10)
    bare = replace(sent[12], payload=sent[12].payload[split:])
    assert demux(datagrams([*sent[:12], alone, bare, *sent[13:]]), PsDemuxer()) == sent


def test_audio_frames_may_be_cut_across_elements_and_come_several_in_one() -> None:
    muxer = PsMuxer(None, Codec.AAC)
    sent = media.aac_units()
    packs = [muxer.mux(unit) for unit in sent]
    header = len(packs[0]) - len(sent[0].payload) - 7
    stream = b"".join(pack[header:] for pack in packs)
    pieces = [stream[at : at + 700] for at in range(0, len(stream), 700)]
    demuxer, received = PsDemuxer(), []
    for index, piece in enumerate(pieces):
        prefix = muxer.mux(replace(sent[0], dts=index * 9000, pts=index * 9000))[: header - 9 - 5]
        element = b"\x00\x00\x01\xc0" + (len(piece) + 3).to_bytes(2, "big") + b"\x80\x00\x00" + piece
        received += demuxer.feed(prefix + element, index * 9000, True)
    received += demuxer.flush()
    assert [unit.payload for unit in received] == [unit.payload for unit in sent]
    assert all(later.dts > earlier.dts for earlier, later in itertools.pairwise(received))


def test_audio_that_stands_at_0_is_dragged_along_with_the_video() -> None:
    sent = media.interleaved(
        media.h264_units(200), tuple(replace(u, pts=0, dts=u.dts) for u in g711_units(400))
    )
    muxer, packetizer = PsMuxer(Codec.H264, Codec.G711A), rtp.Packetizer(1)
    packets: list[bytes] = []
    for unit in sent:
        stamped = unit if unit.codec.is_video else replace(unit, pts=0, dts=0)
        packets += packetizer.packetize(muxer.mux(stamped), unit.dts)
    pictures, sounds = tracks(demux(packets, PsDemuxer()))
    assert len(sounds) == 400
    assert all(later.dts > earlier.dts for earlier, later in itertools.pairwise(sounds))
    assert abs(sounds[-1].dts - pictures[-1].dts) < 4 * 90_000


def test_an_unknown_stream_type_is_named() -> None:
    pack = bytearray(b"".join(packet[12:] for packet in datagrams(list(media.h264_units(1)))))
    pack[pack.index(b"\x1b\xe0")] = 0x80
    demuxer = PsDemuxer()
    assert demuxer.feed(bytes(pack), 0, True) + demuxer.flush() == []
    assert demuxer.unsupported == {"video stream type 0x80 (SVAC video)"}


@given(
    st.lists(st.tuples(st.binary(max_size=400), st.integers(0, 5), st.booleans(), st.booleans()), max_size=40)
)
def test_random_payloads_never_raise(packets: list[tuple[bytes, int, bool, bool]]) -> None:
    demuxer = PsDemuxer(max_picture_bytes=4000)
    for index, (payload, timestamp, marker, lost) in enumerate(packets):
        start = (
            b"\x00\x00\x01" + (b"\xba", b"\xe0", b"\xbc", b"\xc0", b"\xbb")[index % 5] if index % 3 else b""
        )
        demuxer.feed(start + payload, timestamp, marker, lost)
        assert demuxer.buffered_bytes <= 4000 + 400 + 8192
    demuxer.flush()


@given(
    st.lists(st.tuples(st.integers(0, 1 << 20), st.integers(0, 255)), min_size=1, max_size=30), st.booleans()
)
@settings(max_examples=60)
def test_flipped_bytes_never_raise(flips: list[tuple[int, int]], marker: bool) -> None:
    stream = bytearray(b"".join(packet[12:] for packet in datagrams(list(media.h264_units(10)))))
    for at, value in flips:
        stream[at % len(stream)] = value
    demuxer = PsDemuxer()
    for index, at in enumerate(range(0, len(stream), 900)):
        demuxer.feed(bytes(stream[at : at + 900]), index // 4, marker and index % 4 == 3)
    demuxer.flush()


def test_a_picture_without_end_is_given_up() -> None:
    demuxer = PsDemuxer(max_picture_bytes=100_000)
    demuxer.feed(datagrams(list(media.h264_units(1)))[0][12:], 0, False)
    for _ in range(200):
        demuxer.feed(b"\x01" * 1400, 0, False)
        assert demuxer.buffered_bytes <= 101_400
    assert demuxer.damaged >= 1


@pytest.mark.parametrize("flood", [b"\x00\x00\x01\xb9", b"\x00\x00\x01\x67", b"\x00\x00\x01\xbe\x00\x00"])
def test_a_flood_of_start_codes_is_not_even_parsed(flood: bytes) -> None:
    demuxer = PsDemuxer()
    demuxer.feed(b"\x00\x00\x01\xba" + flood * 200_000, 0, False)
    assert demuxer.feed(b"\x00\x00\x01\xba", 3600, False) == []
    assert (demuxer.malformed, demuxer.damaged) == (1, 1)
    sent = list(media.h264_units())
    packets = [packet[12:] for packet in datagrams(sent)]
    assert any(demuxer.feed(packet, 7200 + index, True) for index, packet in enumerate(packets))
