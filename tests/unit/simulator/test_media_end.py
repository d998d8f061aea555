from dataclasses import replace
from typing import Any

import pytest
from tests.unit.simulator.small_clips import small_clip

from pinegate.protocols.gb28181.lower.events import InviteReceived
from pinegate.protocols.media.frames import Codec
from pinegate.protocols.sdp.session import Media, SessionDescription
from pinegate_simulator.media_end import MediaEnd, answer_to, is_playable

CAMERA = "34100200001320000001"
MEDIA = Media(
    "video", 30000, "RTP/AVP", (96, 98), "recvonly", payloads=((96, "PS/90000"), (98, "H264/90000"))
)
OFFER = SessionDescription(
    "34100000002000000001", "10.0.0.6", "Play", "10.0.0.6", (MEDIA,), ssrc="0000000101"
)


@pytest.mark.parametrize(
    ("change", "playable"),
    [
        ({}, True),
        ({"name": "play"}, True),
        ({"name": "Playback"}, False),
        ({"media": ()}, False),
        ({"media": (replace(MEDIA, port=0),)}, False),
        ({"media": (replace(MEDIA, formats=(98,), payloads=((98, "H264/90000"),)),)}, False),
        ({"host": "", "origin_host": ""}, False),
    ],
)
def test_only_live_program_streams_with_an_address_are_playable(
    change: dict[str, Any], playable: bool
) -> None:
    assert is_playable(replace(OFFER, **change)) is playable


@pytest.mark.parametrize(
    ("video", "audio", "told"),
    [
        (Codec.H264, None, "v/2//10/2/{}a///"),
        (Codec.H265, Codec.AAC, "v/5//10/2/{}a/6//3"),
        (Codec.H264, Codec.G711A, "v/2//10/2/{}a/1/8/1"),
    ],
)
def test_the_answer_sends_the_told_ssrc_and_says_what_comes(
    video: Codec, audio: Codec | None, told: str
) -> None:
    clip = small_clip(video, audio)
    invite = InviteReceived("call", CAMERA, OFFER, "10.0.0.5")
    answer = answer_to(invite, MEDIA, MediaEnd(9, "active"), "10.0.0.9", clip, with_ssrc=True)
    assert (answer.origin_user, answer.host, answer.ssrc) == (CAMERA, "10.0.0.9", "0000000101")
    assert answer.format == told.format(clip.kilobits_per_second)
    assert answer.video is not None
    assert (answer.video.direction, answer.video.setup, answer.video.port) == ("sendonly", "active", 9)


def test_an_answer_can_leave_the_ssrc_out() -> None:
    invite = InviteReceived("call", CAMERA, OFFER, "10.0.0.5")
    assert answer_to(invite, MEDIA, MediaEnd(9, ""), "10.0.0.9", small_clip(), with_ssrc=False).ssrc == ""
