"""Sound of a camera: a quiet chime, or the sound of the user's file, as G.711 or AAC."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# PyAV's stubs leave arrays, images and packets partly untyped.

from collections.abc import Iterator
from typing import Final

import av
import numpy
from av.audio.codeccontext import AudioCodecContext
from numpy.typing import NDArray

from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec

_FULL_SCALE: Final = 32_767
_ENCODERS: Final = {Codec.G711A: "pcm_alaw", Codec.G711U: "pcm_mulaw", Codec.AAC: "aac"}

Samples = NDArray[numpy.float32]
"""Mono samples from -1 to 1 at ``rate_of(codec)``."""


def rate_of(codec: Codec) -> int:
    """Samples a second: 8,000 for G.711, 16,000 for AAC."""
    return 16_000 if codec is Codec.AAC else 8_000


def frame_samples(codec: Codec) -> int:
    """Samples in one frame: 40 ms of G.711, 1,024 for AAC."""
    return 1_024 if codec is Codec.AAC else 320


def chime(codec: Codec, seconds: float, seed: int) -> Samples:
    """A soft bell at the start of each second, its pitch another one for each camera."""
    time = numpy.arange(round(seconds * rate_of(codec))) / rate_of(codec)
    pitch = 262.0 * 2 ** ((0, 2, 4, 7, 9)[seed % 5] / 12 + seed // 5 % 2)
    within = time % 1.0
    turn = 2 * numpy.pi * pitch * within
    bell = numpy.exp(-6 * within) * (numpy.sin(turn) + 0.3 * numpy.sin(2 * turn))
    return (0.12 * bell).astype(numpy.float32)


def encode_loop(codec: Codec, samples: Samples) -> list[AccessUnit]:
    """Frames that cover the samples.

    Two rounds of AAC are encoded and the second is kept, or the encoder's delay would be a gap in the loop.
    """
    length = frame_samples(codec)
    frames = -(-len(samples) // length)
    padded = numpy.zeros(frames * length, numpy.float32)
    padded[: len(samples)] = samples
    rounds = 2 if codec is Codec.AAC else 1
    encoder = _encoder(codec)
    packets = list(_packets(encoder, codec, numpy.tile(padded, rounds)))[frames * (rounds - 1) :][:frames]
    config = (encoder.extradata or b"") if codec is Codec.AAC else b""
    starts = [index * length * TIMESCALE // rate_of(codec) for index in range(frames)]
    return [AccessUnit(codec, at, at, False, data, config) for at, data in zip(starts, packets, strict=True)]


def _encoder(codec: Codec) -> AudioCodecContext:
    encoder = av.CodecContext.create(_ENCODERS[codec], "w")
    assert isinstance(encoder, AudioCodecContext)  # noqa: S101 - narrows PyAV's type; all three are audio encoders
    encoder.sample_rate, encoder.layout = rate_of(codec), "mono"
    encoder.format = "fltp" if codec is Codec.AAC else "s16"
    if codec is Codec.AAC:
        encoder.bit_rate = 32_000
    return encoder


def _packets(encoder: AudioCodecContext, codec: Codec, samples: Samples) -> Iterator[bytes]:
    length = frame_samples(codec)
    whole = samples if codec is Codec.AAC else (samples * _FULL_SCALE).astype(numpy.int16)
    for start in range(0, len(whole), length):
        part = whole[start : start + length].reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(part, format=encoder.format.name, layout="mono")
        frame.sample_rate = encoder.sample_rate
        frame.pts = start
        yield from (bytes(packet) for packet in encoder.encode(frame))
    yield from (bytes(packet) for packet in encoder.encode(None))
