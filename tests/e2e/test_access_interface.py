"""The access interface as a unit's programmer uses it: with the example client, a key pair, and a player."""

import asyncio
import os
import sys
from pathlib import Path

from tests.e2e.catalogue import listed_points
from tests.e2e.city import ROOT, RunningCity
from tests.e2e.people import People
from tests.e2e.pictures import Picture, count_frames
from tests.e2e.revoking import revoke
from tests.e2e.sharing import Sharing
from tests.e2e.units import Unit
from tests.processes import END_WITH_US


class ExampleClient:
    """`examples/access_interface_client.py` with one system's keys."""

    def __init__(self, url: str, keys: dict[str, str], staff_number: str) -> None:
        self._environment = {
            **os.environ,
            "PINEGATE_URL": url,
            "PINEGATE_ACCESS_KEY": keys["access_key"],
            "PINEGATE_SECRET_KEY": keys["secret_key"],
            "PINEGATE_END_USER": staff_number,
            "PINEGATE_REASON": "占道经营巡查",
        }

    async def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code, and what it printed."""
        process = await asyncio.create_subprocess_exec(
            *END_WITH_US,
            sys.executable,
            str(ROOT / "examples" / "access_interface_client.py"),
            *arguments,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        async with asyncio.timeout(30):
            printed, _ = await process.communicate()
        return process.returncode or 0, printed.decode().strip()


async def test_a_system_sees_exactly_what_was_granted_until_the_bureau_revokes(
    city: RunningCity, people: People, urban: Unit, tmp_path: Path
) -> None:
    granted, also, refused = await listed_points(people, 3)
    sharing = Sharing(
        people,
        urban,
        asked={point: ["live", "snapshot"] for point in (granted, also, refused)},
        consented={granted: ["live", "snapshot"], also: ["live"], refused: []},
    )
    await sharing.walk()
    client = ExampleClient(city.url, sharing.keys, await _staff_number(people, urban))

    code, printed = await client.run("points")
    assert code == 0, printed
    assert {line.split()[0]: line.split()[-1] for line in printed.splitlines()} == {
        granted: "live,snapshot",
        also: "live",
    }
    code, address = await client.run("play", granted)
    assert code == 0, address
    assert await count_frames(address) >= 20
    file = tmp_path / "picture.jpg"
    assert (await client.run("snapshot", granted, str(file)))[0] == 0
    assert file.read_bytes().startswith(b"\xff\xd8")
    assert (await client.run("play", refused))[1].startswith("403 not_granted")
    assert (await client.run("snapshot", also, str(file)))[1].startswith("403 operation_not_granted")

    code, address = await client.run("play", granted)
    picture = await Picture.of_answer({"session_id": "", "url": address, "protocol": "flv"})
    await picture.runs()
    await revoke(people, "bureau-approver", "application", sharing.application_id)
    await picture.ended()
    assert (await client.run("points"))[1].startswith("401 ")
    assert (await client.run("play", granted))[1].startswith("401 ")


async def _staff_number(people: People, unit: Unit) -> str:
    security = await people.sign_in("security-admin")
    persons = (await security.get(f"/api/organizations/{unit.id}"))["persons"]
    return next(person["staff_number"] for person in persons if person["id"] == unit.viewer_id)
