"""An engine under load: control that admits everybody, and load generators in processes of their own."""

import asyncio
import json
import secrets
import sys
from collections.abc import AsyncGenerator, Callable, Collection, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from media_codecs import one_stream
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.domain.access.tracks import PICTURE_AND_SOUND
from pinegate.protocols.media import rtp
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.mpeg_ps import PsMuxer
from pinegate.usecases.streams.media_engine import (
    Admitted,
    PlayProtocol,
    Refused,
    SessionEnded,
    SourceStarted,
)


class Control:
    """Admits every ticket it made, for an hour."""

    def __init__(self) -> None:
        self.tickets: dict[str, Admitted] = {}
        self.started = asyncio.Event()
        self.ended: list[SessionEnded] = []
        self.on_key_frame_wanted: Callable[[], None] = lambda: None
        self.new_ticket: Callable[[str], str] = lambda _: secrets.token_urlsafe(32)

    def ticket(self, session_id: str, source_id: str) -> str:
        ticket = self.new_ticket(source_id)
        self.tickets[ticket] = Admitted(session_id, source_id, 3600.0, PICTURE_AND_SOUND)
        return ticket

    async def redeem_ticket(
        self, ticket: str, protocol: PlayProtocol, client_host: str
    ) -> Admitted | Refused:
        return self.tickets.pop(ticket, None) or Refused("ticket_unknown", "unknown")

    async def source_started(self, started: SourceStarted) -> None:
        self.started.set()

    async def source_lost(self, source_id: str, reason: str) -> None:
        print(f"source {source_id} lost: {reason}", file=sys.stderr)

    async def session_ended(self, ended: SessionEnded) -> None:
        self.ended.append(ended)

    async def bytes_sent(self, totals: Mapping[str, int]) -> None:
        return None

    async def second_source(self, source_id: str, host: str) -> None:
        print(f"second source at {source_id}", file=sys.stderr)

    async def key_frame_wanted(self, source_id: str) -> None:
        self.on_key_frame_wanted()

    async def pictures_coming(self, source_id: str, coming: bool) -> None:
        return None

    async def worker_lost(self, source_ids: Collection[str], session_ids: Collection[str]) -> None:
        raise SystemExit("the worker died")


@asynccontextmanager
async def engine() -> AsyncGenerator[tuple[MediaSupervisor, Control], None]:
    control = Control()
    running = MediaSupervisor(MediaSettings(rtp_ports=(36000, 37999)), control)
    control.new_ticket = running.issue_ticket
    await running.start()
    try:
        yield running, control
    finally:
        await running.stop()


class LoadProcess:
    """A load generator; one JSON line each way at a time."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, script: str) -> "LoadProcess":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(Path(__file__).with_name(script)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=1 << 24,
        )
        return cls(process)

    async def ask(self, order: object, timeout_seconds: float = 60) -> Any:
        await self.tell(order)
        return await self.answer(timeout_seconds)

    async def tell(self, order: object) -> None:
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(json.dumps(order).encode() + b"\n")
        await stdin.drain()

    async def answer(self, timeout_seconds: float = 60) -> Any:
        """The next line."""
        stdout = self._process.stdout
        assert stdout is not None
        async with asyncio.timeout(timeout_seconds):
            return json.loads(await stdout.readline())

    async def stop(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.wait()


class PacedCamera:
    """Sends the 1 Mbit/s stream of ``media_codecs`` picture by picture, 25 a second, with its sound or without."""

    def __init__(
        self, transmit: Callable[[bytes], object], ssrc: int, seconds: int, *, sound: bool = True
    ) -> None:
        self._transmit = transmit
        self._muxer = PsMuxer(Codec.H264, Codec.AAC if sound else None)
        self._packetizer = rtp.Packetizer(ssrc)
        units = [unit for unit in one_stream(seconds) if sound or unit.codec.is_video]
        self._units: Iterator[AccessUnit] = iter(units)
        self._next = next(self._units)
        self.pictures = 0

    async def send(self, pictures: int) -> list[AccessUnit]:
        """Send so many pictures and the sound between them, in real time."""
        loop = asyncio.get_running_loop()
        due, sent = loop.time(), list[AccessUnit]()
        for _ in range(pictures):
            due += 0.04
            await asyncio.sleep(max(0.0, due - loop.time()))
            while True:
                unit = self._next
                for packet in self._packetizer.packetize(self._muxer.mux(unit), unit.dts):
                    self._transmit(packet)
                sent.append(unit)
                self._next = next(self._units)
                if self._next.codec.is_video:
                    break
            self.pictures += 1
        return sent
