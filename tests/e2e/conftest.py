"""One demonstration city for all end-to-end tests; each test brings its own unit, system or people into it."""

import itertools
import shutil
import subprocess
from collections.abc import AsyncIterator, Iterator

import pytest
from tests.e2e.browser import Chromium, running_chromium
from tests.e2e.city import ROOT, RunningCity, city_in_a_folder_of_its_own, listened_ports
from tests.e2e.people import People
from tests.e2e.units import Unit, found_unit, unit_of_demonstration
from tests.processes import alive, descendants, until


@pytest.fixture(scope="session")
def portal() -> None:
    """The portal as it is built now; ``make test`` has built it already."""
    if not (ROOT / "portal" / "dist" / "index.html").exists():
        for command in (["npm", "ci", "--no-audit", "--no-fund"], ["npm", "run", "build"]):
            subprocess.run(command, cwd=ROOT / "portal", check=True, stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def city(portal: None, request: pytest.FixtureRequest) -> Iterator[RunningCity]:
    """Stopped by Ctrl-C at the end, and then nothing of it may be left."""
    assert shutil.which("ffprobe"), "the end-to-end tests need ffprobe (package ffmpeg)"
    with city_in_a_folder_of_its_own() as city:
        city.start()
        yield city
        if request.session.testsfailed:
            print(city.printed())
        processes = descendants(city.pid)
        assert city.stop() == 0, city.printed()
        until(lambda: not alive(processes))  # some notice its end, a moment later
        assert not city.ports & listened_ports()


@pytest.fixture
async def chromium(city: RunningCity) -> AsyncIterator[Chromium]:
    async with running_chromium(city.url) as chromium:
        yield chromium


@pytest.fixture(scope="session")
def cookies() -> dict[str, str]:
    """Sessions of the portal by login: signing in is rate-limited, as it should be."""
    return {}


@pytest.fixture
async def people(city: RunningCity, cookies: dict[str, str]) -> AsyncIterator[People]:
    async with People(city.url, cookies) as people:
        yield people


_numbers = itertools.count(1)


@pytest.fixture
async def unit(people: People) -> Unit:
    """A using unit that nobody else has to do with."""
    return await found_unit(people, next(_numbers))


@pytest.fixture
async def urban(people: People) -> Unit:
    """黄山市城市管理行政执法局 of the demonstration."""
    return await unit_of_demonstration(people, "unit")
