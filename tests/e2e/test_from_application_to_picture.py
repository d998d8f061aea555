"""The whole of the regulation's path over HTTP, with real pictures at its end."""

from io import BytesIO

from PIL import Image
from tests.e2e.catalogue import make_listed, unmarked_points
from tests.e2e.people import People
from tests.e2e.pictures import OUTPUTS, Picture, count_frames
from tests.e2e.sharing import Sharing
from tests.e2e.units import Unit


async def test_a_unit_comes_by_its_pictures_only_by_the_whole_way(people: People, urban: Unit) -> None:
    points = await unmarked_points(people, 3)
    await make_listed(people, points)
    first, second, third = points
    sharing = Sharing(
        people,
        urban,
        asked={point: ["live", "snapshot", "ptz"] for point in points},
        consented={first: ["live"], second: ["live", "snapshot"], third: []},
    )
    await sharing.register_system()
    draft = await sharing.draft()
    assert draft["missing"] == ["consultation_missing", "seal_missing"]
    assert await urban.leader.refused("POST", f"/api/applications/{draft['id']}/submit", {}) == (
        409,
        "consultation_missing",
    )
    await sharing.record_consultation()
    await sharing.hand_in_sealed_form()
    assert (await sharing.step(urban.leader, "submit"))["state"] == "submitted"
    police = await people.sign_in("police-reviewer")
    assert (await sharing.step(police, "accept", "材料齐全。"))["state"] == "police_review"
    consented = await sharing.consent()
    assert consented["state"] == "bureau_review"
    assert {p["point"]["id"]: p["consented"] for p in consented["points"]} == {
        first: ["live"],
        second: ["live", "snapshot"],
        third: [],
    }
    reviewer = await people.sign_in("bureau-reviewer")
    approver = await people.sign_in("bureau-approver")
    await sharing.step(reviewer, "record_review", "建议批准。")
    assert (await sharing.step(approver, "approve", "批准。"))["state"] == "agreement_pending"
    assert (await urban.viewer.refused("POST", "/api/play", sharing.play_form(first)))[0] == 403

    await sharing.sign()
    assert (await sharing.file())["state"] == "provisioning"
    await sharing.provide()
    assert (await sharing.file())["state"] == "active"
    assert (await urban.viewer.refused("POST", "/api/play", sharing.play_form(first)))[0] == 403
    await sharing.acknowledge()

    seen = await urban.viewer.get("/api/points", granted=1, system_id=sharing.system_id)
    assert {point["id"]: point["operations"] for point in seen["items"]} == {
        first: ["live"],
        second: ["live", "snapshot"],
    }
    await _every_output_plays(sharing, first)
    await _a_snapshot_says_who_took_it(sharing, second)
    await _what_was_not_granted_is_denied(people, sharing, first, third)


async def _every_output_plays(sharing: Sharing, point: str) -> None:
    viewer = sharing.unit.viewer
    pictures = [await Picture.open(viewer, sharing.play_form(point, output)) for output in OUTPUTS]
    for picture in pictures:
        await picture.runs(60_000)
        await viewer.delete(f"/api/play/{picture.session_id}")
        assert await picture.frames() >= 10, picture.protocol
    for protocol in ("flv", "fmp4"):
        play = await viewer.post("/api/play", sharing.play_form(point, protocol))
        assert await count_frames(play["url"]) >= 20, protocol


async def _a_snapshot_says_who_took_it(sharing: Sharing, point: str) -> None:
    form = {"point_id": point, "system_id": sharing.system_id, "reason": "取证"}
    jpeg = await sharing.unit.viewer.post("/api/snapshots", form)
    image = Image.open(BytesIO(jpeg))
    image.load()
    assert image.size == (640, 360)
    description = image.getexif()[0x010E].encode("latin-1").decode()
    assert sharing.unit.name in description
    assert sharing.unit.viewer_name in description
    assert "取证" in description


async def _what_was_not_granted_is_denied(
    people: People, sharing: Sharing, live_only: str, refused: str
) -> None:
    viewer = sharing.unit.viewer
    assert await viewer.refused("POST", "/api/play", sharing.play_form(refused)) == (403, "not_granted")
    form = {"point_id": live_only, "system_id": sharing.system_id, "reason": "取证"}
    assert await viewer.refused("POST", "/api/snapshots", form) == (403, "operation_not_granted")
    steering = form | {"command": "left"}
    assert await viewer.refused("POST", "/api/ptz", steering) == (403, "operation_not_granted")
    bureau = await people.sign_in("bureau-reviewer")
    written = await bureau.get("/api/access-register", system_id=sharing.system_id, outcome="denied")
    assert {
        (entry["point_id"], entry["operation"], entry["denial_reason"]) for entry in written["items"]
    } >= {
        (refused, "live", "not_granted"),
        (live_only, "snapshot", "operation_not_granted"),
        (live_only, "ptz", "operation_not_granted"),
    }
    assert all(entry["person_name"] == sharing.unit.viewer_name for entry in written["items"])
