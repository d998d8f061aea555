"""G.711 to AAC for browsers, by a codec helper of its own: a hanging snapshot must not silence cameras."""

import asyncio
from collections.abc import Callable

from pinegate.adapters.confined.helper import HelperError
from pinegate.adapters.media.codec_helper import CodecHelper
from pinegate.protocols.media.frames import AccessUnit, Codec

CHUNK = 1024
"""Samples a request: one AAC frame, so that the helper is asked 8 times a second and camera."""
MAX_CHUNKS_WAITING = 8


class AudioTranscoder:
    """Takes a camera's G.711 and gives back AAC by ``push(source_id, unit)``, somewhat later.

    When the helper is slow or gone the audio is left out; the pictures go on.
    """

    def __init__(self, push: Callable[[str, AccessUnit], None]) -> None:
        self._push = push
        self._helper = CodecHelper()
        self._gathered: dict[str, tuple[Codec, int, bytearray]] = {}
        self._waiting: dict[str, asyncio.Queue[tuple[Codec, int, bytes] | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def take(self, source_id: str, unit: AccessUnit) -> None:
        codec, start, samples = self._gathered.get(source_id) or (unit.codec, unit.pts, bytearray())
        samples += unit.payload
        self._gathered[source_id] = (codec, start, samples)
        if len(samples) < CHUNK:
            return
        del self._gathered[source_id]
        queue = self._waiting.get(source_id)
        if queue is None:
            queue = self._waiting[source_id] = asyncio.Queue(MAX_CHUNKS_WAITING)
            task = asyncio.create_task(self._transcode(source_id, queue))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if not queue.full():
            queue.put_nowait((codec, start, bytes(samples)))

    def forget(self, source_id: str) -> None:
        """The source is closed."""
        self._gathered.pop(source_id, None)
        queue = self._waiting.pop(source_id, None)
        if queue is not None:
            while not queue.empty():
                queue.get_nowait()
            queue.put_nowait(None)  # not cancelled: a half-done exchange would cost all cameras their helper

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await self._helper.close()

    async def _transcode(self, source_id: str, queue: asyncio.Queue[tuple[Codec, int, bytes] | None]) -> None:
        last = -1
        while (chunk := await queue.get()) is not None:
            codec, pts, samples = chunk
            try:
                answer = await self._helper.request(
                    {"do": "aac", "source": source_id, "codec": codec, "pts": pts}, samples
                )
            except HelperError:
                continue
            for unit in _units(answer):
                if (
                    unit.dts > last and self._waiting.get(source_id) is queue
                ):  # a new encoder may begin a little before the old one ended
                    last = unit.dts
                    self._push(source_id, unit)


def _units(answer: bytes) -> list[AccessUnit]:
    """What ``codec_process.aac`` wrote."""
    size = int.from_bytes(answer[:4], "big")
    config, offset = answer[4 : 4 + size], 4 + size
    units: list[AccessUnit] = []
    while offset < len(answer):
        at = int.from_bytes(answer[offset : offset + 8], "big")
        length = int.from_bytes(answer[offset + 8 : offset + 12], "big")
        payload = answer[offset + 12 : offset + 12 + length]
        units.append(AccessUnit(Codec.AAC, at, at, False, payload, config))
        offset += 12 + length
    return units
