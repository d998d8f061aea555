"""The stream in virtual time: what is sent when, and what a foreign demuxer reads in it."""

import io
import itertools
from typing import Any

import av
import pytest
from tests.unit.simulator.small_clips import small_clip

from pinegate.protocols.media.frames import Codec
from pinegate.protocols.media.rtp import RtpPacket, parse
from pinegate_simulator.clip import Clip, Playout
from pinegate_simulator.faults import Faults
from pinegate_simulator.media_stream import MediaCounters, MediaStream

SSRC = 101


class Recorder:
    """A channel that keeps what it is given, with the virtual time of it."""

    def __init__(self) -> None:
        self.is_congested = False
        self.now = 0.0
        self.sent: list[tuple[float, bytes]] = []
        self.closed = False

    def send(self, packets: list[bytes]) -> None:
        self.sent += [(self.now, packet) for packet in packets]

    def close(self) -> None:
        self.closed = True

    @property
    def packets(self) -> list[RtpPacket]:
        parsed = [packet for _, data in self.sent if isinstance(packet := parse(data), RtpPacket)]
        assert len(parsed) == len(self.sent)
        return parsed

    @property
    def program_stream(self) -> bytes:
        return b"".join(packet.payload for packet in self.packets)


def stream_of(clip: Clip, channel: Recorder, **settings: Any) -> tuple[MediaStream, MediaCounters]:
    counters = MediaCounters()
    return MediaStream(Playout(clip), channel, SSRC, 0.0, counters, **settings), counters


def run(stream: MediaStream, channel: Recorder, seconds: float, start: float = 0.0) -> None:
    when: float | None = start
    while when is not None and when < seconds:
        channel.now = when
        when = stream.turn(when)


@pytest.mark.parametrize(
    ("video", "audio", "video_name", "audio_name"),
    [
        (Codec.H264, None, "h264", None),
        (Codec.H265, None, "hevc", None),
        (Codec.H264, Codec.AAC, "h264", "aac"),
        (Codec.H265, Codec.G711A, "hevc", "pcm_alaw"),
    ],
)
def test_a_foreign_demuxer_reads_every_picture_of_the_program_stream(
    video: Codec, audio: Codec | None, video_name: str, audio_name: str | None
) -> None:
    channel = Recorder()
    stream, counters = stream_of(small_clip(video, audio), channel)
    run(stream, channel, 10.0)
    with av.open(io.BytesIO(channel.program_stream), "r", format="mpeg") as container:
        assert [s.codec_context.name for s in container.streams] == [n for n in (video_name, audio_name) if n]
        pictures = sum(1 for _ in container.decode(video=0))
    assert pictures == counters.pictures == 100


def test_each_picture_leaves_when_its_timestamp_says_so_without_drift() -> None:
    channel = Recorder()
    stream, _ = stream_of(small_clip(), channel)
    run(stream, channel, 3600.0)
    first = channel.packets[0].timestamp
    ends = [
        (at, packet) for (at, _), packet in zip(channel.sent, channel.packets, strict=True) if packet.marker
    ]
    assert len(ends) == 36_000
    for at, packet in ends[::997]:
        due = ((packet.timestamp - first) % (1 << 32)) / 90_000
        assert abs(at - due) < 0.02


def test_packets_have_the_told_ssrc_rising_numbers_and_one_timestamp_a_picture() -> None:
    channel = Recorder()
    stream, _ = stream_of(small_clip(), channel)
    run(stream, channel, 4.0)
    packets = channel.packets
    assert {packet.ssrc for packet in packets} == {SSRC}
    assert {packet.payload_type for packet in packets} == {96}
    assert all((b.sequence - a.sequence) & 0xFFFF == 1 for a, b in itertools.pairwise(packets))
    assert len({packet.timestamp for packet in packets}) == sum(packet.marker for packet in packets) == 40


def test_a_large_picture_leaves_in_bursts_with_pauses() -> None:
    clip = small_clip()
    units = tuple(
        type(u)(u.codec, u.pts, u.dts, u.key, u.payload + b"\x00\x00\x01\x0c" + b"\xff" * 200_000)
        for u in clip.units
    )
    channel = Recorder()
    stream, _ = stream_of(Clip(units, clip.period, clip.video, None, 160, 90, 10.0), channel)
    run(stream, channel, 0.09)
    times = [at for at, _ in channel.sent]
    assert len(times) > 140
    assert max(times.count(at) for at in times) <= 24


def test_after_a_long_stall_the_timetable_moves_instead_of_bursting() -> None:
    channel = Recorder()
    stream, counters = stream_of(small_clip(), channel)
    run(stream, channel, 1.0)
    before = counters.pictures
    run(stream, channel, 31.0, start=30.0)
    assert counters.stalls == 1
    assert counters.pictures - before <= 12


def test_a_receiver_that_does_not_read_misses_pictures_until_the_next_key() -> None:
    channel = Recorder()
    stream, counters = stream_of(small_clip(), channel)
    run(stream, channel, 0.35)
    channel.is_congested = True
    run(stream, channel, 0.75, start=0.4)
    channel.is_congested = False
    run(stream, channel, 2.0, start=0.8)
    assert counters.left_out == 6
    assert counters.pictures == 20 - 6


def test_lost_packets_are_missing_but_counted_in_the_sequence() -> None:
    channel = Recorder()
    stream, counters = stream_of(small_clip(), channel, faults=Faults(loss=0.3))
    run(stream, channel, 20.0)
    packets = channel.packets
    numbered = ((packets[-1].sequence - packets[0].sequence) & 0xFFFF) + 1
    assert 0.6 < len(packets) / numbered < 0.8
    assert counters.packets == len(packets)


def test_delayed_and_reordered_packets_all_arrive_and_no_picture_is_sent_before_its_time() -> None:
    channel, plain = Recorder(), Recorder()
    run(stream_of(small_clip(), plain)[0], plain, 10.0)
    stream, _ = stream_of(small_clip(), channel, faults=Faults(reorder=0.2, delay=0.04))
    run(stream, channel, 10.0)
    sent = {
        packet.timestamp - plain.packets[0].timestamp: at for at, packet in zip(*_timed(plain), strict=True)
    }
    first = min(channel.packets, key=lambda packet: packet.sequence)
    for at, packet in zip(*_timed(channel), strict=True):
        assert sent[packet.timestamp - first.timestamp] - 0.001 <= at
    numbers = [packet.sequence for packet in channel.packets]
    assert len(numbers) >= len(plain.sent) - 10 and len(set(numbers)) == len(numbers)
    assert numbers != sorted(numbers)


def _timed(channel: Recorder) -> tuple[list[float], list[RtpPacket]]:
    return [at for at, _ in channel.sent], channel.packets


def test_without_a_program_stream_map_the_pictures_are_still_there() -> None:
    channel = Recorder()
    stream, _ = stream_of(small_clip(), channel, faults=Faults(no_psm=True))
    run(stream, channel, 2.0)
    assert b"\x00\x00\x01\xbc" not in channel.program_stream
    assert channel.program_stream.count(b"\x00\x00\x01\xba") == 20


def test_a_closed_stream_sends_nothing_more() -> None:
    channel = Recorder()
    stream, _ = stream_of(small_clip(), channel)
    stream.close()
    assert stream.turn(1.0) is None
    assert channel.closed
    assert not channel.sent
