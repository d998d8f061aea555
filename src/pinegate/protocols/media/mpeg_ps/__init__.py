"""MPEG-2 program stream (ISO/IEC 13818-1 section 2.5) as GB/T 28181 annex C puts it into RTP."""

from pinegate.protocols.media.mpeg_ps.demuxer import PsDemuxer
from pinegate.protocols.media.mpeg_ps.muxer import PsMuxer

__all__ = ["PsDemuxer", "PsMuxer"]
