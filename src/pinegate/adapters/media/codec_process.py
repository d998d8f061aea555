"""The codec helper's own process: PyAV under resource limits."""

# PyAV's stubs leave types open:
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import io
from fractions import Fraction
from typing import Literal

from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.codec.context import CodecContext
from av.error import FFmpegError
from av.logging import set_level
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext

from pinegate.adapters.confined.helper import block
from pinegate.adapters.confined.serving import Request, serve

MEMORY_LIMIT = 2 << 30
MAX_REQUEST = 16 << 20
MAX_PIXELS = 8192 * 8192
MAX_ENCODERS = 1024
GAP_TICKS = 90_000 // 5
"""A jump of more than 0.2 s in the samples' time begins a new encoder."""


def jpeg(codec: str, payload: bytes) -> bytes:
    """One key frame (Annex B) as JPEG of the same size. ``ValueError`` when it cannot be decoded."""
    decoder = CodecContext.create({"h264": "h264", "h265": "hevc"}[codec], "r")
    if not isinstance(decoder, VideoCodecContext):
        raise ValueError(f"{codec} is no video codec")
    decoder.thread_count = 1
    frames = [*decoder.decode(Packet(payload)), *decoder.decode(None)]
    if not frames:
        raise ValueError("the key frame cannot be decoded")
    frame = frames[0]
    if frame.width * frame.height > MAX_PIXELS:
        raise ValueError(f"the picture of {frame.width}×{frame.height} is too large")
    out = io.BytesIO()
    frame.to_image().save(out, "JPEG", quality=85)
    return out.getvalue()


def _audio(codec: str, mode: Literal["r", "w"]) -> AudioCodecContext:
    context = CodecContext.create(codec, mode)
    if not isinstance(context, AudioCodecContext):
        raise ValueError(f"{codec} is no audio codec")
    context.sample_rate = 8000
    context.layout = "mono"
    return context


class AacEncoder:
    """One camera's G.711 to AAC-LC at the same 8 kHz; ``start`` is the 90 kHz time of its first sample."""

    def __init__(self, codec: str, start: int) -> None:
        self._start = start
        self._samples = 0
        self._encoded = 0
        self._decoder = _audio({"g711a": "pcm_alaw", "g711u": "pcm_mulaw"}[codec], "r")
        self._encoder = _audio("aac", "w")
        self._encoder.format = "fltp"
        self._encoder.bit_rate = 24_000
        self._resampler = AudioResampler(format="fltp", layout="mono", rate=8000, frame_size=1024)
        self._encoder.open()

    @property
    def end(self) -> int:
        return self._start + self._samples * 90_000 // 8000

    def encode(self, samples: bytes) -> list[tuple[int, bytes]]:
        """AAC frames with their 90 kHz times; an encoder holds back about one frame."""
        self._samples += len(samples)
        frames: list[tuple[int, bytes]] = []
        for decoded in self._decoder.decode(Packet(samples)):
            for ready in self._resampler.resample(decoded):
                frames += self._frames(ready)
        return frames

    def _frames(self, ready: AudioFrame) -> list[tuple[int, bytes]]:
        ready.pts = self._encoded
        ready.time_base = Fraction(1, 8000)
        self._encoded += ready.samples
        packets = self._encoder.encode(ready)
        return [(self._start + max(0, packet.pts or 0) * 90_000 // 8000, bytes(packet)) for packet in packets]

    @property
    def config(self) -> bytes:
        return self._encoder.extradata or b""


_encoders: dict[str, AacEncoder] = {}


def aac(source: str, codec: str, pts: int, samples: bytes) -> bytes:
    """The AAC frames that are ready: the configuration's block, then for each 8 bytes of time and a block."""
    encoder = _encoders.get(source)
    if encoder is None or abs(pts - encoder.end) > GAP_TICKS:
        if len(_encoders) >= MAX_ENCODERS:
            _encoders.pop(next(iter(_encoders)))
        encoder = _encoders[source] = AacEncoder(codec, pts)
    frames = encoder.encode(samples)
    return block(encoder.config) + b"".join(at.to_bytes(8, "big") + block(frame) for at, frame in frames)


def answer(request: Request, payload: bytes) -> bytes:
    """Do what is asked. Whatever a hostile picture makes the decoder raise is the caller's to report."""
    match request["do"]:
        case "jpeg":
            return jpeg(str(request["codec"]), payload)
        case "aac":
            return aac(str(request["source"]), str(request["codec"]), int(request["pts"]), payload)
        case unknown:
            raise ValueError(f"unknown request {unknown}")


if __name__ == "__main__":
    set_level(None)
    serve(answer, (ValueError, LookupError, FFmpegError), memory_limit=MEMORY_LIMIT, most_bytes=MAX_REQUEST)
