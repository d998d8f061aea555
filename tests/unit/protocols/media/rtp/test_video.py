from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.factories import encoded_media as media

from pinegate.protocols.media import nal, rtp
from pinegate.protocols.media.frames import AccessUnit, Codec

Payload = tuple[bytes, int, bool]


def payloads(units: tuple[AccessUnit, ...], room: int) -> list[Payload]:
    """RFC 6184 or RFC 7798 payloads: parameter sets aggregated, what is longer than ``room`` in fragments."""
    sent: list[Payload] = []
    for unit in units:
        nals = nal.split(unit.payload)
        aggregated = 2 if len(nals) > 2 else 0
        pieces = [_aggregate(unit.codec, nals[:2])] if aggregated else []
        pieces += [piece for part in nals[aggregated:] for piece in _fragments(unit.codec, part, room)]
        sent += [(piece, unit.dts, number == len(pieces)) for number, piece in enumerate(pieces, 1)]
    return sent


def _aggregate(codec: Codec, nals: list[bytes]) -> bytes:
    header = b"\x18" if codec is Codec.H264 else b"\x60\x01"
    return header + b"".join(len(part).to_bytes(2, "big") + part for part in nals)


def _fragments(codec: Codec, unit: bytes, room: int) -> list[bytes]:
    if len(unit) <= room:
        return [unit]
    skip = 1 if codec is Codec.H264 else 2
    body = [unit[at : at + room] for at in range(skip, len(unit), room)]
    kind = unit[0] & 0x1F if codec is Codec.H264 else unit[0] >> 1 & 0x3F
    head = (
        bytes((unit[0] & 0xE0 | 28,)) if codec is Codec.H264 else bytes((unit[0] & 0x81 | 49 << 1, unit[1]))
    )
    last = len(body) - 1
    return [
        head + bytes((kind | (index == 0) << 7 | (index == last) << 6,)) + piece
        for index, piece in enumerate(body)
    ]


def depacketize(sent: list[Payload], codec: Codec, lost: int = -1) -> list[AccessUnit]:
    depacketizer = rtp.NalDepacketizer(codec)
    return [
        unit
        for index, (payload, timestamp, marker) in enumerate(sent)
        if index != lost
        for unit in depacketizer.feed(payload, timestamp & 0xFFFFFFFF, marker, index == lost + 1 > 0)
    ]


def normalized(units: tuple[AccessUnit, ...]) -> list[AccessUnit]:
    return [replace(unit, pts=unit.dts, payload=nal.join(nal.split(unit.payload))) for unit in units]


@pytest.mark.parametrize("codec", [Codec.H264, Codec.H265])
@given(room=st.integers(50, 2000), data=st.data())
@settings(max_examples=15)
def test_pictures_come_back_and_a_loss_costs_pictures_up_to_the_next_key(
    codec: Codec, room: int, data: st.DataObject
) -> None:
    units = media.h264_units() if codec is Codec.H264 else media.h265_units()
    sent, expected = payloads(units, room), normalized(units)
    assert (depacketize(sent, codec) == expected) is True
    lost = data.draw(st.integers(1, len(sent) - 1))
    received = [unit.payload for unit in depacketize(sent, codec, lost)]
    originals = [unit.payload for unit in expected]
    hit = next(index for index, unit in enumerate(units) if unit.dts == sent[lost][1])
    resumed = next((index for index in range(hit + 1, len(units)) if units[index].key), len(units))
    acceptable = (originals[:hit] + originals[resumed:], originals[: hit + 1] + originals[resumed:])
    assert received == acceptable[len(received) - len(acceptable[0])]


@given(st.sampled_from([Codec.H264, Codec.H265]), st.lists(st.tuples(st.binary(max_size=60), st.booleans())))
def test_random_payloads_never_raise(codec: Codec, sent: list[tuple[bytes, bool]]) -> None:
    depacketizer = rtp.NalDepacketizer(codec, max_picture_bytes=1000)
    for index, (payload, marker) in enumerate(sent):
        depacketizer.feed(payload, index // 3, marker, index % 7 == 6)
    depacketizer.flush()


def test_audio_is_not_for_this_depacketizer() -> None:
    with pytest.raises(ValueError, match="video"):
        rtp.NalDepacketizer(Codec.AAC)
