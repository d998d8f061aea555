"""One call's media: a clip as PS in RTP, each unit sent when its timestamp says so."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy

from pinegate.protocols.media.frames import TIMESCALE, AccessUnit
from pinegate.protocols.media.mpeg_ps import PsMuxer
from pinegate.protocols.media.rtp import Packetizer
from pinegate_simulator.bad_line import BadLine
from pinegate_simulator.clip import Clip
from pinegate_simulator.faults import Faults, without_program_stream_map

_BURST_PACKETS: Final = 24
_BURST_PAUSE: Final = 0.004
"""Seconds between bursts: a key picture leaves at 67 Mbit/s at most, lest it overflow a receive buffer."""

_STALL: Final = 1.0
"""Seconds behind after which the timetable is moved rather than caught up with in one burst."""


class MediaChannel(Protocol):
    """Where the packets go: see ``media_channels``."""

    @property
    def is_congested(self) -> bool:
        """True while the receiver does not take what it was sent; pictures are left out then."""
        ...

    def send(self, packets: list[bytes]) -> None: ...

    def close(self) -> None: ...


class UnitSource(Protocol):
    """What is played: ``clip.Playout``, or a camera that was turned away from its clip."""

    @property
    def clip(self) -> Clip: ...

    @property
    def next_dts(self) -> int:
        """When the next unit is due, in ticks since the start."""
        ...

    def take(self) -> AccessUnit: ...

    def force_key(self) -> None: ...


@dataclass(slots=True)
class MediaCounters:
    """What one stream, or all of them, did. ``pictures`` counts video access units."""

    pictures: int = 0
    packets: int = 0
    octets: int = 0
    left_out: int = 0
    stalls: int = 0


class MediaStream:
    """Plays a source into a channel. Give :meth:`turn` to a ``pacing.Timetable`` for time ``began``."""

    def __init__(
        self,
        source: UnitSource,
        channel: MediaChannel,
        ssrc: int,
        began: float,
        counters: MediaCounters,
        *,
        payload_type: int = 96,
        faults: Faults | None = None,
        seed: int = 0,
    ) -> None:
        self._source = source
        self._channel = channel
        self._began = began
        self._counters = counters
        self._faults = faults or Faults()
        random = numpy.random.default_rng(seed)
        self._line = BadLine(self._faults.loss, self._faults.reorder, self._faults.delay, random)
        self._muxer = PsMuxer(source.clip.video, source.clip.audio)
        first = int(random.integers(1 << 16))
        self._packetizer = Packetizer(ssrc, payload_type, sequence=first)
        self._first_timestamp = int(random.integers(1 << 32))
        self._waiting: list[bytes] = []
        self._until_key = False
        self._closed = False

    def close(self) -> None:
        self._closed = True
        self._channel.close()

    def force_key(self) -> None:
        """Send a key picture next."""
        self._source.force_key()

    def turn(self, now: float) -> float | None:
        """Send what is due, a burst at most; answer when to be called again."""
        if self._closed:
            return None
        burst: list[bytes] = []
        if self._waiting or now >= self._due:
            if not self._waiting:
                self._waiting = self._next_packets()
            burst, self._waiting = self._waiting[:_BURST_PACKETS], self._waiting[_BURST_PACKETS:]
        self._send(self._line.carry(burst, now))
        if now - self._due > _STALL:
            self._began += now - self._due
            self._counters.stalls += 1
        again = now + _BURST_PAUSE if self._waiting else self._due
        arrival = self._line.next_arrival
        return again if arrival is None else min(again, arrival)

    @property
    def _due(self) -> float:
        return self._began + self._source.next_dts / TIMESCALE

    def _next_packets(self) -> list[bytes]:
        unit = self._source.take()
        self._until_key = self._channel.is_congested or (self._until_key and not unit.key)
        if self._until_key:
            self._counters.left_out += 1
            return []
        pack = self._muxer.mux(unit)
        if self._faults.no_psm:
            pack = without_program_stream_map(pack)
        self._counters.pictures += unit.codec.is_video
        return self._packetizer.packetize(pack, self._first_timestamp + unit.dts)

    def _send(self, packets: list[bytes]) -> None:
        if packets:
            self._channel.send(packets)
            self._counters.packets += len(packets)
            self._counters.octets += sum(map(len, packets))
