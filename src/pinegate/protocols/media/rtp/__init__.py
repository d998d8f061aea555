"""RTP (RFC 3550) as GB/T 28181 uses it: one SSRC a port, over UDP, or over TCP framed as in RFC 4571."""

from pinegate.protocols.media.rtp.packet import Packetizer, RtpPacket, parse
from pinegate.protocols.media.rtp.receiver import Receiver
from pinegate.protocols.media.rtp.tcp import Rfc4571Splitter, frame
from pinegate.protocols.media.rtp.video import NalDepacketizer

__all__ = ["NalDepacketizer", "Packetizer", "Receiver", "Rfc4571Splitter", "RtpPacket", "frame", "parse"]
