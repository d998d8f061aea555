"""The implementations that each port's suite runs."""

from collections.abc import AsyncIterator

import pytest
from tests.integration.media.conftest import Control

from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.usecases.streams.media_engine import MediaEngine, NullMediaEngine


@pytest.fixture(params=["built in", "null"])
async def engine(request: pytest.FixtureRequest) -> AsyncIterator[MediaEngine]:
    """Every :class:`MediaEngine` that there is; the built-in one with a real worker process."""
    if request.param == "null":
        yield NullMediaEngine()
        return
    supervisor = MediaSupervisor(MediaSettings(rtp_ports=(33000, 33099)), Control())
    await supervisor.start()
    try:
        yield supervisor
    finally:
        await supervisor.stop()
