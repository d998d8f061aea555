"""What the media protocols cost without sockets: prints one JSON line per figure.

``cores`` is the share of one core that 100 streams of 1 Mbit/s (25 pictures a second, AAC) would take.
Run from the checkout: ``PYTHONPATH=src python benchmarks/media_codecs.py [--seconds 20]``.
"""

import argparse
import json
import platform
import time
from collections.abc import Callable
from typing import TypeVar

from pinegate.protocols.media import aac, rtp
from pinegate.protocols.media.flv import FlvPacker
from pinegate.protocols.media.fmp4 import Fmp4Packer
from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec
from pinegate.protocols.media.mpeg_ps import PsDemuxer, PsMuxer

Unit = TypeVar("Unit")
STREAMS = 100
PICTURES_PER_SECOND = 25
BITS_PER_SECOND = 1_000_000
SPS = bytes.fromhex("6764000dacd94141fa1000000300100000030320f1429960")
PPS = bytes.fromhex("68ebe3cb22c0")
AAC_CONFIG = aac.audio_specific_config(16_000, 1)
AAC_FRAME = bytes(range(1, 251))


def one_stream(seconds: int) -> list[AccessUnit]:
    """A GOP of 2 s, key pictures ten times as long as the others; bytes without start codes in between."""
    average = BITS_PER_SECOND // 8 // PICTURES_PER_SECOND
    inter = average * 50 // 59
    noise = bytes(1 + (index * 7919 >> 3) % 255 for index in range(10 * inter))
    units: list[AccessUnit] = []
    for index in range(seconds * PICTURES_PER_SECOND):
        key = index % 50 == 0
        time_stamp = index * TIMESCALE // PICTURES_PER_SECOND
        if key:
            payload = b"\x00\x00\x00\x01".join((b"", SPS, PPS, b"\x65\x88" + noise))
        else:
            payload = b"\x00\x00\x00\x01\x41\x9a" + noise[:inter]
        units.append(AccessUnit(Codec.H264, time_stamp, time_stamp, key, payload))
        if index % 8 in (0, 2, 4, 6, 7):
            units.append(AccessUnit(Codec.AAC, time_stamp, time_stamp, False, AAC_FRAME, AAC_CONFIG))
    return units


def datagrams_of(units: list[AccessUnit]) -> list[bytes]:
    muxer, packetizer = PsMuxer(Codec.H264, Codec.AAC), rtp.Packetizer(1)
    return [packet for unit in units for packet in packetizer.packetize(muxer.mux(unit), unit.dts)]


def receive(datagrams: list[bytes]) -> list[AccessUnit]:
    receiver, demuxer = rtp.Receiver(1), PsDemuxer()
    units: list[AccessUnit] = []
    for datagram in datagrams:
        for packet in receiver.receive(datagram):
            units += demuxer.feed(packet.payload, packet.timestamp, packet.marker, packet.lost_before)
    return units + demuxer.flush()


def split_tcp(stream: list[bytes]) -> list[bytes]:
    splitter = rtp.Rfc4571Splitter(1)
    return [packet for piece in stream for packet in splitter.feed(piece)]


def measure(name: str, seconds: int, count: int, work: Callable[[], list[Unit]]) -> list[Unit]:
    best, result = float("inf"), list[Unit]()
    for _ in range(3):
        began = time.process_time()
        result = work()
        best = min(best, time.process_time() - began)
    figure = {
        "script": "media_codecs",
        "figure": name,
        "units_per_s": round(count / best),
        "cores": round(best / seconds * STREAMS, 4),
        "machine": f"{platform.machine()} Python {platform.python_version()}",
        "noise": "best of 3, CPU time of one process",
    }
    print(json.dumps(figure), flush=True)
    return result


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=20, help="length of the one stream that is measured")
    parser.add_argument("--quick", action="store_true", help="the same with 5 s")
    arguments = parser.parse_args()
    seconds: int = 5 if arguments.quick else arguments.seconds
    sent = one_stream(seconds)
    datagrams = measure("mux_and_packetize", seconds, len(sent), lambda: datagrams_of(sent))
    units = measure("rtp_ps_demux", seconds, len(sent), lambda: receive(datagrams))
    if len(units) != len(sent):
        raise SystemExit(f"{len(sent)} units sent, {len(units)} received")
    stream = b"".join([rtp.frame(datagram) for datagram in datagrams])
    pieces = [stream[at : at + 16_384] for at in range(0, len(stream), 16_384)]
    measure("rfc4571_split", seconds, len(datagrams), lambda: split_tcp(pieces))
    for name, packer in (("flv", FlvPacker), ("fmp4", Fmp4Packer)):
        measure(
            f"{name}_pack",
            seconds,
            len(units),
            lambda packer=packer: list(map(packer(Codec.H264, Codec.AAC).pack, units)),
        )


if __name__ == "__main__":
    main()
