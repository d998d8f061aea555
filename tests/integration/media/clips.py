"""Clips that real encoders made, and cameras that send them as GB/T 28181 devices do."""

import functools
import io
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.codec.context import CodecContext

from pinegate.protocols.aac import audio_specific_config
from pinegate.protocols.frames import TIMESCALE, AccessUnit, Codec
from pinegate.protocols.mpeg_ps import PsMuxer
from pinegate.protocols.rtp import Packetizer

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
    bit_rate: int = 0,
) -> Clip:
    """Encode a moving picture with a key frame a second; ``bit_rate`` 0 is whatever the encoder needs."""
    units = _pictures(video, pictures, size, bit_rate)
    if audio is not None:
        units += _sound(audio, pictures)
    units.sort(key=lambda unit: unit.dts)
    return Clip(video, audio, *size, tuple(units), pictures)


def _pictures(video: Codec, pictures: int, size: tuple[int, int], bit_rate: int) -> list[AccessUnit]:
    name = "libx264" if video is Codec.H264 else "libx265"
    encoder = CodecContext.create(name, "w")
    encoder.width, encoder.height, encoder.pix_fmt = *size, "yuv420p"
    encoder.framerate, encoder.time_base = FPS, Fraction(1, FPS)
    encoder.gop_size = FPS
    encoder.thread_count = 1
    options = {"preset": "ultrafast", "tune": "zerolatency"}
    if video is Codec.H265:
        options["x265-params"] = f"log-level=none:keyint={FPS}:min-keyint={FPS}:repeat-headers=1"
    else:
        options["x264-params"] = f"keyint={FPS}:min-keyint={FPS}:scenecut=0"
    encoder.options = options
    if bit_rate:
        encoder.bit_rate = bit_rate
    units: list[AccessUnit] = []
    x = np.arange(size[0], dtype=np.int32)[None, :]
    y = np.arange(size[1], dtype=np.int32)[:, None]
    noise = np.random.default_rng(1).integers(0, 48, (size[1], size[0]))

    def keep(packets: list[av.Packet]) -> None:
        for packet in packets:
            at = len(units) * FRAME_TICKS
            units.append(AccessUnit(video, at, at, packet.is_keyframe, bytes(packet)))

    for index in range(pictures):
        grey = ((x + 4 * index) ^ (y + 2 * index)) % 200 + np.roll(noise, index * 7, axis=1)
        frame = av.VideoFrame.from_ndarray(
            np.repeat(grey[..., None], 3, axis=2).astype(np.uint8), format="rgb24"
        ).reformat(format="yuv420p")
        frame.pts = index
        keep(encoder.encode(frame))
    keep(encoder.encode(None))
    return units


def _sound(audio: Codec, pictures: int) -> list[AccessUnit]:
    """A tone of 440 Hz: G.711 in frames of 40 ms, AAC in frames of 1,024 samples at 16 kHz."""
    rate = 16000 if audio is Codec.AAC else 8000
    name = {Codec.AAC: "aac", Codec.G711A: "pcm_alaw", Codec.G711U: "pcm_mulaw"}[audio]
    encoder = CodecContext.create(name, "w")
    encoder.sample_rate, encoder.layout = rate, "mono"
    encoder.format = "fltp" if audio is Codec.AAC else "s16"
    encoder.open()
    step = 1024 if audio is Codec.AAC else 320
    total = pictures * rate // FPS
    config = audio_specific_config(rate, 1) if audio is Codec.AAC else b""
    units: list[AccessUnit] = []
    for start in range(0, total - step + 1, step):
        tone = 0.3 * np.sin(2 * np.pi * 440 / rate * np.arange(start, start + step))
        samples = tone.astype(np.float32) if audio is Codec.AAC else (tone * 32767).astype(np.int16)
        frame = AudioFrame.from_ndarray(samples[None, :], format=encoder.format.name, layout="mono")
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
    from PIL import Image

    with Image.open(io.BytesIO(jpeg)) as image:
        image.load()
        return image.size
