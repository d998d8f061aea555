import asyncio
import socket

import pytest

from pinegate.adapters.media import http_listener
from pinegate.adapters.media.channel import ChannelClosedError
from pinegate.adapters.media.http_listener import HttpListener
from pinegate.adapters.media.viewer import Wire
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol, Refused

TICKET = "B" * 43


class House:
    """A listener in this process, and who came to it."""

    def __init__(self, trusted_proxies: tuple[str, ...] = ()) -> None:
        self.asked: list[tuple[str, PlayProtocol, str]] = []
        self.admitted: list[socket.socket] = []
        self.answer: Admitted | Refused | Exception = Admitted("session", "camera", 1.0)
        self.room = True
        self.listener = HttpListener(self._redeem, self._admit, lambda: self.room, (), trusted_proxies)
        self.port = self.listener.listen("127.0.0.1", 0)

    async def _redeem(self, ticket: str, protocol: PlayProtocol, client_host: str) -> Admitted | Refused:
        self.asked.append((ticket, protocol, client_host))
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def _admit(
        self, sock: socket.socket, wire: Wire, admitted: Admitted, protocol: PlayProtocol, trailing: bytes
    ) -> None:
        self.admitted.append(sock)

    async def ask(self, request: bytes) -> bytes:
        """What the listener answers; empty when it closes without a word."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        async with asyncio.timeout(5):
            try:
                return await reader.read()
            except ConnectionError:
                return b""
            finally:
                writer.close()


def _get(headers: str = "") -> bytes:
    return f"GET /live/{TICKET}.flv HTTP/1.1\r\nHost: x\r\n{headers}\r\n".encode()


async def test_a_slow_request_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_listener, "HEAD_SECONDS", 0.05)
    house = House()
    assert (await house.ask(b"GET /live/")).startswith(b"HTTP/1.1 408 ")
    house.listener.close()


async def test_too_many_unfinished_requests_are_closed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_listener, "MAX_OPENING_A_HOST", 1)
    house = House()
    _, waiting = await asyncio.open_connection("127.0.0.1", house.port)
    waiting.write(b"GET /")
    async with asyncio.timeout(5):
        while not house.listener.counters["connections"]:
            await asyncio.sleep(0.005)
    assert await house.ask(_get()) == b""
    assert house.listener.counters["connections_refused"] == 1
    waiting.close()
    house.listener.close()


async def test_a_full_house_admits_nobody() -> None:
    house = House()
    house.room = False
    assert await house.ask(_get()) == b""
    assert not house.asked
    house.listener.close()


async def test_without_control_no_ticket_is_good() -> None:
    house = House()
    house.answer = ChannelClosedError("gone")
    assert (await house.ask(_get())).startswith(b"HTTP/1.1 503 ")
    house.listener.close()


async def test_only_a_trusted_proxy_names_the_client() -> None:
    for trusted, expected in (((), "127.0.0.1"), (("127.0.0.1",), "10.9.8.7")):
        house = House(trusted)
        house.answer = Refused("no", "no")
        await house.ask(_get("X-Forwarded-For: 1.1.1.1, 10.9.8.7\r\n"))
        assert house.asked == [(TICKET, PlayProtocol.FLV, expected)]
        house.listener.close()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(200),
        b"GET / HTTP/9.9\r\n\r\n",
        b"\r\n\r\n\r\n",
    ],
    ids=["tls", "version", "blank"],
)
async def test_what_is_no_http_is_answered_or_closed(request_bytes: bytes) -> None:
    house = House()
    reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
    writer.write(request_bytes)
    writer.write_eof()
    async with asyncio.timeout(5):
        answer = await reader.read()
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
    writer.close()
    house.listener.close()


async def test_no_ticket_reaches_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    house = House()
    house.answer = Refused("no", "no")
    await house.ask(_get())
    house.answer = ChannelClosedError("gone")
    await house.ask(_get())
    printed = capsys.readouterr()
    assert TICKET not in printed.out + printed.err
    house.listener.close()
