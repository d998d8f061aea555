"""Draws a camera's scene and encodes it by libx264 or libx265."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# PyAV's stubs leave arrays, images and packets partly untyped.

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from typing import Final

import av
from av.video.codeccontext import VideoCodecContext
from PIL import Image

from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec
from pinegate_simulator.clip import Clip
from pinegate_simulator.on_screen_display import OnScreenDisplay, running_time
from pinegate_simulator.scenes import repertoire
from pinegate_simulator.sound import chime, encode_loop

_DRAWING_VERSION: Final = 1
"""Counted up whenever scenes or encoding change, so that old caches are not used any more."""

_QUALITY: Final = {Codec.H264: "27", Codec.H265: "30"}


@dataclass(frozen=True, slots=True)
class ClipSettings:
    """How all generated clips of one simulator look. A loop is a whole number of groups of pictures."""

    width: int = 640
    height: int = 360
    fps: int = 25
    gop_seconds: float = 2.0
    loop_seconds: float = 16.0
    video: Codec = Codec.H264
    audio: Codec | None = None

    @classmethod
    def of(
        cls,
        *,
        video: str,
        audio: str,
        width: int,
        height: int,
        fps: int,
        gop_seconds: float,
        loop_seconds: float,
    ) -> "ClipSettings":
        """Settings by codec names, ``audio`` being ``none`` for silence. Raises ``ValueError``."""
        sound = None if audio == "none" else Codec(audio)
        return cls(width, height, fps, gop_seconds, loop_seconds, Codec(video), sound)

    def __post_init__(self) -> None:
        if not self.video.is_video or (self.audio is not None and self.audio.is_video):
            raise ValueError("video takes h264 or h265, audio takes g711a, g711u, aac or nothing")
        if self.width % 2 or self.height % 2 or not 64 <= self.width <= 1920 or not 64 <= self.height <= 1080:
            raise ValueError("a picture is 64×64 to 1920×1080, with even sides")
        if not 1 <= self.fps <= 60 or not 0 < self.gop_seconds <= self.loop_seconds <= 120:
            raise ValueError("fps is 1–60; the GOP is not longer than the loop, which is at most 120 s")

    @property
    def gop_pictures(self) -> int:
        return max(1, round(self.gop_seconds * self.fps))

    @property
    def pictures(self) -> int:
        groups = max(1, round(self.loop_seconds * self.fps / self.gop_pictures))
        return groups * self.gop_pictures


@dataclass(frozen=True, slots=True)
class ClipRequest:
    """One clip to be made. ``name``: shown lower left. ``scene``, ``light``: names of ``repertoire``."""

    settings: ClipSettings
    name: str
    scene: str
    light: str
    seed: int

    @property
    def digest(self) -> str:
        """Names the clip in the cache: equal for equal pictures only."""
        described = json.dumps({"drawing": _DRAWING_VERSION, **asdict(self)}, sort_keys=True)
        return hashlib.sha256(described.encode()).hexdigest()

    def make(self) -> Clip:
        return encode_clip(self)


def encode_clip(request: ClipRequest) -> Clip:
    """Make the clip; takes about a second of one core for 16 s of 640 × 360 at 15 pictures a second."""
    settings = request.settings
    period = settings.pictures * TIMESCALE // settings.fps
    units = encode_pictures(_pictures(request), settings)
    if settings.audio is not None:
        sound = chime(settings.audio, period / TIMESCALE, request.seed)
        units += encode_loop(settings.audio, sound)
    units.sort(key=lambda unit: (unit.dts, not unit.codec.is_video))
    return Clip(
        tuple(units),
        period,
        settings.video,
        settings.audio,
        settings.width,
        settings.height,
        float(settings.fps),
    )


def _pictures(request: ClipRequest) -> Iterator[Image.Image]:
    settings = request.settings
    scene = repertoire.build(request.scene, request.light, request.seed, settings.width)
    display = OnScreenDisplay(request.name, settings.width, settings.height)
    size = (settings.width, settings.height)
    for index in range(settings.pictures):
        picture = scene.draw(index / settings.pictures)
        if picture.size != size:
            picture = _fitted(picture, size)
        display.draw(picture, running_time(index / settings.fps), index / settings.pictures)
        yield picture


def _fitted(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A picture of other proportions than 16:9 is stretched as anamorphic sub-streams of real cameras are."""
    return picture.resize(size, Image.Resampling.BILINEAR)


class VideoEncoder:
    """Encodes without B-frames; key pictures carry their parameter sets."""

    def __init__(self, settings: ClipSettings) -> None:
        self._settings = settings
        self._encoder = _open_encoder(settings)
        self._pictures = 0

    def encode(self, picture: Image.Image) -> list[AccessUnit]:
        frame = av.VideoFrame.from_image(picture).reformat(format="yuv420p")
        frame.pts = self._pictures
        frame.time_base = self._encoder.time_base
        self._pictures += 1
        return self._units(frame)

    def finish(self) -> list[AccessUnit]:
        return self._units(None)

    def _units(self, frame: av.VideoFrame | None) -> list[AccessUnit]:
        units: list[AccessUnit] = []
        for packet in self._encoder.encode(frame):
            ticks = (packet.pts or 0) * TIMESCALE // self._settings.fps
            units.append(AccessUnit(self._settings.video, ticks, ticks, packet.is_keyframe, bytes(packet)))
        return units


def encode_pictures(pictures: Iterable[Image.Image], settings: ClipSettings) -> list[AccessUnit]:
    encoder = VideoEncoder(settings)
    units = [unit for picture in pictures for unit in encoder.encode(picture)]
    return units + encoder.finish()


def _open_encoder(settings: ClipSettings) -> VideoCodecContext:
    gop = settings.gop_pictures
    name = "libx264" if settings.video is Codec.H264 else "libx265"
    encoder = av.CodecContext.create(name, "w")
    assert isinstance(encoder, VideoCodecContext)  # noqa: S101 - narrows PyAV's type; both names are video encoders
    encoder.width, encoder.height = settings.width, settings.height
    encoder.time_base = Fraction(1, settings.fps)
    encoder.framerate = Fraction(settings.fps)
    encoder.pix_fmt = "yuv420p"
    encoder.gop_size = gop
    parameters = f"keyint={gop}:min-keyint={gop}:scenecut=0:bframes=0:repeat-headers=1"
    encoder.options = {
        "preset": "ultrafast",
        "tune": "zerolatency",
        "crf": _QUALITY[settings.video],
        "threads": "1",
    }
    if settings.video is Codec.H264:
        encoder.options |= {"profile": "main", "x264-params": parameters + ":cabac=1:ref=1"}
    else:
        encoder.options |= {"x265-params": parameters + ":pools=none:frame-threads=1:log-level=none"}
    return encoder
