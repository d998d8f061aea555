"""Return, refusal, withdrawal, lapse: the ways on which a file does not reach a picture."""

import json
from datetime import timedelta

import pytest
from tests.factories.organizations import fresh_id
from tests.integration.paper.conftest import CONTACT, Walk

from pinegate.domain.organizations.roles import Role
from pinegate.usecases.act import Act
from pinegate.usecases.applications.lapse import lapse_unsigned


async def test_submission_without_the_consultation_record_is_refused(walk: Walk) -> None:
    await walk.create()
    await walk.fill_in()
    await walk.upload(Role.UNIT_LEADER, "sealed_form")
    answer = await walk.step(Role.UNIT_LEADER, "submit")
    assert (answer.status_code, answer.json()["code"]) == (409, "consultation_missing")
    assert answer.json()["errors"][0]["field"] == "consultation"


async def test_submission_without_the_sealed_form_is_refused(walk: Walk) -> None:
    await walk.create()
    await walk.fill_in()
    await walk.consult()
    assert (await walk.step(Role.UNIT_LEADER, "submit")).json()["code"] == "seal_missing"


async def test_an_edit_after_sealing_asks_for_a_new_seal_but_not_for_a_new_consultation(walk: Walk) -> None:
    await walk.create()
    await walk.fill_in()
    await walk.consult()
    await walk.upload(Role.UNIT_LEADER, "sealed_form")
    assert (await walk.own_file())["missing"] == []
    await walk.edit(purpose="另一用途")
    assert (await walk.own_file())["missing"] == ["seal_missing"]


async def test_other_points_ask_for_a_new_consultation(walk: Walk) -> None:
    await walk.create()
    await walk.fill_in()
    await walk.consult()
    await walk.edit(points=walk.asked("live"))
    assert "consultation_missing" in (await walk.own_file())["missing"]


async def test_the_file_says_all_that_is_missing(walk: Walk) -> None:
    await walk.create()
    file = await walk.own_file()
    assert file["missing"] == ["field_missing", "no_points", "consultation_missing", "seal_missing"]
    assert "contacts.contact_person" in file["missing_fields"]
    assert (await walk.step(Role.UNIT_LEADER, "submit")).status_code == 422


async def test_a_stale_edit_is_a_conflict(walk: Walk) -> None:
    await walk.create()
    version = (await walk.own_file())["version"]
    assert (await walk.edit(purpose="一", version=version)).status_code == 200
    answer = await walk.edit(purpose="二", version=version)
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


async def test_what_is_absent_from_an_edit_stays_and_a_date_can_be_emptied(walk: Walk) -> None:
    await walk.create()
    await walk.fill_in()
    assert (await walk.edit(valid_until=None)).json()["valid_until"] is None
    file = await walk.own_file()
    assert file["purpose"] == "占道经营巡查"
    assert file["contacts"]["contact_person"] == CONTACT


async def test_a_point_that_the_unit_cannot_see_cannot_be_asked_for(walk: Walk) -> None:
    await walk.create()
    answer = await walk.edit(points=[{"point_id": fresh_id(), "operations": ["live"]}])
    assert (answer.status_code, answer.json()["code"]) == (409, "point_not_listed")


async def test_a_returned_file_is_submitted_again_in_a_new_round(walk: Walk) -> None:
    await walk.to_submitted()
    answer = await walk.step(Role.POLICE_REVIEWER, "return_by_police", "请补充用途")
    assert answer.json()["state"] == "returned"
    assert (await walk.step(Role.UNIT_LEADER, "submit")).status_code == 200, "the seal still stands"
    answer = await walk.step(Role.POLICE_REVIEWER, "accept")
    assert [(o["round"], o["decision"]) for o in answer.json()["opinions"]] == [
        (1, "return_by_police"),
        (2, "accepted"),
    ]


async def test_what_was_consented_in_an_earlier_round_binds_nobody(walk: Walk) -> None:
    await walk.to_bureau()
    await walk.step(Role.BUREAU_REVIEWER, "return_by_bureau", "请减少点位")
    await walk.step(Role.UNIT_LEADER, "submit")
    await walk.step(Role.POLICE_REVIEWER, "accept")
    assert {point["consented"] for point in (await walk.file())["points"]} == {None}


async def test_a_review_from_before_the_police_decided_again_does_not_count(walk: Walk) -> None:
    await walk.to_bureau()
    await walk.step(Role.BUREAU_REVIEWER, "record_review")
    await walk.step(Role.BUREAU_REVIEWER, "return_to_police", "请再核")
    await walk.step(Role.POLICE_LEADER, "consent", points=walk.asked("live"))
    answer = await walk.step(Role.BUREAU_APPROVER, "approve")
    assert (answer.status_code, answer.json()["code"]) == (409, "review_missing")


