import pytest
from tests.factories import encoded_media as media

from pinegate.protocols.media import rtp
from pinegate.protocols.media.frames import Codec, MalformedMedia
from pinegate.protocols.media.mpeg_ps import PsDemuxer, PsMuxer
from pinegate.protocols.media.payloads import depacketizer_for

PACK = PsMuxer(Codec.H264).mux(media.h264_units(1)[0])
TRANSPORT = (b"\x47" + bytes(187)) * 7


@pytest.mark.parametrize(
    ("payload_type", "payload", "kind"),
    [
        (96, PACK, PsDemuxer),
        (98, PACK, PsDemuxer),
        (108, b"middle of a picture", PsDemuxer),
        (98, b"\x67\x42", rtp.NalDepacketizer),
        (99, b"\x40\x01", rtp.NalDepacketizer),
    ],
)
def test_the_payload_decides_before_its_type(payload_type: int, payload: bytes, kind: type) -> None:
    assert isinstance(depacketizer_for(payload_type, payload), kind)


@pytest.mark.parametrize(("payload_type", "payload"), [(33, b"\x47"), (96, TRANSPORT), (97, b"x"), (8, b"x")])
def test_what_cannot_be_read_is_refused_with_a_reason(payload_type: int, payload: bytes) -> None:
    refused = depacketizer_for(payload_type, payload)
    assert isinstance(refused, MalformedMedia)
    assert "not supported: set the device to PS" in refused.reason
