"""Viewers on slow lines, over real TCP and a clock that the test moves: pictures are left out, and nobody is ended."""

import asyncio
import socket
from collections.abc import Iterator
from itertools import pairwise

import pytest

from pinegate.adapters.media.viewer import NOT_SENT_BYTES, STALLED_SECONDS, Viewer
from pinegate.adapters.media.wires import HttpWire
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import PICTURE
from pinegate.usecases.streams.media_engine import PlayProtocol

PICTURES_A_SECOND = 25
A_GROUP = 50
KEY_BYTES, OTHER_BYTES = 42_000, 4_200
RATE = (KEY_BYTES + (A_GROUP - 1) * OTHER_BYTES) // A_GROUP * PICTURES_A_SECOND
HEAD = 8


class Silent(HttpWire):
    """A wire without a head, so that the pictures are all there is."""

    def opening(self) -> bytes:
        return b""


class Line:
    """A viewer over loopback TCP whose client reads only as fast as the test says."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, not_sent: int = NOT_SENT_BYTES) -> None:
        self.now = 0.0
        monkeypatch.setattr(asyncio.get_running_loop(), "time", lambda: self.now)
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._client = socket.socket()
            self._client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8192)
            self._client.connect(listener.getsockname())
            server, _ = listener.accept()
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, not_sent)
        for sock in (server, self._client):
            sock.setblocking(False)
        self.ended: list[End] = []
        self.received = bytearray()
        self.viewer = Viewer(
            server,
            Silent(PlayProtocol.FLV, ()),
            "session",
            PlayProtocol.FLV,
            PICTURE,
            1e9,
            lambda _, end: self.ended.append(end),
        )
        self.viewer.begin(b"", ())

    async def read(self, size: int) -> None:
        """Take so many bytes, as far as they are there."""
        left = size
        for _ in range(3):
            try:
                data = self._client.recv(left)
            except BlockingIOError:
                data = b""
            self.received += data
            left -= len(data)
            await asyncio.sleep(0)
            if not left:
                return

    def close(self) -> None:
        self.viewer.end(End(EndReason.DONE))
        self._client.close()


def picture(number: int) -> bytes:
    size = OTHER_BYTES if number % A_GROUP else KEY_BYTES
    return number.to_bytes(4, "big") + size.to_bytes(4, "big") + bytes(size - HEAD)


def whole_pictures(received: bytearray) -> Iterator[int]:
    """Their numbers; what was read of them is taken away."""
    while len(received) >= HEAD:
        number, size = int.from_bytes(received[:4], "big"), int.from_bytes(received[4:8], "big")
        assert size in (KEY_BYTES, OTHER_BYTES), "not the beginning of a picture"
        if len(received) < size:
            return
        del received[:size]
        yield number


@pytest.mark.parametrize(("share", "pictures"), [(0.3, 0.15), (0.13, 0.01)])
async def test_a_slow_viewer_keeps_going_with_pictures_of_now(
    monkeypatch: pytest.MonkeyPatch, share: float, pictures: float
) -> None:
    line = Line(monkeypatch)
    seen: list[int] = []
    ages: list[float] = []
    for number in range(120 * PICTURES_A_SECOND):
        line.now = number / PICTURES_A_SECOND
        line.viewer.offer(picture(number), key=number % A_GROUP == 0)
        line.viewer.check(line.now)
        await line.read(int(RATE * share / PICTURES_A_SECOND))
        for whole in whole_pictures(line.received):
            seen.append(whole)
            ages.append(line.now - whole / PICTURES_A_SECOND)
    assert not line.ended
    line.close()
    assert max(ages) <= 5.0
    assert len(seen) >= pictures * 120 * PICTURES_A_SECOND
    assert all(after == before + 1 or after % A_GROUP == 0 for before, after in pairwise(seen))
    assert line.viewer.skips > 10
    assert max(after - before for before, after in pairwise(seen)) <= 3 * A_GROUP


async def test_whoever_takes_a_little_is_not_ended_and_whoever_takes_nothing_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The kernel's buffer is full, and it will not take more for longer than anybody may stall."""
    line = Line(monkeypatch, not_sent=1 << 30)
    number = 0
    while not line.viewer.skips:
        line.viewer.offer(picture(number), key=False)
        number += 1
    for second in range(int(4 * STALLED_SECONDS)):
        line.now = float(second)
        line.viewer.check(line.now)
        await line.read(2000)
    assert not line.ended
    for _ in range(int(STALLED_SECONDS) + 1):
        line.now += 1
        line.viewer.check(line.now)
    assert line.ended == [End(EndReason.TOO_SLOW)]
    line.close()
