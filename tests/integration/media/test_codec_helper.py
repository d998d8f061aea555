import asyncio

import pytest
from tests.integration.media.clips import clip, decoded_size

from pinegate.adapters.confined.helper import HelperError
from pinegate.adapters.media.codec_helper import CodecHelper
from pinegate.protocols.media.frames import AccessUnit, Codec


def _killed(helper: CodecHelper) -> None:
    process = helper._process
    assert process is not None
    process.kill()


async def test_a_crashed_helper_is_started_again() -> None:
    helper = CodecHelper()
    key = clip().units[0]
    assert decoded_size(await helper.jpeg(key)) == (320, 180)
    _killed(helper)
    results = await asyncio.gather(*(helper.jpeg(key) for _ in range(3)), return_exceptions=True)
    assert isinstance(results[-1], bytes)
    assert helper.starts == 2
    await helper.close()


async def test_a_helper_that_takes_too_long_is_killed() -> None:
    helper = CodecHelper(time_limit_seconds=0.001)
    with pytest.raises(HelperError, match="too long"):
        await helper.jpeg(clip().units[0])
    await helper.close()


async def test_a_picture_that_cannot_be_decoded_costs_only_itself() -> None:
    helper = CodecHelper()
    with pytest.raises(HelperError):
        await helper.jpeg(AccessUnit(Codec.H264, 0, 0, True, b"\x00\x00\x00\x01\x65garbage"))
    assert decoded_size(await helper.jpeg(clip(Codec.H265).units[0])) == (320, 180)
    assert helper.starts == 1
    await helper.close()


async def test_an_unknown_request_is_refused() -> None:
    helper = CodecHelper()
    with pytest.raises(HelperError, match="unknown request"):
        await helper.request({"do": "harm"}, b"")
    await helper.close()
