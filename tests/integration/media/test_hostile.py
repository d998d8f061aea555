"""What strangers send: to RTP ports, to the viewers' listener, to the codec helper."""

import asyncio
import contextlib
import random
import socket

import pytest
from tests.integration.media.clips import RtpCamera, clip
from tests.integration.media.conftest import ORIGIN, City
from tests.integration.media.viewers import HttpViewer, WebSocketViewer, fetch, problem_of
from tests.waiting import HANGS_SECONDS, until
from websockets import Origin

from pinegate.protocols.media.rtp.tcp import frame
from pinegate.usecases.streams.media_engine import PlayProtocol, SourceEndpoint, Transport

TICKET = "A" * 64


async def _still_plays(city: City, session_id: str = "proof") -> None:
    viewer = await HttpViewer.open(city.address(session_id, PlayProtocol.FLV))
    await until(lambda: len(viewer.body) > 100_000)
    viewer.leave()


def _packets(ssrc: int, units: int = 5) -> list[bytes]:
    camera = RtpCamera(clip(), ssrc)
    return [packet for unit in clip().units[:units] for packet in camera.packets(unit)]


def _send(address: tuple[str, int], packets: list[bytes], host: str = "127.0.0.1") -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        for packet in packets:
            sock.sendto(packet, address)


async def test_another_host_is_refused_before_and_after_the_camera(city: City) -> None:
    endpoint = await city.open()
    address = (endpoint.host, endpoint.port)
    _send(address, _packets(1001, units=60), host="127.0.0.2")
    assert await until(lambda: city.control.second) == [("camera", "127.0.0.2")]
    assert not city.control.started
    city.udp_camera(endpoint, clip())
    await until(lambda: city.control.started)
    city.control.second.clear()
    before = (await city.engine.stats())[0]["second_source"]

    async def inject() -> None:
        while not city.control.second:
            _send(address, _packets(1001), host="127.0.0.2")
            await asyncio.sleep(0.05)

    async with asyncio.timeout(HANGS_SECONDS):
        await inject()
    assert (await city.engine.stats())[0]["second_source"] > before
    await _still_plays(city)


async def test_another_port_or_ssrc_of_the_same_host_is_refused(city: City) -> None:
    endpoint = await city.playing()
    _send((endpoint.host, endpoint.port), _packets(1001))
    assert await until(lambda: city.control.second) == [("camera", "127.0.0.1")]


async def test_a_wrong_ssrc_does_not_become_the_source(city: City) -> None:
    endpoint = await city.open(ssrc=1001)
    _send((endpoint.host, endpoint.port), _packets(2002, units=60))
    await until(lambda: city.control.second)
    assert not city.control.started
    city.udp_camera(endpoint, clip(), ssrc=1001)
    await until(lambda: city.control.started)


async def test_an_unannounced_ssrc_is_learned_once(city: City) -> None:
    endpoint = await city.open(ssrc=None)
    city.udp_camera(endpoint, clip(), ssrc=77)
    await until(lambda: city.control.started)
    _send((endpoint.host, endpoint.port), _packets(78))
    await until(lambda: city.control.second)


async def test_the_ssrc_of_the_answer_holds(city: City) -> None:
    endpoint = await city.open(ssrc=1001)
    await city.engine.bind_source("camera", "127.0.0.1", 9, 555)
    city.udp_camera(endpoint, clip(), ssrc=555)
    await until(lambda: city.control.started)


async def test_a_stranger_cannot_take_the_tcp_port(city: City) -> None:
    endpoint = await city.open(transport=Transport.TCP_PASSIVE)
    reader, writer = await city.connect(endpoint.host, endpoint.port, "127.0.0.2")
    assert await reader.read() == b""
    writer.close()
    assert await until(lambda: city.control.second) == [("camera", "127.0.0.2")]


async def _tcp_camera(city: City, endpoint: SourceEndpoint) -> None:
    _, writer = await city.connect(endpoint.host, endpoint.port)
    city.send(clip(), 1001, lambda packets: [writer.write(frame(packet)) for packet in packets])
    await until(lambda: city.control.started)


async def _is_closed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("connections", [1, 4, 9])
async def test_being_first_at_the_tcp_port_does_not_make_a_camera(city: City, connections: int) -> None:
    """Somebody behind the camera's own address is faster than the camera, and says nothing or something else."""
    endpoint = await city.open(transport=Transport.TCP_PASSIVE)
    faster = [await city.connect(endpoint.host, endpoint.port) for _ in range(connections)]
    for packet in _packets(6666, units=60):
        faster[0][1].write(frame(packet))
    await _tcp_camera(city, endpoint)
    for reader, writer in faster:
        await _is_closed(reader, writer)
    await _still_plays(city)


async def test_leaving_the_tcp_port_early_does_not_end_the_camera(city: City) -> None:
    endpoint = await city.open(transport=Transport.TCP_PASSIVE)
    _, writer = await city.connect(endpoint.host, endpoint.port)
    writer.close()
    await writer.wait_closed()
    await _tcp_camera(city, endpoint)
    assert not city.control.lost
    reader, late = await city.connect(endpoint.host, endpoint.port)
    late.write(frame(_packets(1001)[0]))
    await _is_closed(reader, late)
    await _still_plays(city)


