"""Lines that lose, reorder and delay, for a while: viewers go on seeing, and FFmpeg decodes whatever they get."""

import asyncio

import pytest
from tests.integration.media.conftest import City, city
from tests.integration.media.viewers import HttpViewer, frames_of
from tests.waiting import until

from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.streams.media_engine import PlayProtocol
from pinegate_simulator.clip_encoding import ClipRequest, ClipSettings
from pinegate_simulator.faults import Faults
from pinegate_simulator.live_playout import LivePlayout
from pinegate_simulator.media_channels import UdpChannel
from pinegate_simulator.media_stream import MediaCounters, MediaStream
from pinegate_simulator.pacing import TimetableLoop
from pinegate_simulator.ptz_head import HOME

__all__ = ["city"]

PICTURES = 500


@pytest.mark.timeout(300)
@pytest.mark.parametrize("protocol", [PlayProtocol.FLV, PlayProtocol.MP4])
@pytest.mark.parametrize(
    ("faults", "least"),
    [
        (Faults(loss=0.01), 0.9),
        (Faults(loss=0.05), 0.7),
        (Faults(loss=0.15), 0.3),
        (Faults(loss=0.01, reorder=0.05, delay=0.03), 0.8),
    ],
)
async def test_pictures_go_on_over_a_bad_line(
    city: City, protocol: PlayProtocol, faults: Faults, least: float
) -> None:
    request = ClipRequest(ClipSettings(320, 180, 25, 2.0, 8.0), "大桥", "river_bridge", "noon", 1)
    clip = await asyncio.to_thread(request.make)
    endpoint = await city.open(ssrc=1001)
    timetable, channel, counters = TimetableLoop(), UdpChannel("127.0.0.1"), MediaCounters()
    channel.connect(endpoint.host, endpoint.port)
    playout = LivePlayout(clip, request, lambda: HOME)
    stream = MediaStream(playout, channel, 1001, timetable.now(), counters, faults=faults, seed=1)
    answered = 0

    def answer() -> int:
        nonlocal answered
        if len(city.control.key_frames) > answered:
            answered = len(city.control.key_frames)
            playout.force_key()
        return counters.pictures

    timetable.add(stream.turn, timetable.now())
    try:
        await until(lambda: answer() and city.control.started)
        viewer = await HttpViewer.open(city.address("session", protocol))
        before = counters.pictures
        await until(lambda: answer() >= before + PICTURES, seconds=200)
    finally:
        stream.close()
        timetable.close()
    await city.engine.close_source("camera", End(EndReason.DONE))
    decoded = frames_of(await viewer.ended(), "flv" if protocol is PlayProtocol.FLV else "mp4")
    assert decoded["h264"] >= least * PICTURES
    assert answered
