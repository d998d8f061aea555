"""A clip: one camera's loop as access units, in memory and in a file."""

import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from uuid import uuid4

from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec

_MAGIC: Final = b"PGCLIP1\n"
_LENGTH: Final = struct.Struct("!I")


class UnreadableClipError(Exception):
    """A file of the cache is no clip, or is cut short. Delete it; it is made anew."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Access units in the order of sending; the first is a key picture with ``dts`` 0 or close to it.

    ``period``: ticks (90 kHz) after which the clip begins again. ``fps``: for the SDP only.
    """

    units: tuple[AccessUnit, ...]
    period: int
    video: Codec
    audio: Codec | None
    width: int
    height: int
    fps: float

    @property
    def seconds(self) -> float:
        return self.period / TIMESCALE

    @property
    def kilobits_per_second(self) -> int:
        """Mean rate of the elementary streams."""
        return round(sum(len(unit.payload) for unit in self.units) * 8 / 1000 / self.seconds)


def write_clip(clip: Clip, path: Path) -> None:
    """Store a clip so that a reader sees either nothing or all of it."""
    config = next((unit.config for unit in clip.units if unit.config), b"")
    header = {
        "video": clip.video.value,
        "audio": clip.audio.value if clip.audio else None,
        "period": clip.period,
        "size": [clip.width, clip.height],
        "fps": clip.fps,
        "config": config.hex(),
        "units": [[u.codec.is_video, u.key, u.pts, u.dts, len(u.payload)] for u in clip.units],
    }
    encoded = json.dumps(header, separators=(",", ":")).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{uuid4().hex}")
    try:
        with unfinished.open("wb") as file:
            file.write(_MAGIC + _LENGTH.pack(len(encoded)) + encoded)
            file.writelines(unit.payload for unit in clip.units)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_clip(path: Path) -> Clip:
    """Raises ``FileNotFoundError``, or :class:`UnreadableClipError`."""
    data = path.read_bytes()
    try:
        return _decode(data)
    except (ValueError, KeyError, TypeError, struct.error) as error:
        raise UnreadableClipError(
            f"{path} is no clip of this version; delete it and it is made anew"
        ) from error


def _decode(data: bytes) -> Clip:
    start = len(_MAGIC) + _LENGTH.size
    if data[: len(_MAGIC)] != _MAGIC:
        raise ValueError("not a clip")
    (length,) = _LENGTH.unpack_from(data, len(_MAGIC))
    header = json.loads(data[start : start + length])
    video = Codec(header["video"])
    audio = Codec(header["audio"]) if header["audio"] else None
    config = bytes.fromhex(header["config"])
    position = start + length
    units: list[AccessUnit] = []
    for is_video, key, pts, dts, size in header["units"]:
        codec = video if is_video else audio
        if codec is None or position + size > len(data):
            raise ValueError("cut short")
        payload = data[position : position + size]
        units.append(AccessUnit(codec, pts, dts, key, payload, b"" if is_video else config))
        position += size
    width, height = header["size"]
    return Clip(tuple(units), header["period"], video, audio, width, height, header["fps"])


class Playout:
    """A clip played over and over, with timestamps that go on rising from one round to the next."""

    def __init__(self, clip: Clip) -> None:
        self.clip = clip
        self._index = 0
        self._offset = 0
        self._key_wanted = False

    @property
    def next_dts(self) -> int:
        """When the next unit is due, in ticks since the start."""
        return self.clip.units[self._index].dts + self._offset

    def force_key(self) -> None:
        """Go on with the clip's next key picture, now: a clip cannot make one of any other."""
        self._key_wanted = True

    def take(self) -> AccessUnit:
        if self._key_wanted:
            self._key_wanted = False
            self._skip_to_key()
        unit = self.clip.units[self._index]
        moved = AccessUnit(
            unit.codec, unit.pts + self._offset, unit.dts + self._offset, unit.key, unit.payload, unit.config
        )
        self._index += 1
        if self._index == len(self.clip.units):
            self._index = 0
            self._offset += self.clip.period
        return moved

    def _skip_to_key(self) -> None:
        units, due = self.clip.units, self.next_dts
        self._index = next((n for n in range(self._index, len(units)) if units[n].key), 0)  # the first one is
        self._offset = due - units[self._index].dts
