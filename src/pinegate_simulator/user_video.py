"""The user's own file as a clip: H.264 and H.265 as they are, anything else encoded once."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# PyAV's stubs leave arrays, images and packets partly untyped.

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from fractions import Fraction
from itertools import dropwhile
from pathlib import Path
from typing import Final

import av
import numpy
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream
from PIL import Image

from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec
from pinegate_simulator.clip import Clip
from pinegate_simulator.clip_encoding import ClipSettings, encode_pictures
from pinegate_simulator.sound import Samples, encode_loop, rate_of

_READER_VERSION: Final = 1
_MAX_SECONDS: Final = 600
_MAX_BYTES: Final = 512 << 20
_PASSED_THROUGH: Final = {"h264": Codec.H264, "hevc": Codec.H265}
_TO_ANNEX_B: Final = {Codec.H264: "h264_mp4toannexb", Codec.H265: "hevc_mp4toannexb"}


class UserVideoError(Exception):
    """The user's file cannot be played; the text says why."""


@dataclass(frozen=True, slots=True)
class UserVideo:
    """A file to be played by every camera; its first ten minutes or 512 MiB at most."""

    path: Path
    settings: ClipSettings

    @property
    def digest(self) -> str:
        state = self.path.stat()
        described = f"{_READER_VERSION} {self.path.resolve()} {state.st_size} {state.st_mtime_ns}"
        return hashlib.sha256(f"{described} {sorted(asdict(self.settings).items())}".encode()).hexdigest()

    def make(self) -> Clip:
        return read_user_video(self.path, self.settings)


def read_user_video(path: Path, settings: ClipSettings) -> Clip:
    """Raises :class:`UserVideoError`."""
    try:
        with av.open(str(path)) as container:
            if not container.streams.video:
                raise UserVideoError(f"{path} has no video")
            video = container.streams.video[0]
            codec = _PASSED_THROUGH.get(video.codec_context.name)
            if codec is None:
                units, size, fps = (
                    _transcode(container, settings),
                    (settings.width, settings.height),
                    settings.fps,
                )
            else:
                units = list(_pass_through(container, video, codec))
                size, fps = (video.width, video.height), float(_frame_rate(video))
        return _clip(path, units, size, fps, settings)
    except (OSError, FFmpegError) as error:
        raise UserVideoError(f"{path} cannot be read as a video: {error}") from error


def _clip(
    path: Path, units: list[AccessUnit], size: tuple[int, int], fps: float, settings: ClipSettings
) -> Clip:
    if not units:
        raise UserVideoError(f"{path} has no key picture in its first {_MAX_SECONDS} s")
    # H.264 allows a first dts below 0; the timeline of a call begins at 0.
    first = units[0].dts
    units = [AccessUnit(u.codec, u.pts - first, u.dts - first, u.key, u.payload) for u in units]
    period = units[-1].dts + round(TIMESCALE / fps)
    video, audio = units[0].codec, settings.audio
    if audio is not None:
        samples = _samples(path, audio, period / TIMESCALE)
        audio = audio if len(samples) else None
        if audio is not None:
            units = sorted(
                [*units, *encode_loop(audio, samples)], key=lambda u: (u.dts, not u.codec.is_video)
            )
    return Clip(tuple(units), period, video, audio, *size, fps)


def _frame_rate(video: VideoStream) -> Fraction:
    return video.average_rate or video.guessed_rate or Fraction(25)


def _pass_through(container: InputContainer, video: VideoStream, codec: Codec) -> Iterator[AccessUnit]:
    """From the first key picture on; key pictures get the parameter sets of the container's header."""
    bitstream = BitStreamFilterContext(_TO_ANNEX_B[codec], video)
    extradata = video.codec_context.extradata or b""
    sets = extradata if extradata.startswith(b"\x00\x00") else b""
    step = TIMESCALE / _frame_rate(video)
    time_base = video.time_base or Fraction(1, TIMESCALE)
    total = 0
    last = -1

    def units() -> Iterator[AccessUnit]:
        nonlocal total, last
        for packet in container.demux(video):
            for part in bitstream.filter(packet if packet.size else None):
                payload = bytes(part)
                if part.is_keyframe and sets and sets[:16] not in payload:
                    payload = sets + payload
                dts = last + round(step) if part.dts is None else round(part.dts * time_base * TIMESCALE)
                pts = dts if part.pts is None else round(part.pts * time_base * TIMESCALE)
                total, last = total + len(payload), dts
                yield AccessUnit(codec, pts, dts, part.is_keyframe, payload)

    begun: int | None = None
    for unit in dropwhile(lambda unit: not unit.key, units()):
        begun = unit.dts if begun is None else begun
        if unit.dts - begun > _MAX_SECONDS * TIMESCALE or total > _MAX_BYTES:
            return
        yield unit


def _transcode(container: InputContainer, settings: ClipSettings) -> list[AccessUnit]:
    size = (settings.width, settings.height)

    def pictures() -> Iterator[Image.Image]:
        shown = 0
        for frame in container.decode(video=0):
            at = frame.time or 0.0
            if at > _MAX_SECONDS:
                return
            if at * settings.fps < shown:
                continue
            picture: Image.Image = frame.reformat(width=size[0], height=size[1]).to_image()
            while shown <= at * settings.fps:
                yield picture
                shown += 1

    return encode_pictures(pictures(), settings)


def _samples(path: Path, codec: Codec, seconds: float) -> Samples:
    """The file's first audio track in mono, cut or filled with silence to ``seconds``; none: empty."""
    rate = rate_of(codec)
    parts: list[Samples] = []
    with av.open(str(path)) as container:
        if not container.streams.audio:
            return numpy.zeros(0, numpy.float32)
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        length = 0
        for frame in container.decode(audio=0):
            for part in resampler.resample(frame):
                samples = numpy.asarray(part.to_ndarray(), numpy.float32).reshape(-1)
                parts.append(samples)
                length += len(samples)
            if length > seconds * rate:
                break
    filled = numpy.zeros(round(seconds * rate), numpy.float32)
    heard = numpy.concatenate(parts)[: len(filled)] if parts else filled[:0]
    filled[: len(heard)] = heard
    return filled
