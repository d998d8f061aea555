"""Parts that die or go away: running pictures end with a reason, new ones come back, and nobody restarts the city."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager

import httpx2
from tests.e2e.catalogue import listed_points
from tests.e2e.city import RunningCity
from tests.e2e.people import People
from tests.e2e.pictures import Picture
from tests.e2e.register import register_entry
from tests.e2e.sharing import Sharing
from tests.e2e.simulated_device import SimulatedDevice
from tests.e2e.units import Unit
from tests.processes import alive
from tests.waiting import until

_LEASE_SECONDS = 30


async def test_a_killed_media_worker_ends_its_sessions_with_a_reason_and_the_source_comes_back(
    city: RunningCity, people: People, urban: Unit
) -> None:
    points = await listed_points(people, 2)
    sharing = await Sharing(people, urban, {point: ["live"] for point in points}).walk()
    pictures = [await Picture.open(urban.viewer, sharing.play_form(point)) for point in points]
    for picture in pictures:
        await picture.runs()
    before = city.media_workers()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    for picture in pictures:
        await picture.ended()
        assert (await register_entry(people, sharing, picture))["end_reason"] == "worker_lost"

    await until(lambda: len(city.media_workers()) == len(before) and not alive(before))
    await _plays(sharing, points[0])
    assert (await people.health())["status"] == "ok"


async def _plays(sharing: Sharing, point: str) -> None:
    """A picture comes, by now or after some refusals: what was lost is being brought back."""
    viewer = sharing.unit.viewer

    async def came() -> bool:
        answer = await viewer.answer("POST", "/api/play", json=sharing.play_form(point))
        if not answer.is_success:
            return False
        try:
            picture = await Picture.of_answer(answer.json())
            await picture.runs()
        except (OSError, EOFError, TimeoutError, AssertionError):
            return False
        await viewer.delete(f"/api/play/{picture.session_id}")
        return True

    await until(came, 40)


async def test_a_device_goes_offline_with_its_process_and_comes_back(
    city: RunningCity, people: People
) -> None:
    administrator = await people.sign_in("system-admin")
    device = SimulatedDevice("34100000001180000077")
    form = {"device_code": device.code, "name": "测试录像机", "kind": "device", "password": device.password}
    path = f"/api/devices/{(await administrator.post('/api/devices', form))['device']['id']}"

    async def is_online() -> bool:
        return bool((await administrator.get(path))["online"])

    async def is_offline() -> bool:
        return not await is_online()

    async def has_points() -> bool:
        return (await administrator.get(path))["point_count"] == 2

    for _ in range(2):
        async with device.running(city.sip_port):
            await until(is_online)
            await until(has_points)
        await until(is_offline)


async def test_while_the_database_is_away_nothing_new_plays_and_running_pictures_end_with_their_lease(
    city: RunningCity, people: People, urban: Unit
) -> None:
    (point,) = await listed_points(people, 1)
    sharing = await Sharing(people, urban, {point: ["live"]}).walk()
    picture = await Picture.open(urban.viewer, sharing.play_form(point))
    await picture.runs()
    with _stopped(city.database_processes()):
        assert await urban.viewer.refused("POST", "/api/play", sharing.play_form(point)) == (
            503,
            "unavailable",
        )
        assert (await people.health())["status"] == "degraded"
        await picture.ended_within(_LEASE_SECONDS + 10)
    assert (await register_entry(people, sharing, picture))["end_reason"] == "lease_ended"
    await _plays(sharing, point)
    assert (await people.health())["status"] == "ok"


async def test_a_killed_database_comes_back_by_itself(city: RunningCity, people: People, urban: Unit) -> None:
    (point,) = await listed_points(people, 1)
    sharing = await Sharing(people, urban, {point: ["live"]}).walk()
    picture = await Picture.open(urban.viewer, sharing.play_form(point))
    await picture.runs()
    for pid in city.database_processes():
        os.kill(pid, signal.SIGKILL)

    async def is_well() -> bool:
        try:
            return bool((await people.health())["status"] == "ok")
        except httpx2.HTTPError:
            return False

    await until(is_well, 30)
    await picture.runs()
    await urban.viewer.delete(f"/api/play/{picture.session_id}")
    await _plays(sharing, point)


@contextmanager
def _stopped(pids: list[int]) -> Generator[None, None, None]:
    """The processes stand still, as with a database machine that hangs."""
    assert pids
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
