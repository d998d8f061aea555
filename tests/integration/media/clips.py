"""Clips that real encoders made, and cameras that send them as GB/T 28181 devices do."""

import functools
import io
import math
import random
from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.codec.context import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from PIL import Image

from pinegate.protocols.media.aac import audio_specific_config
from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec
from pinegate.protocols.media.mpeg_ps import PsMuxer
from pinegate.protocols.media.rtp import Packetizer

FPS = 25
FRAME_TICKS = TIMESCALE // FPS


@dataclass(frozen=True)
class Clip:
    """Coded units in sending order, about ``seconds`` long; it can be sent again and again."""

    video: Codec
    audio: Codec | None
    width: int
    height: int
    units: tuple[AccessUnit, ...]
    pictures: int

    def endless(self) -> Iterator[AccessUnit]:
        """The clip over and over, its time going on."""
        length = self.pictures * FRAME_TICKS
        shift = 0
        while True:
            for unit in self.units:
                yield AccessUnit(
                    unit.codec, unit.pts + shift, unit.dts + shift, unit.key, unit.payload, unit.config
                )
            shift += length


@functools.cache
def clip(
    video: Codec = Codec.H264,
    audio: Codec | None = None,
    pictures: int = 50,
    size: tuple[int, int] = (320, 180),
) -> Clip:
    """Encode a moving picture with a key frame a second, and a tone."""
    units = _pictures(video, pictures, size)
    if audio is not None:
        units += _sound(audio, pictures)
    units.sort(key=lambda unit: unit.dts)
    return Clip(video, audio, *size, tuple(units), pictures)


def _pictures(video: Codec, pictures: int, size: tuple[int, int]) -> list[AccessUnit]:
    """Faint noise, new in each picture, so that pictures have some size."""
    encoder = CodecContext.create("libx264" if video is Codec.H264 else "libx265", "w")
    assert isinstance(encoder, VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.framerate, encoder.time_base = Fraction(FPS), Fraction(1, FPS)
    encoder.gop_size = FPS
    encoder.thread_count = 1
    parameters = f"keyint={FPS}:min-keyint={FPS}:scenecut=0"
    if video is Codec.H265:
        encoder.options = {"x265-params": f"{parameters}:repeat-headers=1:log-level=none"}
    else:
        encoder.options = {"x264-params": parameters}
    encoder.options |= {"preset": "ultrafast", "tune": "zerolatency"}
    area = size[0] * size[1]
    noise = random.Random(1).randbytes(2 * area).translate(bytes(64 + n // 16 for n in range(256)))
    units: list[AccessUnit] = []
    for index in range(pictures + 1):
        frame = None
        if index < pictures:
            frame = VideoFrame(*size, "yuv420p")
            luma, *chroma = frame.planes
            luma.update(noise[997 * index % area :][:area])
            for plane in chroma:
                plane.update(bytes([128]) * plane.buffer_size)
            frame.pts = index
        for packet in encoder.encode(frame):
            at = len(units) * FRAME_TICKS
            units.append(AccessUnit(video, at, at, packet.is_keyframe, bytes(packet)))
    return units


def _sound(audio: Codec, pictures: int) -> list[AccessUnit]:
    """A tone of 440 Hz: G.711 in frames of 40 ms, AAC in frames of 1,024 samples at 16 kHz."""
    is_aac = audio is Codec.AAC
    rate, step = (16000, 1024) if is_aac else (8000, 320)
    name = {Codec.AAC: "aac", Codec.G711A: "pcm_alaw", Codec.G711U: "pcm_mulaw"}[audio]
    encoder = CodecContext.create(name, "w")
    assert isinstance(encoder, AudioCodecContext)
    encoder.sample_rate, encoder.layout = rate, "mono"
    encoder.format = "fltp" if is_aac else "s16"
    encoder.open()
    config = audio_specific_config(rate, 1) if is_aac else b""
    units: list[AccessUnit] = []
    for start in range(0, pictures * rate // FPS - step + 1, step):
        tone = [0.3 * math.sin(2 * math.pi * 440 / rate * (start + n)) for n in range(step)]
        samples = array("f", tone) if is_aac else array("h", [int(32767 * value) for value in tone])
        frame = AudioFrame(format=encoder.format.name, layout="mono", samples=step)
        frame.planes[0].update(samples.tobytes())
        frame.sample_rate, frame.pts = rate, start
        for packet in encoder.encode(frame):
            at = len(units) * step * TIMESCALE // rate
            units.append(AccessUnit(audio, at, at, False, bytes(packet), config))
    return units


class RtpCamera:
    """Turns a clip's units into RTP packets, unit by unit."""

    def __init__(self, source: Clip, ssrc: int, sequence: int = 0) -> None:
        self._muxer = PsMuxer(source.video, source.audio)
        self._packetizer = Packetizer(ssrc, sequence=sequence)

    def packets(self, unit: AccessUnit) -> list[bytes]:
        return self._packetizer.packetize(self._muxer.mux(unit), unit.dts)


def decoded_size(jpeg: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return image.size
