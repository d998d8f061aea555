"""Fragmented MP4 (ISO/IEC 14496-12) for Media Source Extensions, with H.264, H.265 and AAC."""

from pinegate.protocols.media.fmp4.packer import Fmp4Packer

__all__ = ["Fmp4Packer"]
