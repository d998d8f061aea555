import asyncio
import contextlib
import socket

import pytest
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.media import http_listener
from pinegate.adapters.media.channel import ChannelClosedError
from pinegate.adapters.media.http_listener import HttpListener
from pinegate.adapters.media.viewer import Wire
from pinegate.domain.access.tracks import PICTURE
from pinegate.usecases.access.ticket import RANDOM_BYTES, TicketKey
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol, Refused

KEY = TicketKey(bytes(32))
TICKET = KEY.issue(0, bytes(RANDOM_BYTES))


class Engine:
    """A listener in this process, and who came to it."""

    def __init__(self, trusted_proxies: tuple[str, ...] = ()) -> None:
        self.asked: list[tuple[str, PlayProtocol, str]] = []
        self.admitted: list[socket.socket] = []
        self.answer: Admitted | Refused | Exception = Admitted("session", "camera", 1.0, PICTURE)
        self.room = True
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.listener = HttpListener(
            self._redeem, self._admit, lambda: self.room, (), trusted_proxies, 0, KEY
        )
        self.port = self.listener.listen("127.0.0.1", 0)

    async def _redeem(self, ticket: str, protocol: PlayProtocol, client_host: str) -> Admitted | Refused:
        self.asked.append((ticket, protocol, client_host))
        await self.may_answer.wait()
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
        async with asyncio.timeout(HANGS_SECONDS):
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
    engine = Engine()
    assert (await engine.ask(b"GET /live/")).startswith(b"HTTP/1.1 408 ")
    engine.listener.close()


@pytest.mark.parametrize("cap", ["MAX_OPENING", "MAX_OPENING_A_HOST"])
async def test_who_says_nothing_makes_room_for_a_newcomer(monkeypatch: pytest.MonkeyPatch, cap: str) -> None:
    monkeypatch.setattr(http_listener, cap, 8)
    engine = Engine()
    silent = [await asyncio.open_connection("127.0.0.1", engine.port) for _ in range(20)]
    for _, writer in silent:
        writer.write(b"GET /")
    await until(lambda: engine.listener.counters["connections"] == 20)
    engine.answer = Refused("ticket_unknown", "unknown")
    assert (await engine.ask(_get())).startswith(b"HTTP/1.1 403 ")
    await until(lambda: engine.listener.counters["connections_gave_way"] == 13)
    async with asyncio.timeout(HANGS_SECONDS):
        with contextlib.suppress(ConnectionError):
            assert await silent[0][0].read() == b""
    assert engine.listener.counters["connections_refused"] == 0
    for _, writer in silent:
        writer.close()
    engine.listener.close()


async def test_whose_ticket_is_being_looked_at_makes_room_for_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http_listener, "MAX_OPENING_A_HOST", 1)
    engine = Engine()
    engine.may_answer.clear()
    playing = asyncio.create_task(engine.ask(_get()))
    await until(lambda: engine.asked)
    assert await engine.ask(_get()) == b""
    assert engine.listener.counters["connections_refused"] == 1
    engine.may_answer.set()
    await until(lambda: engine.admitted)
    # a viewer holds none of these places
    engine.answer = Refused("ticket_unknown", "unknown")
    assert (await engine.ask(_get())).startswith(b"HTTP/1.1 403 ")
    assert engine.admitted[0].fileno() >= 0
    engine.admitted[0].close()
    await playing
    engine.listener.close()


async def test_nobody_is_admitted_while_all_places_are_taken() -> None:
    engine = Engine()
    engine.room = False
    assert await engine.ask(_get()) == b""
    assert not engine.asked
    engine.listener.close()


async def test_without_control_no_ticket_is_good() -> None:
    engine = Engine()
    engine.answer = ChannelClosedError("gone")
    assert (await engine.ask(_get())).startswith(b"HTTP/1.1 503 ")
    engine.listener.close()


async def test_only_a_trusted_proxy_names_the_client() -> None:
    for trusted, expected in (((), "127.0.0.1"), (("127.0.0.1",), "10.9.8.7")):
        engine = Engine(trusted)
        engine.answer = Refused("no", "no")
        await engine.ask(_get("X-Forwarded-For: 1.1.1.1, 10.9.8.7\r\n"))
        assert engine.asked == [(TICKET, PlayProtocol.FLV, expected)]
        engine.listener.close()


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
    engine = Engine()
    reader, writer = await asyncio.open_connection("127.0.0.1", engine.port)
    writer.write(request_bytes)
    writer.write_eof()
    async with asyncio.timeout(HANGS_SECONDS):
        answer = await reader.read()
    assert answer == b"" or answer.startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 404 "))
    writer.close()
    engine.listener.close()


async def test_no_ticket_reaches_a_log(capsys: pytest.CaptureFixture[str]) -> None:
    engine = Engine()
    engine.answer = Refused("no", "no")
    await engine.ask(_get())
    engine.answer = ChannelClosedError("gone")
    await engine.ask(_get())
    printed = capsys.readouterr()
    assert TICKET not in printed.out + printed.err
    engine.listener.close()
