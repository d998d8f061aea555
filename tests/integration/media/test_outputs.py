"""Cameras in, players out: every transport, codec and output, checked by FFmpeg and websockets."""

import asyncio
import socket

import pytest
from tests.integration.media.clips import clip, decoded_size
from tests.integration.media.conftest import City
from tests.integration.media.viewers import HttpViewer, WebSocketViewer, ffprobe, frames_of
from tests.waiting import until

from pinegate.domain.access.session_end import End, EndReason
from pinegate.protocols.media.frames import Codec
from pinegate.protocols.media.rtp import frame
from pinegate.usecases.streams.media_engine import PlayProtocol, SourceRequest, Transport

CONTAINER = {"flv": "flv", "ws.flv": "flv", "mp4": "mp4", "ws.mp4": "mp4"}
DECODER = {Codec.H264: "h264", Codec.H265: "hevc", Codec.AAC: "aac"}


async def _received(city: City, protocol: PlayProtocol, at_least: int) -> bytes:
    """What a viewer of this output gets until so many bytes have come and the source is closed."""
    address = city.address("session", protocol)
    viewer = await WebSocketViewer.open(address) if protocol.is_websocket else await HttpViewer.open(address)
    await until(lambda: len(viewer.body) > at_least)
    await city.engine.close_source("camera", End(EndReason.DONE))
    return await viewer.ended()


@pytest.mark.parametrize("protocol", PlayProtocol)
@pytest.mark.parametrize("video", [Codec.H264, Codec.H265])
async def test_every_output_carries_pictures_and_sound(
    city: City, protocol: PlayProtocol, video: Codec
) -> None:
    source = clip(video, Codec.AAC)
    await city.playing(source)
    twice = 2 * sum(len(unit.payload) for unit in source.units)
    body = await _received(city, protocol, at_least=twice)
    counted = frames_of(body, CONTAINER[protocol])
    assert counted[DECODER[video]] >= 48
    assert counted["aac"] >= 10
    assert "broken" not in counted


@pytest.mark.parametrize("protocol", [PlayProtocol.FLV, PlayProtocol.MP4])
async def test_ffprobe_counts_every_frame_from_the_key_frame_on(city: City, protocol: PlayProtocol) -> None:
    endpoint = await city.open()
    probing = asyncio.create_task(ffprobe(city.address("session", protocol)))
    await until(lambda: city.control.redeemed)
    sent = 75
    source = clip(Codec.H264, Codec.AAC)
    await city.udp_camera(endpoint, source, pictures=sent)
    coded = sum(len(unit.payload) for unit in [*source.units, *source.units[: len(source.units) // 2]])
    await until(lambda: city.control.sent.get("session", 0) > coded * 0.95)
    await city.engine.close_source("camera", End(EndReason.DONE))
    assert (await probing)["h264"] >= sent - 3  # the end of a picture is known only with the next one


@pytest.mark.parametrize("protocol", PlayProtocol)
async def test_g711_reaches_browsers_as_aac(city: City, protocol: PlayProtocol) -> None:
    source = clip(Codec.H264, Codec.G711A)
    await city.playing(source)
    started = city.control.started[0]
    assert (started.audio, started.audio_carried) == ("g711a", True)
    body = await _received(city, protocol, at_least=2 * sum(len(unit.payload) for unit in source.units))
    assert frames_of(body, CONTAINER[protocol])["aac"] >= 8


async def test_the_start_of_a_source_is_told_with_its_size(city: City) -> None:
    await city.playing(clip(Codec.H264, Codec.AAC))
    started = city.control.started[0]
    assert (started.video, started.audio, started.audio_carried) == ("h264", "aac", True)
    assert (started.width, started.height) == (320, 180)


@pytest.mark.parametrize("video", [Codec.H264, Codec.H265])
async def test_a_snapshot_shows_the_picture_in_its_size(city: City, video: Codec) -> None:
    await city.playing(clip(video))
    assert decoded_size(await city.engine.snapshot("camera")) == (320, 180)


async def test_a_camera_connects_to_us_by_tcp(city: City) -> None:
    endpoint = await city.open(transport=Transport.TCP_PASSIVE)
    _, writer = await city.connect(endpoint.host, endpoint.port)
    city.send(clip(), 1001, lambda packets: writer.writelines(map(frame, packets)))
    body = await _received(city, PlayProtocol.FLV, at_least=100_000)
    assert frames_of(body, "flv")["h264"] > 5


async def test_we_connect_to_a_camera_that_listens_late(city: City) -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
    await city.open(transport=Transport.TCP_ACTIVE)
    await city.engine.bind_source("camera", "127.0.0.1", port, 1001)
    watching = asyncio.create_task(HttpViewer.open(city.address("session", PlayProtocol.FLV)))
    await until(lambda: city.control.redeemed)

    async def serve(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        city.keep(writer)
        city.send(clip(), 1001, lambda packets: writer.writelines(map(frame, packets)))

    server = await asyncio.start_server(serve, "127.0.0.1", port)
    async with server:
        viewer = await watching
        assert viewer.status == 200
        await until(lambda: len(viewer.body) > 100_000)
        await city.engine.close_source("camera", End(EndReason.DONE))
        assert frames_of(await viewer.ended(), "flv")["h264"] > 5


async def test_a_camera_that_never_listens_is_lost_after_all_attempts(city: City) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        await city.open(transport=Transport.TCP_ACTIVE)
        await city.engine.bind_source("camera", "127.0.0.1", closed.getsockname()[1], None)
        assert "attempts" in (await until(lambda: city.control.lost))[0][1]


async def test_two_viewers_of_two_outputs_share_one_source(city: City) -> None:
    await city.playing()
    flv = await HttpViewer.open(city.address("one", PlayProtocol.FLV))
    mp4 = await WebSocketViewer.open(city.address("two", PlayProtocol.WS_MP4))
    await until(lambda: len(flv.body) > 500_000 and len(mp4.body) > 500_000)
    stats = (await city.engine.stats())[0]
    assert (stats["sources_open"], stats["sessions_open"]) == (1, 2)
    assert await until(lambda: city.control.sent.get("one")) and await until(
        lambda: city.control.sent.get("two")
    )


async def test_a_source_may_be_opened_again_and_keeps_those_who_wait(city: City) -> None:
    watching = asyncio.create_task(HttpViewer.open(city.address("session", PlayProtocol.FLV)))
    await until(lambda: city.control.redeemed)
    await city.open()
    endpoint = await city.engine.open_source(SourceRequest("camera", Transport.UDP, 1001, "127.0.0.1"))
    city.udp_camera(endpoint, clip())
    assert (await watching).status == 200
