"""The disk of the whole city runs full, and is given room again: with a file system of its own, so it needs root."""

import subprocess
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from tests.e2e.catalogue import listed_points
from tests.e2e.city import RunningCity
from tests.e2e.people import People
from tests.e2e.pictures import Picture
from tests.e2e.sharing import Sharing
from tests.e2e.units import unit_of_demonstration
from tests.waiting import until

pytestmark = pytest.mark.timeout(600)

_LEASE_SECONDS = 30
_MARGIN_SECONDS = 120
"""What room is left in half-full pages is used up first."""
_DISK = "2g"


@contextmanager
def small_disk() -> Generator[Path, None, None]:
    with tempfile.TemporaryDirectory(prefix="pinegate-drill-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK},mode=0711", "tmpfs", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk() as folder:
        yield folder


@pytest.fixture
def city(portal: None, disk: Path, request: pytest.FixtureRequest) -> Iterator[RunningCity]:
    city = RunningCity(disk)
    try:
        city.start()
        yield city
    finally:
        if request.session.testsfailed:
            print(city.printed())
        city.kill()


@pytest.fixture
async def people(city: RunningCity) -> AsyncIterator[People]:
    async with People(city.url, {}) as people:
        yield people


@contextmanager
def filled(disk: Path) -> Generator[None, None, None]:
    """Not a byte is left, also where one is given back meanwhile."""
    waste = disk / "waste"
    with waste.open("wb") as file:

        def fill() -> None:
            try:
                while True:
                    file.write(bytes(1 << 20))
                    file.flush()
            except OSError:
                return

        fill()
        yield
    waste.unlink()


async def test_on_a_full_disk_pictures_end_and_with_room_they_come_back(disk: Path, people: People) -> None:
    (point,) = await listed_points(people, 1)
    unit = await unit_of_demonstration(people, "unit")
    sharing = await Sharing(people, unit, {point: ["live"]}).walk()
    picture = await Picture.open(unit.viewer, sharing.play_form(point))
    await picture.runs()
    with filled(disk):
        answers: list[int] = []

        async def ended_while_others_ask() -> bool:
            answer = await unit.viewer.answer("POST", "/api/play", json=sharing.play_form(point))
            answers.append(answer.status_code)
            return picture.is_over()

        await until(ended_while_others_ask, _LEASE_SECONDS + _MARGIN_SECONDS)
        assert set(answers[-10:]) == {503}
        assert (await people.health())["disk"] == "short"

    async def comes_back() -> bool:
        answer = await unit.viewer.answer("POST", "/api/play", json=sharing.play_form(point))
        if not answer.is_success:
            return False
        again = await Picture.of_answer(answer.json())
        await again.runs()
        return True

    await until(comes_back, 60)
