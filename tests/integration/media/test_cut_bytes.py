"""A cut throws away what is on its way: bytes that wait in the process, and bytes that only the kernel holds."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
from tests.waiting import HANGS_SECONDS

from pinegate.adapters.media import viewer as viewer_module
from pinegate.adapters.media.viewer import Viewer
from pinegate.adapters.media.wires import HttpWire
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import PICTURE_AND_SOUND
from pinegate.usecases.streams.media_engine import PlayProtocol

PIECE = bytes(100_000)
REVOKED = End(DenialReason.GRANT_REVOKED)


class Silent(HttpWire):
    """A wire without a head, so that the pieces are all there is."""

    def opening(self) -> bytes:
        return b""


class DistantSeat:
    """A viewer over TCP whose client reads nothing yet: what is sent fills the buffers of both ends."""

    def __init__(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._client = socket.socket()
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            self._client.connect(listener.getsockname())
            self._server, _ = listener.accept()
        self._server.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        self._server.setblocking(False)
        self.ended: list[End] = []
        self.viewer = Viewer(
            self._server,
            Silent(PlayProtocol.FLV, ()),
            "session",
            PlayProtocol.FLV,
            PICTURE_AND_SOUND,
            1e9,
            lambda _, end: self.ended.append(end),
        )
        self.viewer.begin(b"", ())

    def unsent_by_the_kernel(self) -> int:
        return viewer_module._held(self._server, viewer_module._SIOCOUTQNSD)

    def read_to_the_end(self) -> tuple[int, str]:
        """How many bytes still arrive, and whether the connection was closed or broken off."""
        self._client.settimeout(HANGS_SECONDS)
        received = 0
        while True:
            try:
                data = self._client.recv(1 << 20)
            except ConnectionResetError:
                return received, "broken off"
            if not data:
                return received, "closed"
            received += len(data)

    def clear(self) -> None:
        self.viewer.end(End(EndReason.DONE))
        self._server.close()
        self._client.close()


@pytest.fixture
async def seat() -> AsyncIterator[DistantSeat]:
    seat = DistantSeat()
    yield seat
    seat.clear()


async def test_what_waits_in_the_process_never_arrives(seat: DistantSeat) -> None:
    for _ in range(30):
        seat.viewer.offer(PIECE, key=False)
    taken_by_the_kernel = seat.viewer.bytes_sent
    assert taken_by_the_kernel < 30 * len(PIECE)
    seat.viewer.end(REVOKED)
    received, how = seat.read_to_the_end()
    assert (how, seat.ended) == ("broken off", [REVOKED])
    assert received < taken_by_the_kernel


async def test_what_only_the_kernel_holds_never_arrives(seat: DistantSeat) -> None:
    while not seat.unsent_by_the_kernel():
        seat.viewer.offer(PIECE[:1000], key=False)
    seat.viewer.offer(PIECE, key=False)
    assert seat.viewer.bytes_sent % 1000 == 0, "something waits in the process too"
    seat.viewer.end(REVOKED)
    received, how = seat.read_to_the_end()
    assert how == "broken off"
    assert received <= seat.viewer.bytes_sent - len(PIECE)


async def test_a_viewer_who_has_everything_is_closed_and_not_broken_off(seat: DistantSeat) -> None:
    seat.viewer.offer(PIECE[:1000], key=False)
    while seat.unsent_by_the_kernel():
        await asyncio.sleep(0)
    seat.viewer.end(REVOKED)
    assert seat.read_to_the_end() == (1000, "closed")
