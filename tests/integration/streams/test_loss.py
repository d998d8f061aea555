"""Packets get lost on the way from a camera: viewers go on seeing, and the camera is asked for key frames."""

from pathlib import Path

from tests.integration.media.viewers import frames_of
from tests.integration.streams.conftest import Streams, catalogued, device
from tests.waiting import until

from pinegate.adapters.database.connection import Database
from pinegate_simulator.clip_encoding import ClipSettings
from pinegate_simulator.faults import Faults

ONE_KEY_FRAME = ClipSettings(320, 180, 25, 20.0, 20.0)
"""Whoever sees key frames of this camera soon after each other, sees those that were asked for."""


async def test_a_camera_is_asked_for_key_frames_and_its_pictures_decode(
    streams: Streams, database: Database, tmp_path: Path
) -> None:
    async with device(streams, tmp_path, clips=ONE_KEY_FRAME, faults=Faults(loss=0.05)) as camera:
        streams.media_events.point = await catalogued(database)
        viewer = await streams.sees_pictures()
        calls = camera.counters.calls
        await until(lambda: calls.key_pictures_forced >= 2)
        before = calls.media.pictures
        await until(lambda: calls.media.pictures >= before + 50)
        assert viewer.closed is None
        viewer.leave()
        decoded = frames_of(bytes(viewer.body), "flv")
        assert decoded["h264"] >= 25 and "broken" not in decoded
