"""Whatever a running picture stood on: when it changes, the picture stops at once, and its viewer is told why."""

from collections.abc import Awaitable, Callable

import pytest
from tests.e2e.catalogue import listed_points
from tests.e2e.people import People
from tests.e2e.pictures import OUTPUTS, Picture
from tests.e2e.register import register_entry
from tests.e2e.revoking import revoke
from tests.e2e.sharing import Sharing
from tests.e2e.units import Unit, unit_of_demonstration
from tests.integration.media.viewers import HttpViewer
from tests.waiting import until

Act = Callable[[People, Sharing, str], Awaitable[object]]


async def _police_suspend_the_point(people: People, sharing: Sharing, point: str) -> None:
    await revoke(people, "police-leader", "point", point, emergency=True)


async def _police_withdraw_the_mark(people: People, sharing: Sharing, point: str) -> None:
    police = await people.sign_in("police-reviewer")
    mark = {"point_ids": [point], "shareable": False, "reason": "涉及敏感部位"}
    await police.post("/api/points/sharing-mark", mark)


async def _operator_delists(people: People, sharing: Sharing, point: str) -> None:
    move = {"point_ids": [point], "event": "delist", "reason": "检修"}
    await (await people.sign_in("lister")).post("/api/points/move", move)


async def _clerk_takes_off_roster(people: People, sharing: Sharing, point: str) -> None:
    roster = f"/api/systems/{sharing.system_id}/roster/{sharing.unit.viewer_id}"
    await sharing.unit.clerk.delete(roster)


async def _bureau_ends_the_system(people: People, sharing: Sharing, point: str) -> None:
    await revoke(people, "bureau-approver", "system", sharing.system_id)


async def _bureau_ends_one_grant(people: People, sharing: Sharing, point: str) -> None:
    grants = (await sharing.file())["grants"]
    await revoke(people, "bureau-approver", "grant", next(g["id"] for g in grants if g["point_id"] == point))


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (_police_suspend_the_point, "grant_suspended"),
        (_police_withdraw_the_mark, "sharing_mark_withdrawn"),
        (_operator_delists, "point_not_listed"),
        (_clerk_takes_off_roster, "not_on_roster"),
        (_bureau_ends_the_system, "grant_revoked"),
        (_bureau_ends_one_grant, "grant_revoked"),
    ],
)
async def test_a_change_cuts_the_picture_and_says_why(
    people: People, urban: Unit, act: Act, reason: str
) -> None:
    (point,) = await listed_points(people, 1)
    sharing = await Sharing(people, urban, {point: ["live"]}).walk()
    picture = await Picture.open(urban.viewer, sharing.play_form(point))
    await picture.runs()
    await act(people, sharing, point)
    await picture.ended()
    await told(sharing, picture, reason)
    assert await urban.viewer.refused("POST", "/api/play", sharing.play_form(point)) == (403, reason)


async def told(sharing: Sharing, picture: Picture, reason: str) -> None:
    async def known() -> bool:
        play = await sharing.unit.viewer.get(f"/api/play/{picture.session_id}")
        return (play["state"], play["end_reason"]) == ("ended", reason)

    await until(known)


@pytest.mark.parametrize("whom", ["person", "unit"])
async def test_shutting_out_a_person_or_a_whole_unit_cuts_and_signs_out(
    people: People, unit: Unit, whom: str
) -> None:
    (point,) = await listed_points(people, 1)
    sharing = await Sharing(people, unit, {point: ["live"]}).walk()
    picture = await Picture.open(unit.viewer, sharing.play_form(point, "ws-flv"))
    await picture.runs()
    security = await people.sign_in("security-admin")
    if whom == "person":
        await security.patch(f"/api/persons/{unit.viewer_id}", {"state": "account_locked"})
    else:
        await security.patch(f"/api/organizations/{unit.id}", {"standing": "suspended"})
    await picture.ended()
    assert await unit.viewer.refused("GET", "/api/session") == (401, "not_signed_in")
    reasons = {
        "person": {"person_not_active", "signed_out"},
        "unit": {"organization_not_active", "signed_out"},
    }
    entry = await register_entry(people, sharing, picture)
    assert entry["end_reason"] in reasons[whom]


async def test_signing_out_cuts_the_pictures_of_this_session(people: People, urban: Unit) -> None:
    (point,) = await listed_points(people, 1)
    sharing = await Sharing(people, urban, {point: ["live"]}).walk()
    elsewhere = await people.sign_in_anew("unit-viewer")
    here = await Picture.open(urban.viewer, sharing.play_form(point))
    there = await Picture.open(elsewhere, sharing.play_form(point))
    await here.runs()
    await there.runs()
    await elsewhere.delete("/api/session")
    await there.ended()
    await here.runs()
    assert (await register_entry(people, sharing, there))["end_reason"] == "signed_out"
    await urban.viewer.delete(f"/api/play/{here.session_id}")


async def test_the_bureau_revokes_and_every_output_stops_while_another_unit_watches_on(
    people: People, urban: Unit
) -> None:
    tourism = await unit_of_demonstration(people, "tour")
    system = (await tourism.viewer.me())["systems"][0]["id"]
    point = (await tourism.viewer.get("/api/points", granted=1, system_id=system))["items"][0]["id"]
    sharing = await Sharing(people, urban, {point: ["live", "snapshot"]}).walk()
    other = await Picture.open(
        tourism.viewer, {"point_id": point, "system_id": system, "protocol": "flv", "reason": "客流"}
    )
    pictures = [await Picture.open(urban.viewer, sharing.play_form(point, output)) for output in OUTPUTS]
    ticket = await urban.viewer.post("/api/play", sharing.play_form(point))
    for picture in [*pictures, other]:
        await picture.runs()

    ordered = await revoke(people, "bureau-approver", "application", sharing.application_id)
    assert ordered["sessions_cut"] == len(pictures)
    for picture in pictures:
        await picture.ended()
        await told(sharing, picture, "grant_revoked")
    await other.runs()

    file = await sharing.file()
    assert file["state"] == "revoked"
    assert {receipt["kind"] for receipt in file["receipts"]} == {"account", "permissions", "interface"}
    assert all(grant["state"] == "revoked" for grant in file["grants"])
    late = await HttpViewer.open(ticket["url"])
    assert late.status == 403
    assert await urban.viewer.refused("POST", "/api/play", sharing.play_form(point)) == (403, "grant_revoked")
    await other.runs()
    await tourism.viewer.delete(f"/api/play/{other.session_id}")
