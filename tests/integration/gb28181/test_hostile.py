"""Whatever strangers send, a registered device is served, nothing grows, and what was wrong is counted."""

import asyncio
import random
import socket

import pytest
from structlog.testing import capture_logs
from tests.integration.gb28181.conftest import Upper
from tests.integration.gb28181.lower_peer import DEVICE_ID, LowerPeer
from tests.integration.gb28181.stranger import TORTURE, Stranger, notify, request
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.gb28181.sip_sockets import SipSockets
from pinegate.protocols.sip.flow import Flow

BOMBS = {
    "entities that multiply": '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Notify>&b;</Notify>',
    "an outside entity": '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><Notify>&a;</Notify>',
    "depth": "<Notify>" * 2_000 + "</Notify>" * 2_000,
}


async def still_served(upper: Upper) -> None:
    assert (await upper.server.ask_status(DEVICE_ID)).status["online"] == "ONLINE"


async def counted(upper: Upper, name: str, least: int = 1) -> None:
    async def enough() -> bool:
        return upper.server.fault_totals().get(name, 0) >= least

    await until(enough)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_the_torture_messages_of_rfc_4475_stop_nobody(
    upper: Upper, peer: LowerPeer, transport: str
) -> None:
    for capture in TORTURE:
        stranger = await Stranger(upper.port, transport).open()
        stranger.send(capture.read_bytes())
        await asyncio.sleep(0)
        stranger.close()
    await still_served(upper)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_random_bytes_are_counted_and_stop_nobody(
    upper: Upper, peer: LowerPeer, transport: str
) -> None:
    dice = random.Random(7)
    for _ in range(40):
        stranger = await Stranger(upper.port, transport).open()
        stranger.send(dice.randbytes(dice.randrange(1, 8_000)) + b"\r\n\r\n")
        await asyncio.sleep(0)
        stranger.close()
    await still_served(upper)
    assert sum(upper.server.fault_totals().values()) > 0


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
async def test_an_xml_bomb_of_a_registered_device_is_refused(
    upper: Upper, peer: LowerPeer, bomb: str
) -> None:
    before = sum(upper.server.fault_totals().values())
    peer.send(request("MESSAGE", bomb))

    async def refused() -> bool:
        return sum(upper.server.fault_totals().values()) > before

    await until(refused)
    await still_served(upper)


async def test_hundreds_of_half_open_connections_stop_nobody(upper: Upper, peer: LowerPeer) -> None:
    strangers = [await Stranger(upper.port, "tcp").open() for _ in range(200)]
    for stranger in strangers[::2]:
        stranger.send(b"REGISTER sip:34100000002000000001@3410000000 SIP/2.0\r\nVia: ")
    await still_served(upper)
    for stranger in strangers:
        stranger.close()


async def test_the_oldest_stranger_gives_way_and_a_trusted_connection_stays() -> None:
    heard: list[Flow] = []
    sockets = SipSockets(
        lambda arrived: heard.extend(flow for _, flow in arrived), lambda _: None, max_strangers=5
    )
    port = await sockets.open("127.0.0.1", 0)
    device = await Stranger(port, "tcp").open()
    device.send(b"x")
    await until(lambda: heard)
    sockets.trust(heard[0])
    crowd = [await Stranger(port, "tcp").open() for _ in range(9)]
    for early in crowd[:4]:
        await asyncio.wait_for(early.closed.wait(), HANGS_SECONDS)
    assert (sockets.connection_count, sockets.counters["strangers_closed"]) == (6, 4)
    sockets.close_old_strangers(asyncio.get_running_loop().time() + 61)
    for late in crowd:
        await asyncio.wait_for(late.closed.wait(), HANGS_SECONDS)
    assert not device.closed.is_set()
    await sockets.close()


async def test_a_slow_writer_is_answered_and_delays_nobody(upper: Upper, peer: LowerPeer) -> None:
    slow = await Stranger(upper.port, "tcp").open()
    data = request("REGISTER")
    for octet in data[:-1]:
        slow.send(bytes([octet]))
        await asyncio.sleep(0)
    await still_served(upper)
    assert await slow.ask(data[-1:]) == 401
    slow.close()


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_a_flood_of_one_stranger_is_cut_and_the_device_is_served(
    upper: Upper, peer: LowerPeer, transport: str
) -> None:
    stranger = await Stranger(upper.port, transport).open()
    for number in range(2_000):
        stranger.send(request("REGISTER", number=number))
        if number % 50 == 0:
            await asyncio.sleep(0.001)
    await counted(upper, "over_rate", 500)
    await still_served(upper)
    assert len(stranger.answers) < 1_200
    stranger.close()


async def test_what_was_wrong_is_one_line_a_second(upper: Upper, peer: LowerPeer) -> None:
    with capture_logs() as logs:
        stranger = await Stranger(upper.port, "udp").open()
        for number in range(200):
            stranger.send(request("MESSAGE", notify("Keepalive"), number=number))
            stranger.send(b"no SIP at all\r\n\r\n")
        await counted(upper, "other_source", 50)
        await until(lambda: [line for line in logs if line["event"] == "sip_faults_counted"])
    line = next(line for line in logs if line["event"] == "sip_faults_counted")
    assert (line["host"], line["reason"]) == ("127.0.0.2", "other_source")
    assert line["counts"]["refused"] >= 50
    assert len([line for line in logs if line["log_level"] in ("warning", "error")]) <= 2
    stranger.close()


async def test_datagrams_that_wait_long_are_noticed() -> None:
    """So that new registrations are put off before every device repeats what it sent."""
    loop = asyncio.get_running_loop()
    behind: list[bool] = []
    sockets = SipSockets(lambda arrived: behind.extend([sockets.behind] * len(arrived)), lambda _: None)
    port = await sockets.open("127.0.0.1", 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"x", ("127.0.0.1", port))
        busy_until = loop.time() + 0.3
        while loop.time() < busy_until:
            pass
        await until(lambda: behind)
        assert behind == [True]
        await until(lambda: sender.sendto(b"x", ("127.0.0.1", port)) and not sockets.behind)
    await sockets.close()
