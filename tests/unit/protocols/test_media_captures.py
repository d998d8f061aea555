"""Captured streams, each named by its fault: what of them becomes pictures."""

from pathlib import Path

import pytest

from pinegate.protocols.media import nal, rtp
from pinegate.protocols.media.frames import AccessUnit, Codec, MalformedMedia
from pinegate.protocols.media.mpeg_ps import PsDemuxer
from pinegate.protocols.media.payloads import depacketizer_for

CAPTURES = Path(__file__).parents[2] / "captures"


def packets_of(name: str) -> list[rtp.RtpPacket]:
    splitter, receiver = rtp.Rfc4571Splitter(), rtp.Receiver()
    datagrams = splitter.feed((CAPTURES / name).read_bytes())
    return [packet for datagram in datagrams for packet in receiver.receive(datagram)] + receiver.flush()


def pictures_of(name: str) -> tuple[list[AccessUnit], PsDemuxer]:
    demuxer = PsDemuxer()
    units = [
        unit
        for packet in packets_of(name)
        for unit in demuxer.feed(packet.payload, packet.timestamp, packet.marker, packet.lost_before)
    ]
    return units + demuxer.flush(), demuxer


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_an_undisturbed_stream_becomes_its_eight_pictures(codec: Codec) -> None:
    pictures, demuxer = pictures_of(f"ps_undisturbed_{codec}.rtp")
    assert [picture.dts for picture in pictures] == [number * 3600 for number in range(8)]
    assert [picture.key for picture in pictures] == [True, False, False, False] * 2
    assert {picture.codec for picture in pictures} == {codec}
    assert (demuxer.damaged, demuxer.skipped, demuxer.malformed) == (0, 0, 0)


@pytest.mark.parametrize(
    "name",
    [
        "ps_without_map_h264.rtp",
        "ps_with_pes_length_zero.rtp",
        "ps_with_pes_length_too_short.rtp",
        "ps_with_map_length_too_short.rtp",
        "ps_with_map_length_too_long.rtp",
        "rtp_with_padding_extension_and_csrc.rtp",
        "rtp_with_packets_swapped_and_doubled.rtp",
        "tcp_with_ehome_prefix.tcp",
    ],
)
def test_what_devices_do_wrong_costs_no_picture(name: str) -> None:
    assert pictures_of(name)[0] == pictures_of("ps_undisturbed_h264.rtp")[0]


def test_h265_is_known_without_a_map() -> None:
    assert pictures_of("ps_without_map_h265.rtp")[0] == pictures_of("ps_undisturbed_h265.rtp")[0]


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
def test_a_key_picture_and_the_next_with_one_pts_stay_two_pictures(codec: Codec) -> None:
    pictures, demuxer = pictures_of(f"ps_with_two_pictures_of_one_pts_{codec}.rtp")
    expected, _ = pictures_of(f"ps_undisturbed_{codec}.rtp")
    assert [(unit.key, unit.payload) for unit in pictures] == [(unit.key, unit.payload) for unit in expected]
    assert [unit.dts for unit in pictures] == sorted({unit.dts for unit in pictures})
    assert (demuxer.damaged, demuxer.skipped, demuxer.malformed) == (0, 0, 0)


def test_elements_that_promise_too_much_end_at_the_next_pack() -> None:
    pictures, _ = pictures_of("ps_with_pes_length_too_long.rtp")
    assert pictures == pictures_of("ps_undisturbed_h264.rtp")[0][:-1]


def test_three_byte_start_codes_are_read() -> None:
    pictures, _ = pictures_of("ps_with_three_byte_start_codes.rtp")
    expected, _ = pictures_of("ps_undisturbed_h264.rtp")
    assert [nal.split(picture.payload) for picture in pictures] == [
        nal.split(unit.payload) for unit in expected
    ]
    assert [picture.key for picture in pictures] == [unit.key for unit in expected]


def test_who_joins_within_a_picture_sees_from_the_next_key_picture_on() -> None:
    pictures, demuxer = pictures_of("rtp_joined_within_a_picture.rtp")
    expected, _ = pictures_of("ps_undisturbed_h264.rtp")
    assert [picture.payload for picture in pictures] == [unit.payload for unit in expected[4:]]
    assert demuxer.skipped == 3


@pytest.mark.parametrize("name", ["rtp_with_one_packet_lost.rtp", "tcp_with_corrupt_length.tcp"])
def test_after_a_loss_only_whole_pictures_that_refer_to_nothing_lost_are_seen(name: str) -> None:
    pictures, demuxer = pictures_of(name)
    whole = [unit.payload for unit in pictures_of("ps_undisturbed_h264.rtp")[0]]
    numbers = [whole.index(picture.payload) for picture in pictures]
    assert demuxer.damaged >= 1
    assert len(numbers) < 8
    assert all(number == 0 or number % 4 == 0 or number - 1 in numbers for number in numbers)


def test_pictures_cut_across_elements_as_ffmpeg_muxes_them_are_refused_rather_than_shown_damaged() -> None:
    pictures, demuxer = pictures_of("ps_with_pictures_cut_across_elements.rtp")
    assert pictures == []
    assert demuxer.unsupported == {"pictures that do not begin with their PES packet"}


def test_a_transport_stream_is_refused_with_a_reason() -> None:
    first = packets_of("mpeg_ts_on_payload_type_33.rtp")[0]
    assert depacketizer_for(first.payload_type, first.payload) == MalformedMedia(
        "MPEG-TS is not supported: set the device to PS"
    )
    assert depacketizer_for(96, first.payload) == depacketizer_for(33, first.payload)
