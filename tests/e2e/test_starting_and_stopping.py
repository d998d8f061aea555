"""The two ends of `make run`: up again in seconds with everything remembered, and gone without a trace."""

from tests.e2e.city import RunningCity, city_in_a_folder_of_its_own, listened_ports
from tests.e2e.people import People
from tests.processes import alive, descendants, until


async def test_a_second_start_is_quick_and_remembers_and_ctrl_c_leaves_nothing_behind(
    city: RunningCity,
) -> None:
    with city_in_a_folder_of_its_own() as own:
        own.start()
        granted = await _granted(own)
        _stopped_without_a_trace(own)
        own.start()
        assert await _granted(own) == granted
        _stopped_without_a_trace(own)


async def _granted(city: RunningCity) -> set[str]:
    async with People(city.url, {}) as people:
        viewer = await people.sign_in("tour-viewer")
        system = (await viewer.me())["systems"][0]["id"]
        points = await viewer.get("/api/points", granted=1, system_id=system)
    return {point["id"] for point in points["items"]}


def _stopped_without_a_trace(city: RunningCity) -> None:
    processes = descendants(city.pid)
    assert len(processes) > len(city.media_workers())
    assert city.stop() == 0, city.printed()
    until(lambda: not alive(processes))
    assert not city.ports & listened_ports()
