"""Our end of the media over real sockets of the loopback address."""

import asyncio
import socket

import pytest
from tests.waiting import HANGS_SECONDS, until

from pinegate.protocols.media.rtp import Packetizer, Rfc4571Splitter
from pinegate.protocols.sdp.session import Media, Setup
from pinegate_simulator.media_channels import ChannelError, connect
from pinegate_simulator.media_end import MediaEnd

HOST = "127.0.0.1"
PACKETS = Packetizer(101).packetize(bytes(6000), 0)


def offer(protocol: str, setup: Setup = "") -> Media:
    return Media("video", 1, protocol, (96,), setup=setup)


def port_of(listening: socket.socket) -> int:
    return listening.getsockname()[1]


def ignore() -> None:
    pass


async def read_packets(reader: asyncio.StreamReader, count: int) -> list[bytes]:
    splitter, packets = Rfc4571Splitter(), []
    async with asyncio.timeout(HANGS_SECONDS):
        while len(packets) < count:
            packets += splitter.feed(await reader.read(4096))
    return packets


async def test_udp_packets_arrive_from_the_announced_port() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind((HOST, 0))
        receiver.settimeout(HANGS_SECONDS)
        end = await MediaEnd.open(offer("RTP/AVP"), HOST, HOST, ignore)
        channel = await end.join(HOST, port_of(receiver), ignore)
        channel.send(PACKETS)
        received = [receiver.recvfrom(2048) for _ in PACKETS]
        end.close()
    assert [data for data, _ in received] == PACKETS
    assert {source for _, source in received} == {(HOST, end.port)}


async def test_a_passive_platform_is_connected_to() -> None:
    arrived: asyncio.Future[list[bytes]] = asyncio.get_running_loop().create_future()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        arrived.set_result(await read_packets(reader, len(PACKETS)))
        writer.close()

    async with await asyncio.start_server(accept, HOST, 0) as server:
        end = await MediaEnd.open(offer("TCP/RTP/AVP", "passive"), HOST, HOST, ignore)
        assert (end.setup, end.port) == ("active", 9)
        channel = await end.join(HOST, server.sockets[0].getsockname()[1], ignore)
        channel.send(PACKETS)
        assert await asyncio.wait_for(arrived, HANGS_SECONDS) == PACKETS
        end.close()


async def test_an_active_platform_connects_to_us() -> None:
    end = await MediaEnd.open(offer("TCP/RTP/AVP", "active"), HOST, HOST, ignore)
    assert end.setup == "passive"
    reader, writer = await asyncio.open_connection(HOST, end.port)
    channel = await end.join(HOST, 9, ignore)
    channel.send(PACKETS)
    assert await read_packets(reader, len(PACKETS)) == PACKETS
    end.close()
    writer.close()


async def test_a_connection_from_another_address_is_refused() -> None:
    end = await MediaEnd.open(offer("TCP/RTP/AVP", "active"), "127.0.0.2", HOST, ignore)
    reader, writer = await asyncio.open_connection(HOST, end.port)
    assert await asyncio.wait_for(reader.read(), HANGS_SECONDS) == b""
    writer.close()
    _, writer = await asyncio.open_connection(HOST, end.port, local_addr=("127.0.0.2", 0))
    assert await end.join(HOST, 9, ignore) is not None
    end.close()
    writer.close()


async def test_the_platform_closing_its_connection_is_told() -> None:
    ended = asyncio.Event()
    end = await MediaEnd.open(offer("TCP/RTP/AVP", "active"), HOST, HOST, ended.set)
    _, writer = await asyncio.open_connection(HOST, end.port)
    await end.join(HOST, 9, ended.set)
    writer.close()
    async with asyncio.timeout(HANGS_SECONDS):
        await ended.wait()
    end.close()


async def test_a_receiver_that_does_not_read_congests_the_channel() -> None:
    with socket.create_server((HOST, 0)) as nobody_accepts:
        channel = await connect(HOST, port_of(nobody_accepts), ignore)

        def congested() -> bool:
            channel.send([bytes(1400)] * 500)
            return channel.is_congested

        await until(congested)
        channel.close()


async def test_a_port_that_nobody_listens_on_ends_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pinegate_simulator.media_channels._ATTEMPT_PAUSE", 0.0)
    with socket.socket() as closed:
        closed.bind((HOST, 0))
        with pytest.raises(ChannelError, match="3 attempts"):
            await connect(HOST, port_of(closed), ignore)
