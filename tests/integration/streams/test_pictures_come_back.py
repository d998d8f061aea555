"""A simulated device loses its power: nobody but the viewer has to act again."""

from pathlib import Path

from tests.integration.streams.conftest import Streams, catalogued, device
from tests.waiting import until

from pinegate.adapters.database.connection import Database


async def test_after_a_device_fell_silent_and_came_back_elsewhere_pictures_come_back(
    streams: Streams, database: Database, tmp_path: Path
) -> None:
    async with device(streams, tmp_path) as lost:
        streams.media_events.point = await catalogued(database)
        first = await streams.sees_pictures()
        lost.vanish()
        async with device(streams, tmp_path) as back:
            await first.ended()
            await until(lambda: streams.media_events.ended == ["source_lost"])
            second = await streams.sees_pictures()
            assert back.counters.calls.invited >= 1
            back.hang_up(back.cameras[0].device_id)
            await second.ended()
            await until(lambda: streams.media_events.ended == ["source_lost", "source_lost"])
            (await streams.sees_pictures()).leave()
