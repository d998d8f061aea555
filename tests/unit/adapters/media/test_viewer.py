import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from itertools import pairwise

import pytest

from pinegate.adapters.media import viewer as viewer_module
from pinegate.adapters.media.viewer import BACKLOG_CAP, STALLED_SECONDS, WAIT_SECONDS, Viewer
from pinegate.adapters.media.wires import HttpWire, WebSocketWire
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import PICTURE_AND_SOUND
from pinegate.usecases.streams.media_engine import PlayProtocol

PIECE = 100_000
PIECES_A_GROUP = 5


class Silent(HttpWire):
    """A wire without a head, so that the pieces are all there is."""

    def opening(self) -> bytes:
        return b""


class Seat:
    """A viewer on one end of a socketpair, the client's socket on the other."""

    def __init__(self, wire: HttpWire | WebSocketWire | None = None, lease_until: float = 1e9) -> None:
        self._server, self.client = socket.socketpair()
        for sock in (self._server, self.client):
            sock.setblocking(False)
        self.ended: list[End] = []
        self.viewer = Viewer(
            self._server,
            wire or Silent(PlayProtocol.FLV, ()),
            "session",
            PlayProtocol.FLV,
            PICTURE_AND_SOUND,
            lease_until,
            lambda _, end: self.ended.append(end),
        )

    def clear(self) -> None:
        """Both ends are closed, whatever became of the viewer."""
        self.viewer.end(End(EndReason.DONE))
        self._server.close()
        self.client.close()

    def drain(self) -> bytes:
        received = b""
        while True:
            try:
                data = self.client.recv(1 << 20)
            except BlockingIOError:
                return received
            except ConnectionError:
                return received
            if not data:
                return received
            received += data


SeatFor = Callable[..., Seat]


@pytest.fixture
async def seat_for() -> AsyncIterator[SeatFor]:
    """Makes seats as ``Seat`` does, and clears them when the test is over."""
    seats: list[Seat] = []

    def make(wire: HttpWire | WebSocketWire | None = None, lease_until: float = 1e9) -> Seat:
        seats.append(Seat(wire, lease_until))
        return seats[-1]

    yield make
    for seat in seats:
        seat.clear()


@pytest.fixture
async def seat(seat_for: SeatFor) -> Seat:
    return seat_for()


def piece(number: int) -> bytes:
    return number.to_bytes(4, "big") + bytes([number % 251]) * (PIECE - 4)


def pieces_in(received: bytes) -> Iterator[int]:
    assert len(received) % PIECE == 0
    for start in range(0, len(received), PIECE):
        number = int.from_bytes(received[start : start + 4], "big")
        assert received[start : start + PIECE] == piece(number)
        yield number


async def test_a_quick_viewer_gets_every_piece(seat: Seat) -> None:
    received = b""
    seat.viewer.begin(piece(0), ())
    for number in range(1, 60):
        seat.viewer.offer(piece(number), key=number % PIECES_A_GROUP == 0)
        while len(received) < (number + 1) * PIECE:
            received += seat.drain()
            await asyncio.sleep(0)
    assert list(pieces_in(received)) == list(range(60))
    assert (seat.viewer.bytes_sent, seat.viewer.skips) == (60 * PIECE, 0)


async def test_a_slow_viewer_resumes_with_whole_pieces_at_a_key_frame(seat: Seat) -> None:
    seat.viewer.begin(piece(0), ())
    for number in range(1, 103):
        seat.viewer.offer(piece(number), key=number % PIECES_A_GROUP == 0)
    received = b""
    number = 103
    while number < 140:
        received += seat.drain()
        await asyncio.sleep(0)
        seat.viewer.offer(piece(number), key=number % PIECES_A_GROUP == 0)
        number += 1
    while len(received) < seat.viewer.bytes_sent or len(received) % PIECE:
        received += seat.drain()
        await asyncio.sleep(0)
    seen = list(pieces_in(received))
    gaps = [(before, after) for before, after in pairwise(seen) if after != before + 1]
    assert gaps and all(after % PIECES_A_GROUP == 0 for _, after in gaps)
    assert seat.viewer.skips > 0


async def drained(seat: Seat) -> bytes:
    """Everything that has been sent, once nothing waits any more."""
    received = b""
    for _ in range(100):
        received += seat.drain()
        await asyncio.sleep(0)
    return received


