"""Load generator: many RTP/PS cameras of 1 Mbit/s over UDP in one process of its own.

One JSON line on stdin, ``{"cameras": [[host, port, ssrc], ...], "seconds"}``; answers ``{"sent": packets}`` when
done. The cameras' pictures are spread over the frame interval.
"""

import json
import socket
import sys
import time

from media_codecs import one_stream
from pinegate.protocols.media import rtp
from pinegate.protocols.media.frames import Codec
from pinegate.protocols.media.mpeg_ps import PsMuxer


def pictures(seconds: int) -> list[list[tuple[bytes, bytes]]]:
    """For each picture (and the sound after it) its packets, cut where the SSRC goes."""
    muxer, packetizer = PsMuxer(Codec.H264, Codec.AAC), rtp.Packetizer(0)
    grouped: list[list[tuple[bytes, bytes]]] = []
    for unit in one_stream(seconds):
        if unit.codec.is_video:
            grouped.append([])
        packets = packetizer.packetize(muxer.mux(unit), unit.dts)
        grouped[-1] += [(packet[:8], packet[12:]) for packet in packets]
    return grouped


def main() -> None:
    order = json.loads(sys.stdin.buffer.readline())
    cameras: list[tuple[socket.socket, bytes]] = []
    for host, port, ssrc in order["cameras"]:
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.connect((host, port))
        cameras.append((sock, ssrc.to_bytes(4, "big")))
    sent, start = 0, time.monotonic()
    for number, packets in enumerate(pictures(order["seconds"])):
        for place, (sock, ssrc) in enumerate(cameras):
            wait = start + 0.04 * (number + place / len(cameras)) - time.monotonic()
            if wait > 0.0005:
                time.sleep(wait)
            for before, after in packets:
                sock.send(before + ssrc + after)
            sent += len(packets)
    print(json.dumps({"sent": sent, "took_s": time.monotonic() - start}), flush=True)
    sys.stdin.buffer.readline()


if __name__ == "__main__":
    main()
