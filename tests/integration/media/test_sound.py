"""Two viewers of one camera that has sound: one may hear it. A foreign player says what each was sent."""

import asyncio

import pytest
from tests.integration.media.clips import clip
from tests.integration.media.conftest import City
from tests.integration.media.viewers import ffprobe
from tests.waiting import until

from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import PICTURE
from pinegate.protocols.media.frames import Codec
from pinegate.usecases.streams.media_engine import PlayProtocol


@pytest.mark.parametrize("sound", [Codec.AAC, Codec.G711A])
@pytest.mark.parametrize("protocol", [PlayProtocol.FLV, PlayProtocol.MP4])
async def test_ffprobe_finds_sound_for_one_and_none_for_the_other(
    city: City, protocol: PlayProtocol, sound: Codec
) -> None:
    source = clip(Codec.H264, sound)
    await city.playing(source)
    hears = asyncio.create_task(ffprobe(city.address("hears", protocol)))
    sees = asyncio.create_task(ffprobe(city.address("sees", protocol, tracks=PICTURE)))
    coded = sum(len(unit.payload) for unit in source.units if unit.codec.is_video)
    await until(lambda: all(city.control.sent.get(who, 0) > coded for who in ("hears", "sees")))
    await city.engine.close_source("camera", End(EndReason.DONE))
    heard, seen = await hears, await sees
    assert set(heard) == {"h264", "aac"} and heard["aac"] > 0
    assert set(seen) == {"h264"} and seen["h264"] > 0
