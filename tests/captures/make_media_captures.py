"""Makes the media captures of this folder: one small stream, and the same with one fault each.

Each ``.rtp`` file is a row of RTP packets behind their two-byte lengths (RFC 4571); ``.tcp`` files are what came over
a connection. Run from the checkout: ``PYTHONPATH=src:. python tests/captures/make_media_captures.py``.
"""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from pinegate.protocols.media import rtp
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.mpeg_ps import PsMuxer

FOLDER = Path(__file__).parent
SSRC = 101
PICTURES = 8
TICKS = 3600
Pack = Callable[[bytes], bytes]


def encode(encoder: str, options: list[str], form: str) -> bytes:
    source = "testsrc2=size=96x64:rate=25"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "out"
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-f",
            "lavfi",
            "-i",
            source,
            "-frames:v",
            str(PICTURES),
            "-c:v",
            encoder,
        ]
        command += [*options, "-threads", "1", "-bitexact", "-f", form, str(path)]
        subprocess.run(command, check=True, timeout=60)
        return path.read_bytes()


def pictures_of(stream: bytes) -> list[bytes]:
    """Cut at access unit delimiters, which the encoder was told to write."""
    delimiter = b"\x00\x00\x00\x01\x09" if b"\x00\x00\x00\x01\x09" in stream else b"\x00\x00\x00\x01\x46"
    starts = [at for at in range(len(stream)) if stream.startswith(delimiter, at)]
    return [stream[start:end] for start, end in zip(starts, [*starts[1:], len(stream)], strict=True)]


def usual(number: int) -> int:
    return number * TICKS


def of_the_key_picture_before(number: int) -> int:
    """ZLMediaKit's PS sender, and so every cascade of WVP: a key picture and the next have one time stamp."""
    return usual(number - 1 if number % 4 == 1 else number)


def packs_of(codec: Codec, pictures: list[bytes], time: Callable[[int], int] = usual) -> list[bytes]:
    muxer = PsMuxer(codec)
    return [
        muxer.mux(AccessUnit(codec, time(n), time(n), n % 4 == 0, picture))
        for n, picture in enumerate(pictures)
    ]


def datagrams_of(packs: list[bytes], time: Callable[[int], int] = usual) -> list[bytes]:
    packetizer = rtp.Packetizer(SSRC, mtu=600, sequence=65_530)
    return [
        packet for number, pack in enumerate(packs) for packet in packetizer.packetize(pack, time(number))
    ]


def element(pack: bytes, code: bytes) -> tuple[int, int]:
    """Start and end, by its length, of the element that begins with ``code``; nothing when there is none."""
    start = pack.find(code)
    return (start, start + 6 + int.from_bytes(pack[start + 4 : start + 6], "big")) if start >= 0 else (0, 0)


def without_map(pack: bytes) -> bytes:
    start, end = element(pack, b"\x00\x00\x01\xbc")
    return pack[:start] + pack[end:]


def with_length(code: bytes, change: Callable[[int], int]) -> Pack:
    def changed(pack: bytes) -> bytes:
        start, end = element(pack, code)
        length = change(end - start - 6)
        return pack if start == end else pack[: start + 4] + length.to_bytes(2, "big") + pack[start + 6 :]

    return changed


def with_padding_extension_and_csrc(packet: bytes) -> bytes:
    return b"\xb1" + packet[1:12] + b"CSRC" + b"\xbe\xde\x00\x01EXT!" + packet[12:] + b"\x00\x00\x00\x04"


def write(name: str, datagrams: list[bytes]) -> None:
    (FOLDER / name).write_bytes(b"".join([rtp.frame(datagram) for datagram in datagrams]))


def main() -> None:
    x264 = ["-preset", "ultrafast", "-x264-params", "aud=1:keyint=4:scenecut=0:bframes=0"]
    h264 = pictures_of(encode("libx264", x264, "h264"))
    h265 = pictures_of(
        encode("libx265", ["-x265-params", "aud=1:keyint=4:bframes=0:log-level=0:info=0"], "hevc")
    )
    packs = packs_of(Codec.H264, h264)
    whole = datagrams_of(packs)
    write("ps_undisturbed_h264.rtp", whole)
    write("ps_undisturbed_h265.rtp", datagrams_of(packs_of(Codec.H265, h265)))
    write("ps_without_map_h264.rtp", datagrams_of([without_map(pack) for pack in packs]))
    write("ps_without_map_h265.rtp", datagrams_of([without_map(pack) for pack in packs_of(Codec.H265, h265)]))
    for codec, pictures in ((Codec.H264, h264), (Codec.H265, h265)):
        one_time = packs_of(codec, pictures, of_the_key_picture_before)
        write(
            f"ps_with_two_pictures_of_one_pts_{codec}.rtp", datagrams_of(one_time, of_the_key_picture_before)
        )
    faults: dict[str, Pack] = {
        "ps_with_pes_length_zero": with_length(b"\x00\x00\x01\xe0", lambda _: 0),
        "ps_with_pes_length_too_short": with_length(b"\x00\x00\x01\xe0", lambda length: length // 2),
        "ps_with_pes_length_too_long": with_length(b"\x00\x00\x01\xe0", lambda length: length + 40),
        "ps_with_map_length_too_short": with_length(b"\x00\x00\x01\xbc", lambda length: length - 5),
        "ps_with_map_length_too_long": with_length(b"\x00\x00\x01\xbc", lambda length: length + 5),
    }
    for name, fault in faults.items():
        write(f"{name}.rtp", datagrams_of([fault(pack) for pack in packs]))
    short = [picture.replace(b"\x00\x00\x00\x01", b"\x00\x00\x01") for picture in h264]
    write("ps_with_three_byte_start_codes.rtp", datagrams_of(packs_of(Codec.H264, short)))
    write(
        "rtp_with_padding_extension_and_csrc.rtp",
        [with_padding_extension_and_csrc(packet) for packet in whole],
    )
    write(
        "rtp_with_packets_swapped_and_doubled.rtp", [*whole[:3], whole[5], *whole[3:6], whole[4], *whole[6:]]
    )
    write("rtp_joined_within_a_picture.rtp", whole[1:])
    write("rtp_with_one_packet_lost.rtp", [*whole[:-12], *whole[-11:]])
    stream = b"".join([b"$\x00" + rtp.frame(packet) for packet in whole])
    (FOLDER / "tcp_with_ehome_prefix.tcp").write_bytes(b"\x01\x00\x01\x00" + bytes(252) + stream)
    frames = [rtp.frame(packet) for packet in whole]
    frames[2] = b"\x00\x30" + frames[2][2:]
    (FOLDER / "tcp_with_corrupt_length.tcp").write_bytes(b"".join(frames))
    vob = encode("libx264", [*x264, "-muxrate", "2000000"], "vob")
    foreign = [pack for pack in vob.split(b"\x00\x00\x01\xba") if pack]
    write(
        "ps_with_pictures_cut_across_elements.rtp",
        [
            b"\x80\x60"
            + number.to_bytes(2, "big")
            + bytes(4)
            + SSRC.to_bytes(4, "big")
            + b"\x00\x00\x01\xba"
            + pack
            for number, pack in enumerate(foreign)
        ],
    )
    transport = encode("libx264", x264, "mpegts")
    write(
        "mpeg_ts_on_payload_type_33.rtp",
        [
            b"\x80\x21"
            + number.to_bytes(2, "big")
            + bytes(4)
            + SSRC.to_bytes(4, "big")
            + transport[at : at + 1316]
            for number, at in enumerate(range(0, len(transport), 1316))
        ],
    )


if __name__ == "__main__":
    main()
