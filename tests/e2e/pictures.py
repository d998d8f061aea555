"""Players: readers of every output, and ffprobe to check what they received."""

import asyncio
import json
from typing import Any

from tests.e2e.people import Person
from tests.integration.media.viewers import HttpViewer, WebSocketViewer
from tests.processes import END_WITH_US
from tests.waiting import until

OUTPUTS = ("flv", "ws-flv", "fmp4", "ws-fmp4")
_CONTAINERS = {"flv": "flv", "ws-flv": "flv", "fmp4": "mp4", "ws-fmp4": "mp4"}
_PROBE_SECONDS = 30.0


class Picture:
    """A running play of a portal's person."""

    def __init__(self, answer: Any, viewer: HttpViewer | WebSocketViewer) -> None:
        self.session_id: str = answer["session_id"]
        self.url: str = answer["url"]
        self.protocol: str = answer["protocol"]
        self._viewer = viewer

    @classmethod
    async def open(cls, person: Person, form: dict[str, str]) -> "Picture":
        """Asked for, and read from now on."""
        return await cls.of_answer(await person.post("/api/play", form))

    @classmethod
    async def of_answer(cls, answer: Any) -> "Picture":
        opener = WebSocketViewer if answer["protocol"].startswith("ws-") else HttpViewer
        return cls(answer, await opener.open(answer["url"]))

    @property
    def received(self) -> int:
        return len(self._viewer.body)

    async def runs(self, more: int = 20_000) -> None:
        """Returns when ``more`` bytes have come since now."""
        enough = self.received + more
        await until(lambda: self.received > enough or self.is_over())
        assert self.received > enough, "the picture ended"

    async def ended(self) -> bytes:
        """Everything that came, once the server has ended it."""
        return await self._viewer.ended()

    async def ended_within(self, seconds: float) -> None:
        """As ``ended``, for ends that take longer."""
        await until(self.is_over, seconds)

    def is_over(self) -> bool:
        """Whether the server has ended it."""
        viewer = self._viewer
        return (viewer.closed if isinstance(viewer, HttpViewer) else viewer.code) is not None

    async def frames(self) -> int:
        """How many frames ffprobe counts in what was received; the play must have ended."""
        return await count_frames("pipe:0", await self.ended(), _CONTAINERS[self.protocol])


async def count_frames(address: str, given: bytes | None = None, container: str | None = None) -> int:
    """ffprobe reads ``address`` (the first two seconds) or ``given`` bytes and counts video frames."""
    (stream,) = await streams_of(address, given, container)
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("h264", 640, 360)
    return int(stream["nb_read_frames"])


async def streams_of(address: str, given: bytes | None = None, container: str | None = None) -> list[Any]:
    """The streams that ffprobe finds, with their codecs and how many frames it read of each."""
    command = ["ffprobe", "-v", "error", "-count_frames"]
    command += ["-show_entries", "stream=nb_read_frames,codec_name,width,height", "-of", "json"]
    command += ["-f", container] if container else ["-read_intervals", "%+2"]
    process = await asyncio.create_subprocess_exec(
        *END_WITH_US, *command, address, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(_PROBE_SECONDS):
        output, _ = await process.communicate(given)
    streams: list[Any] = json.loads(output)["streams"]
    return streams
