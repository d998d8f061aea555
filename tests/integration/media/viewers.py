"""Viewers: a plain HTTP client over a bare socket, a WebSocket client, and checkers of what they received."""

import asyncio
import io
import json
from urllib.parse import urlsplit

import av
import websockets
from av.error import InvalidDataError
from tests.processes import END_WITH_US
from tests.waiting import HANGS_SECONDS
from websockets import Origin


class HttpViewer:
    """Reads a play address until it ends; ``body`` grows meanwhile, ``closed`` says how it ended."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self.body = bytearray()
        self.closed: str | None = None
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, method: str = "GET", **headers: str) -> "HttpViewer":
        """Send the request; returns when the head of the answer has come."""
        viewer = cls()
        parts = urlsplit(url)
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        writer.write("\r\n".join([*lines, "", ""]).encode())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        except BaseException:  # the worker is gone before its answer
            writer.close()
            raise
        viewer.status = int(head[0].split()[1])
        viewer.headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        viewer._task = asyncio.create_task(viewer._read(reader, writer))
        return viewer

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65536):
                self.body += data
            self.closed = "end"
        except ConnectionError:
            self.closed = "reset"
        finally:
            writer.close()

    async def ended(self) -> bytes:
        assert self._task is not None
        async with asyncio.timeout(HANGS_SECONDS):
            await self._task
        return bytes(self.body)

    def leave(self) -> None:
        assert self._task is not None
        self._task.cancel()


async def fetch(url: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    viewer = await HttpViewer.open(url, method, **headers)
    return viewer.status, viewer.headers, await viewer.ended()


def problem_of(body: bytes) -> dict[str, object]:
    return json.loads(body)


class WebSocketViewer:
    """Reads a play address until the server closes; ``code`` and ``reason`` are the server's last words."""

    def __init__(self) -> None:
        self.body = bytearray()
        self.code: int | None = None
        self.reason = ""
        self._task: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, url: str, origin: Origin | None = None) -> "WebSocketViewer":
        viewer = cls()
        connection = await websockets.connect(
            url.replace("http", "ws", 1), origin=origin, compression=None, max_size=None, proxy=None
        )
        viewer._task = asyncio.create_task(viewer._read(connection))
        return viewer

    async def _read(self, connection: websockets.ClientConnection) -> None:
        try:
            async for message in connection:
                assert isinstance(message, bytes)
                self.body += message
        except websockets.ConnectionClosed:
            pass
        finally:
            connection.transport.abort()
        self.code, self.reason = connection.close_code, connection.close_reason or ""

    async def ended(self) -> bytes:
        assert self._task is not None
        async with asyncio.timeout(HANGS_SECONDS):
            await self._task
        return bytes(self.body)


def frames_of(body: bytes, container: str) -> dict[str, int]:
    """How many frames FFmpeg decodes of each codec."""
    counted: dict[str, int] = {}
    with av.open(io.BytesIO(body), "r", format=container) as opened:
        for packet in opened.demux():
            name = packet.stream.codec_context.name
            try:
                counted[name] = counted.get(name, 0) + len(packet.decode())
            except InvalidDataError:
                counted["broken"] = counted.get("broken", 0) + 1
    return counted


async def ffprobe(url: str) -> dict[str, int]:
    """Frames of each codec that ffprobe reads until the address ends."""
    process = await asyncio.create_subprocess_exec(
        *END_WITH_US, "ffprobe", "-v", "error", "-count_frames", "-of", "json",
        "-show_entries", "stream=codec_name,nb_read_frames", url,
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    async with asyncio.timeout(HANGS_SECONDS):
        output, _ = await process.communicate()
    return {stream["codec_name"]: int(stream["nb_read_frames"]) for stream in json.loads(output)["streams"]}
