"""Somebody who has no password, at another address of the loopback network."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from tests.integration.gb28181.lower_peer import DEVICE_ID, PLATFORM_ID, Datagrams
from tests.waiting import HANGS_SECONDS

HOST = "127.0.0.2"
DOMAIN = PLATFORM_ID[:10]
TORTURE = sorted((Path(__file__).parents[2] / "captures" / "rfc4475").glob("*.sip"))


def request(method: str, body: str = "", *, number: int = 1, device: str = DEVICE_ID) -> bytes:
    """A request as the device would write it."""
    octets = body.encode("gb18030")
    return (
        f"{method} sip:{PLATFORM_ID}@{DOMAIN} SIP/2.0\r\n"
        f"Via: SIP/2.0/UDP 127.0.0.1:5060;rport;branch=z9hG4bKstranger{method}{number}\r\n"
        f"From: <sip:{device}@{DOMAIN}>;tag=s{number}\r\nTo: <sip:{PLATFORM_ID}@{DOMAIN}>\r\n"
        f"Call-ID: {method}{number}@127.0.0.1\r\nCSeq: {number} {method}\r\nMax-Forwards: 70\r\n"
        f"Content-Type: Application/MANSCDP+xml\r\nContent-Length: {len(octets)}\r\n\r\n"
    ).encode() + octets


def notify(kind: str, fields: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="GB2312"?><Notify><CmdType>{kind}</CmdType><SN>1</SN>'
        f"<DeviceID>{DEVICE_ID}</DeviceID>{fields}</Notify>"
    )


class Stranger(asyncio.Protocol):
    """``answers`` are the status codes that came back."""

    def __init__(self, port: int, transport: str, host: str = HOST) -> None:
        self.answers: list[int] = []
        self._address = ("127.0.0.1", port)
        self._transport = transport
        self._host = host
        self._arrived = asyncio.Event()
        self._wire: asyncio.BaseTransport
        self._write: Callable[[bytes], None]
        self.closed = asyncio.Event()

    async def open(self) -> "Stranger":
        loop, local = asyncio.get_running_loop(), (self._host, 0)
        if self._transport == "udp":
            datagrams, _ = await loop.create_datagram_endpoint(
                lambda: Datagrams(self.data_received), local, self._address
            )
            self._wire, self._write = datagrams, datagrams.sendto
        else:
            stream, _ = await loop.create_connection(lambda: self, *self._address, local_addr=local)
            self._wire, self._write = stream, stream.write
        return self

    def send(self, data: bytes) -> None:
        self._write(data)

    async def ask(self, data: bytes) -> int:
        """The status of the next answer."""
        before = len(self.answers)
        self.send(data)
        async with asyncio.timeout(HANGS_SECONDS):
            while len(self.answers) == before:
                self._arrived.clear()
                await self._arrived.wait()
        return self.answers[before]

    def data_received(self, data: bytes) -> None:
        self.answers += [int(part[:3]) for part in data.decode(errors="replace").split("SIP/2.0 ")[1:]]
        self._arrived.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()

    def close(self) -> None:
        self._wire.close()
