"""What FlvPacker writes, read back by FFmpeg's demuxer."""

from pathlib import Path

from tests.factories import encoded_media as media

from pinegate.protocols.media.flv import FlvPacker
from pinegate.protocols.media.frames import AccessUnit, Codec

Units = tuple[AccessUnit, ...]


def packed(packer: FlvPacker, units: list[AccessUnit] | Units) -> bytes:
    body = b"".join([packer.pack(unit) for unit in units])
    return packer.start() + body


def test_ffprobe_reads_h264_and_aac_with_every_frame(tmp_path: Path) -> None:
    path = tmp_path / "both.flv"
    units = media.interleaved(media.h264_units(), media.aac_units())
    path.write_bytes(packed(FlvPacker(Codec.H264, Codec.AAC), units))
    seen = media.ffprobe(path)
    streams = {stream["codec_type"]: stream for stream in seen["streams"]}
    assert seen["format"]["format_name"] == "flv"
    assert (streams["video"]["width"], streams["video"]["height"]) == (media.WIDTH, media.HEIGHT)
    assert int(streams["video"]["nb_read_frames"]) == len(media.h264_units())
    assert int(streams["audio"]["nb_read_frames"]) == len(media.aac_units())
    assert (streams["audio"]["codec_name"], streams["audio"]["sample_rate"]) == ("aac", "16000")
    sizes = [size for *_, size in media.times_and_sizes(path, "audio")]
    assert sizes == [len(unit.payload) for unit in media.aac_units()]