async def test_what_was_begun_is_sent_to_its_end_and_then_nothing_before_a_key_frame(seat: Seat) -> None:
    seat.viewer.begin(b"", ())
    number = 0
    while not seat.viewer.skips:
        seat.viewer.offer(piece(number), key=False)
        number += 1
    seat.viewer.offer(piece(900), key=False)
    before = list(pieces_in(await drained(seat)))
    assert before == list(range(len(before)))
    seat.viewer.offer(piece(901), key=False)
    seat.viewer.offer(piece(902), key=True)
    seat.viewer.offer(piece(903), key=False)
    assert list(pieces_in(await drained(seat))) == [902, 903]


async def test_a_backlog_never_grows_beyond_its_cap(seat: Seat) -> None:
    seat.viewer.begin(b"", ())
    for number in range(300):
        seat.viewer.offer(piece(number), key=number % PIECES_A_GROUP == 0)
        assert seat.viewer._backlog_bytes <= BACKLOG_CAP


async def test_a_cut_throws_away_what_waits(seat: Seat) -> None:
    seat.viewer.begin(b"", ())
    for number in range(10):
        seat.viewer.offer(piece(number), key=False)
    seat.viewer.end(End(DenialReason.GRANT_REVOKED))
    assert seat.ended == [End(DenialReason.GRANT_REVOKED)]
    assert len(seat.drain()) < 10 * PIECE


async def test_an_end_is_told_once(seat: Seat) -> None:
    seat.viewer.begin(b"", ())
    seat.viewer.end(End(EndReason.DONE))
    seat.viewer.end(End(EndReason.SIGNED_OUT))
    seat.viewer.offer(b"late", key=True)
    assert seat.ended == [End(EndReason.DONE)]


async def test_a_websocket_that_has_everything_is_told_the_reason(
    monkeypatch: pytest.MonkeyPatch, seat_for: SeatFor
) -> None:
    monkeypatch.setattr(viewer_module, "_held", lambda *_: 0)
    seat = seat_for(WebSocketWire("dGhlIHNhbXBsZSBub25jZQ=="))
    seat.viewer.end(End(DenialReason.GRANT_REVOKED))
    assert seat.drain().endswith(b"\x88\x0f\x11\x33grant_revoked")  # 4403


async def test_a_viewer_waiting_in_vain_gets_a_problem(
    monkeypatch: pytest.MonkeyPatch, seat_for: SeatFor
) -> None:
    monkeypatch.setattr(viewer_module, "_held", lambda *_: 0)
    seat = seat_for(HttpWire(PlayProtocol.FLV, ()))
    now = asyncio.get_running_loop().time()
    seat.viewer.check(now + WAIT_SECONDS - 0.5)
    assert not seat.ended
    seat.viewer.check(now + WAIT_SECONDS + 0.5)
    assert seat.ended == [End(EndReason.SOURCE_UNAVAILABLE)]
    assert seat.drain().startswith(b"HTTP/1.1 504 ")


async def test_pings_do_not_prolong_the_wait(seat_for: SeatFor) -> None:
    seat = seat_for(WebSocketWire("dGhlIHNhbXBsZSBub25jZQ=="))
    now = asyncio.get_running_loop().time()
    seat.viewer.received(b"\x89\x80\x00\x00\x00\x00")
    seat.viewer.check(now + WAIT_SECONDS + 0.5)
    assert seat.ended == [End(EndReason.SOURCE_UNAVAILABLE)]


async def test_a_lease_ends_a_viewer(seat_for: SeatFor) -> None:
    seat = seat_for(lease_until=5.0)
    seat.viewer.begin(b"x", ())
    seat.viewer.check(4.9)
    assert not seat.ended
    seat.viewer.check(5.0)
    assert seat.ended == [End(EndReason.LEASE_ENDED)]


async def test_a_viewer_that_takes_nothing_is_ended(seat: Seat) -> None:
    seat.viewer.begin(b"", ())
    for number in range(20):
        seat.viewer.offer(piece(number), key=False)
    seat.viewer.check(asyncio.get_running_loop().time() + STALLED_SECONDS + 1)
    assert seat.ended == [End(EndReason.TOO_SLOW)]


async def test_a_client_that_closes_has_left(seat: Seat) -> None:
    seat.client.close()
    async with asyncio.timeout(5):
        while not seat.ended:
            await asyncio.sleep(0)
    assert seat.ended == [End(EndReason.VIEWER_LEFT)]