async def test_refusals_end_the_file_and_can_be_archived(walk: Walk) -> None:
    await walk.to_bureau()
    answer = await walk.step(Role.BUREAU_APPROVER, "refuse_approval", "不符合规定")
    assert (answer.json()["state"], answer.json()["agreement"]) == ("rejected", None)
    assert (await walk.step(Role.BUREAU_REVIEWER, "archive", "归档")).json()["state"] == "archived"


async def test_the_police_refuse_with_a_reason(walk: Walk) -> None:
    await walk.to_submitted()
    await walk.step(Role.POLICE_REVIEWER, "accept")
    nothing = await walk.step(Role.POLICE_LEADER, "refuse_consent", " ")
    assert nothing.json()["code"] == "opinion_missing"
    assert (await walk.step(Role.POLICE_LEADER, "refuse_consent", "涉密")).json()["state"] == "rejected"


async def test_a_withdrawn_application_voids_its_agreement(walk: Walk) -> None:
    await walk.to_agreement()
    answer = await walk.step(Role.UNIT_LEADER, "withdraw", "不再需要")
    assert answer.json()["state"] == "withdrawn"
    assert answer.json()["agreement"]["state"] == "void"


async def test_a_rejected_seal_is_given_again(walk: Walk) -> None:
    agreement_id = await walk.to_agreement()
    await walk.sign(Role.UNIT_LEADER, agreement_id)
    walk.clock.advance(seconds=1)
    answer = await walk.post(
        Role.BUREAU_APPROVER, f"/api/agreements/{agreement_id}/reject_seal", text="印章不清"
    )
    assert answer.json()["state"] == "awaiting_unit"
    assert answer.json()["unit_signature"] is None
    notices = (await walk.get(Role.UNIT_LEADER, "/api/workbench")).json()["notices"]
    assert notices[0]["details"]["text"] == "印章不清"


async def test_an_agreement_is_signed_only_with_the_own_side_s_sealed_scan(walk: Walk) -> None:
    agreement_id = await walk.to_agreement()
    form = (await walk.own_file())["documents"][0]["id"]
    path = f"/api/agreements/{agreement_id}/sign"
    assert (await walk.post(Role.UNIT_LEADER, path, document_id=form)).json()["code"] == "seal_missing"
    early = await walk.post(Role.BUREAU_APPROVER, path, document_id=form)
    assert early.json()["code"] in {"seal_missing", "no_such_step"}
    assert (await walk.file())["agreement"]["state"] == "awaiting_unit"


async def test_an_agreement_that_nobody_seals_lapses(walk: Walk) -> None:
    await walk.to_agreement()
    walk.clock.advance(days=60, seconds=1)
    async with walk.database.transaction() as tx:
        assert await lapse_unsigned(tx, timedelta(days=60), Act(None, walk.clock(), fresh_id)) == [walk.id]
    file = await walk.file(walk.city.others[Role.BUREAU_APPROVER])
    assert (file["state"], file["agreement"]["state"]) == ("lapsed", "void")
    assert file["history"][-1]["person_name"] is None


async def test_those_concerned_are_told(walk: Walk) -> None:
    await walk.to_submitted()
    await walk.step(Role.POLICE_REVIEWER, "return_by_police", "请补充用途")
    unit = (await walk.get(Role.UNIT_CLERK, "/api/workbench")).json()
    assert unit["notices"][0]["details"]["event"] == "return_by_police"
    assert unit["notices"][0]["details"]["text"] == "请补充用途"
    committee = (await walk.get(Role.POLITICAL_LEGAL_LIAISON, "/api/workbench")).json()
    assert [notice["details"]["event"] for notice in committee["notices"]] == ["record_consultation"]


@pytest.mark.parametrize("text", ["占\u0000道", "\ud800"], ids=["NUL", "half a character"])
async def test_a_text_that_cannot_be_kept_is_refused(walk: Walk, text: str) -> None:
    await walk.create()
    client = await walk.client(Role.UNIT_CLERK)
    body = json.dumps({"version": (await walk.own_file())["version"], "purpose": text})
    answer = await client.patch(
        f"/api/applications/{walk.id}", content=body, headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_input")
    assert (await client.get(f"/api/applications/{walk.id}%00")).status_code in {404, 422}
    assert (await client.get("/api/applications", params={"q": "\u0000"})).status_code == 422


@pytest.mark.parametrize("area", ["110000", "341999999", "屯溪区"])
async def test_an_area_is_an_administrative_division_of_the_city(walk: Walk, area: str) -> None:
    await walk.create()
    answer = await walk.edit(areas=[area])
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"].startswith("areas")
    assert (await walk.edit(areas=["341002102"])).json()["areas"] == ["341002102"]
