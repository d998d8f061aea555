from fractions import Fraction
from functools import cache
from itertools import pairwise

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.factories import encoded_media as media

from pinegate.protocols.media import nal
from pinegate.protocols.media.access_units import Assembler
from pinegate.protocols.media.frames import AccessUnit, Codec


@cache
def streams(options: str) -> list[bytes]:
    """Thirty pictures of x264 as Annex B."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = 128, 96, "yuv420p"
    encoder.time_base, encoder.gop_size = Fraction(1, 25), 10
    encoder.options = {"preset": "veryfast", "tune": "zerolatency", "x264-params": f"scenecut=0:{options}"}
    packets = []
    for index in range(30):
        frame = av.VideoFrame(128, 96, "yuv420p")
        for plane in frame.planes:
            plane.update(bytes((at ^ index * 3) & 0xFF for at in range(plane.buffer_size)))
        packets += encoder.encode(frame)
    return [bytes(packet) for packet in packets + encoder.encode(None)]


def assembled(pictures: list[bytes]) -> list[AccessUnit | None]:
    assembler = Assembler(wait_for_key=True)
    return [only(assembler.video(Codec.H264, stream, n * 3600, None)) for n, stream in enumerate(pictures)]


def only(units: list[AccessUnit]) -> AccessUnit | None:
    """The one unit of one picture, if it was not withheld."""
    assert len(units) <= 1
    return units[0] if units else None


@pytest.mark.parametrize(
    "options", ["slices=4", "aud=1", "slices=3:aud=1", "nal-hrd=cbr:vbv-maxrate=500:vbv-bufsize=500"]
)
def test_slices_delimiters_and_sei_do_not_hide_the_key_pictures(options: str) -> None:
    units = assembled(streams(options))
    assert all(units)
    assert [index for index, unit in enumerate(units) if unit and unit.key] == [0, 10, 20]


@given(
    st.sampled_from(["slices=1", "slices=4", "aud=1", "slices=3:aud=1"]),
    st.sets(st.integers(1, 29)),
)
def test_pictures_with_one_time_stamp_are_told_apart(options: str, cuts: set[int]) -> None:
    pictures = streams(options)
    assembler = Assembler(wait_for_key=True)
    units = [
        unit
        for begin, end in pairwise([0, *sorted(cuts), len(pictures)])
        for unit in assembler.video(Codec.H264, b"".join(pictures[begin:end]), begin * 3600, None)
    ]
    assert [unit.payload for unit in units] == pictures
    assert [index for index, unit in enumerate(units) if unit.key] == [0, 10, 20]
    assert all(earlier.dts < later.dts for earlier, later in pairwise(units))
    assert assembler.damaged == 0


def test_pictures_of_h265_with_one_time_stamp_are_told_apart() -> None:
    pictures = [unit.payload for unit in media.h265_units()[:10]]
    units = Assembler(wait_for_key=True).video(Codec.H265, b"".join(pictures), 0, None)
    assert [unit.payload for unit in units] == pictures


def test_what_stands_behind_the_slices_stays_with_its_picture() -> None:
    first, second = streams("slices=1")[:2]
    behind = nal.join([b"\x06\x05\x01\x00\x80", b"\x0c\xff\x80"])
    units = Assembler(wait_for_key=True).video(Codec.H264, first + behind, 0, None)
    assert [unit.payload for unit in units] == [first + behind]
    # SEI leads the picture whose first slice comes behind it; filler data stays where it is.
    leading, filler = nal.join([b"\x06\x05\x01\x00\x80"]), nal.join([b"\x0c\xff\x80"])
    units = Assembler(wait_for_key=True).video(Codec.H264, first + filler + leading + second, 0, None)
    assert [unit.payload for unit in units] == [first + filler, leading + second]


def test_more_nal_units_than_a_picture_has_are_damage() -> None:
    assembler = Assembler(wait_for_key=True)
    first = streams("slices=1")[0]
    assert assembler.video(Codec.H264, first + nal.join([b"\x0c\x80"] * 1024), 0, None) == []
    assert assembler.damaged == 1


def test_i_pictures_behind_parameter_sets_are_keys_where_no_second_idr_comes() -> None:
    pictures = streams("open-gop=1:bframes=0:keyint=10:min-keyint=1")
    keys = [index for index, unit in enumerate(assembled(pictures)) if unit and unit.key]
    assert keys == [0, 10, 20]


def test_a_picture_without_its_first_slice_is_damage() -> None:
    pictures = streams("slices=4")
    parts = nal.split(pictures[5])
    assembler = Assembler(wait_for_key=True)
    assert assembler.video(Codec.H264, pictures[0], 0, None)
    assert not assembler.video(Codec.H264, nal.join(parts[1:]), 3600, None)
    assert assembler.damaged == 1
    assert not assembler.video(Codec.H264, pictures[6], 7200, None)
    assert assembler.video(Codec.H264, pictures[10], 10_800, None)


def test_another_codec_starts_afresh_with_its_first_key_picture() -> None:
    assembler = Assembler(wait_for_key=True)
    assert assembler.video(Codec.H264, media.h264_units()[0].payload, 0, None)
    assert not assembler.video(Codec.H265, media.h265_units()[1].payload, 3600, None)
    unit = only(assembler.video(Codec.H265, media.h265_units()[0].payload, 7200, None))
    assert unit is not None
    assert (unit.codec, unit.key) == (Codec.H265, True)


def test_a_key_picture_whose_parameter_sets_never_came_is_withheld() -> None:
    stream = media.h264_units()[0].payload
    bare = stream[stream.index(b"\x00\x00\x01\x65") :]
    assembler = Assembler(wait_for_key=True)
    assert not assembler.video(Codec.H264, bare, 0, None)
    assert assembler.skipped == 1


def test_endless_parameter_sets_do_not_pile_up() -> None:
    assembler = Assembler(wait_for_key=True)
    for index in range(300):
        assert not assembler.video(Codec.H264, nal.join([b"\x67" + b"\x11" * 1000]), index, None)
    unit = only(assembler.video(Codec.H264, media.h264_units()[0].payload, 400, None))
    assert unit is not None
    assert len(unit.payload) < 65_536 + len(media.h264_units()[0].payload) + 1100


def test_a_torn_picture_is_kept_when_there_is_enough_for_a_decoder() -> None:
    first, second, *_ = streams("slices=1")
    assembler = Assembler(wait_for_key=False)
    assert only(assembler.video(Codec.H264, first, 0, None))
    kept = only(assembler.video(Codec.H264, second[:100], 3600, None, torn=True))
    assert kept is not None and kept.torn and kept.payload == second[:100]
    assert only(assembler.video(Codec.H264, second[:50], 7200, None, torn=True)) is None
    assert assembler.damaged == 1


def test_parameter_sets_that_are_cut_short_are_never_believed() -> None:
    first, *_ = streams("slices=1")
    assembler = Assembler(wait_for_key=False)
    for length in range(5, 60):
        assert only(assembler.video(Codec.H264, first[:length], 0, None, torn=True)) is None
    assert only(assembler.video(Codec.H264, first, 3600, None)) == AccessUnit(Codec.H264, 0, 0, True, first)
