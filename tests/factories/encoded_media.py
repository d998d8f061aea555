"""Real H.264, H.265 and AAC, encoded once a test run; and what FFmpeg reads back."""

import json
import subprocess
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import av

from pinegate.protocols.media.frames import AccessUnit, Codec

PICTURE_TICKS = 3600
WIDTH, HEIGHT = 320, 240


@cache
def h264_units(pictures: int = 50, b_frames: bool = False) -> tuple[AccessUnit, ...]:
    options = {"preset": "ultrafast"}
    if b_frames:
        options = {"preset": "veryfast", "x264-params": "bframes=3:b-adapt=0"}
    return _video("libx264", Codec.H264, pictures, options)


@cache
def h265_units(pictures: int = 30) -> tuple[AccessUnit, ...]:
    return _video("libx265", Codec.H265, pictures, {"preset": "ultrafast", "x265-params": "log-level=0"})


@cache
def aac_units(frames: int = 40, rate: int = 16_000) -> tuple[AccessUnit, ...]:
    encoder = av.CodecContext.create("aac", "w")
    encoder.sample_rate = rate
    encoder.layout = "mono"
    encoder.format = "fltp"
    encoder.open()
    packets: list[Any] = []
    for index in range(frames):
        frame = av.AudioFrame(format="fltp", layout="mono", samples=1024)
        frame.planes[0].update(bytes((index * 5 + at) & 0x3B for at in range(4096)))
        frame.sample_rate = rate
        frame.pts = index * 1024
        packets += encoder.encode(frame)
    config = bytes(encoder.extradata or b"")[:2]
    ticks = 1024 * 90_000 // rate
    return tuple(
        AccessUnit(Codec.AAC, index * ticks, index * ticks, False, bytes(packet), config)
        for index, packet in enumerate(packets)
    )


def interleaved(*tracks: tuple[AccessUnit, ...]) -> list[AccessUnit]:
    """By decoding time; video first where they are equal."""
    return sorted(
        (unit for track in tracks for unit in track), key=lambda unit: (unit.dts, not unit.codec.is_video)
    )


def _video(name: str, codec: Codec, pictures: int, options: dict[str, str]) -> tuple[AccessUnit, ...]:
    encoder = av.CodecContext.create(name, "w")
    assert isinstance(encoder, av.VideoCodecContext)
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.time_base, encoder.framerate = Fraction(1, 25), Fraction(25)
    encoder.gop_size = 12
    encoder.options = options
    packets: list[Any] = []
    for index in range(pictures):
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        for number, plane in enumerate(frame.planes):
            row = bytes((at * (3 + number) ^ index * 7) & 0xFF for at in range(plane.line_size))
            plane.update(row * plane.height)
        frame.pts = index
        packets += encoder.encode(frame)
    packets += encoder.encode(None)
    first = packets[0].dts
    return tuple(
        AccessUnit(
            codec,
            (packet.pts - first) * PICTURE_TICKS,
            (packet.dts - first) * PICTURE_TICKS,
            packet.is_keyframe,
            bytes(packet),
        )
        for packet in packets
    )


def times_and_sizes(path: Path, kind: str = "video") -> list[tuple[Fraction, Fraction, int]]:
    """PTS and DTS in seconds and size of each packet, as FFmpeg's demuxer (in PyAV) reads them."""
    with av.open(str(path)) as container:
        stream = next(stream for stream in container.streams if stream.type == kind)
        return [
            (packet.pts * packet.time_base, packet.dts * packet.time_base, packet.size)
            for packet in container.demux(stream)
            if packet.size and packet.pts is not None and packet.dts is not None
        ]


def decoded_pictures(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def ffprobe(path: Path) -> dict[str, Any]:
    """Format and streams with counted frames, by Debian's ffprobe; fails when it complains."""
    command = [
        "ffprobe",
        "-v",
        "error",
        "-count_frames",
        "-show_format",
        "-show_streams",
        "-of",
        "json",
        str(path),
    ]
    answer = subprocess.run(command, capture_output=True, check=True, timeout=60, text=True)
    assert answer.stderr == ""
    return json.loads(answer.stdout)