async def test_garbage_on_every_port_does_no_harm(city: City) -> None:
    noise = random.Random(28181)
    udp, tcp = await city.open("noisy_udp"), await city.open("noisy_tcp", Transport.TCP_PASSIVE)
    for _ in range(300):
        packet = bytearray(noise.choice(_packets(1001, 2)))
        for _ in range(noise.randrange(40)):
            packet[noise.randrange(len(packet))] = noise.randrange(256)
        _send((udp.host, udp.port), [bytes(packet), noise.randbytes(noise.randrange(1500))])
    http = tuple(city.engine.play_bases[0].removeprefix("http://").split(":"))
    for host, port in ((tcp.host, tcp.port), http):
        _, writer = await city.connect(host, int(port))
        writer.write(noise.randbytes(200_000))
        writer.close()
    await city.playing()
    await _still_plays(city)
    assert not city.control.workers_lost


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 404),
        ("/live/" + TICKET, 404),
        (f"/live/{TICKET}.flv?x=1", 404),
        (f"/live/{TICKET}.m3u8", 404),
        (f"/live//{TICKET}.flv", 404),
        (f"/live/..%2f{TICKET}.flv", 404),
        (f"/live/{TICKET[1:]}.flv", 404),
        (f"/live/{TICKET}.flv", 403),
        (f"/live/{TICKET}.ws.flv", 426),
        ("/" + "x" * 20_000, 431),
    ],
)
async def test_other_paths_are_refused_with_a_problem(city: City, path: str, status: int) -> None:
    answered, headers, body = await fetch(city.engine.play_bases[0] + path)
    assert answered == status
    assert headers["content-type"] == "application/problem+json"
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert problem_of(body)["status"] == status


async def test_an_invented_ticket_is_refused_by_the_worker_itself(city: City) -> None:
    await city.playing()
    good = city.address("session", PlayProtocol.FLV)
    base, ticket = good.removesuffix(".flv").rsplit("/", 1)
    changed = [ticket[:at] + ("A" if ticket[at] != "A" else "B") + ticket[at + 1 :] for at in (0, 20, 63)]
    for invented in (TICKET, *changed):
        status, _, body = await fetch(f"{base}/{invented}.flv")
        assert (status, problem_of(body)["code"]) == (403, "ticket_unknown")
    assert not city.control.redeemed
    assert (await HttpViewer.open(good)).status == 200


async def test_only_get_is_answered(city: City) -> None:
    for method in ("POST", "PUT", "DELETE", "HEAD"):
        status, headers, _ = await fetch(f"{city.engine.play_bases[0]}/live/{TICKET}.flv", method)
        assert (status, headers["allow"]) == (405, "get, options")
    assert not city.control.redeemed


async def test_only_the_portal_may_read_across_origins(city: City) -> None:
    await city.playing()
    url = f"{city.engine.play_bases[0]}/live/{TICKET}.flv"
    status, headers, _ = await fetch(url, "OPTIONS", Origin=ORIGIN)
    assert (status, headers["access-control-allow-origin"]) == (204, ORIGIN)
    status, headers, body = await fetch(url, Origin="http://evil.example")
    assert (status, problem_of(body)["code"]) == (403, "foreign_origin")
    assert "access-control-allow-origin" not in headers
    assert not city.control.redeemed
    viewer = await HttpViewer.open(city.address("portal", PlayProtocol.FLV), Origin=ORIGIN)
    assert (viewer.status, viewer.headers["access-control-allow-origin"]) == (200, ORIGIN)


async def test_a_foreign_page_cannot_open_a_websocket(city: City) -> None:
    await city.playing()
    address = city.address("session", PlayProtocol.WS_FLV)
    with pytest.raises(Exception, match="403"):
        await WebSocketViewer.open(address, origin=Origin("http://evil.example"))
    viewer = await WebSocketViewer.open(address, origin=ORIGIN)
    await until(lambda: viewer.body)


async def test_a_client_that_talks_too_much_is_cut(city: City) -> None:
    await city.playing()
    address = city.address("talker", PlayProtocol.FLV)
    host, port = city.engine.play_bases[0].removeprefix("http://").split(":")
    _, writer = await city.connect(host, int(port))
    writer.write(f"GET /{address.split('/', 3)[3]} HTTP/1.1\r\nHost: x\r\n\r\n".encode() + b"x" * 300_000)
    await until(lambda: city.control.ended.get("talker"))
    writer.close()


async def test_a_broken_key_frame_costs_no_more_than_its_snapshot(city: City) -> None:
    source = clip()
    endpoint = await city.open()
    broken = [
        type(unit)(unit.codec, unit.pts, unit.dts, unit.key, unit.payload[:-200] + bytes(200), unit.config)
        for unit in source.units
    ]
    city.udp_camera(endpoint, type(source)(source.video, None, 320, 180, tuple(broken), source.pictures))
    await until(lambda: city.control.started)
    await asyncio.gather(*(city.engine.snapshot("camera") for _ in range(3)), return_exceptions=True)
    await _still_plays(city)
