"""使用登记: every picture leaves a line that says who, for whom, why, what, from when to when, and how much."""

from datetime import datetime

from tests.e2e.catalogue import listed_points
from tests.e2e.people import People
from tests.e2e.pictures import OUTPUTS, Picture
from tests.e2e.register import register_entry
from tests.e2e.sharing import Sharing
from tests.e2e.units import Unit


async def test_every_play_is_registered_whole_and_with_the_bytes_that_the_viewer_received(
    people: People, urban: Unit
) -> None:
    (point,) = await listed_points(people, 1)
    sharing = await Sharing(people, urban, {point: ["live"]}).walk()
    pictures = [
        await Picture.open(urban.viewer, sharing.play_form(point, output, f"巡查 {output}"))
        for output in OUTPUTS
    ]
    for picture in pictures:
        await picture.runs(60_000)
    for picture in pictures:
        await urban.viewer.delete(f"/api/play/{picture.session_id}")
        received = len(await picture.ended())
        entry = await register_entry(people, sharing, picture)
        expected = {
            "outcome": "allowed",
            "person_id": urban.viewer_id,
            "person_name": urban.viewer_name,
            "organization_id": urban.id,
            "organization_name": urban.name,
            "system_id": sharing.system_id,
            "system_name": sharing.system_name,
            "application_id": sharing.application_id,
            "reason": f"巡查 {picture.protocol}",
            "point_id": point,
            "operation": "live",
            "channel": "portal",
            "protocol": picture.protocol,
            "end_reason": "viewer_left",
            "client_host": "127.0.0.1",
        }
        assert {name: entry[name] for name in expected} == expected
        begun, ended = (datetime.fromisoformat(entry[name]) for name in ("started_at", "ended_at"))
        assert datetime.fromisoformat(entry["requested_at"]) <= begun < ended
        assert abs(entry["bytes_sent"] - received) <= 0.05 * received
