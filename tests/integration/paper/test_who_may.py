"""Role by route: units see their own, the operator never sees the file, nobody steps out of turn."""

from itertools import product
from typing import Any

import httpx2
import pytest
from tests.factories.organizations import Person
from tests.integration.paper.conftest import Walk

from pinegate.domain.organizations.roles import OrganizationKind, Role

OPERATORS = (Role.OPERATOR_CATALOGUER, Role.OPERATOR_LISTER, Role.OPERATOR_PROVISIONER, Role.SYSTEM_ADMIN)
READERS = (
    Role.UNIT_CLERK,
    Role.UNIT_LEADER,
    Role.POLICE_REVIEWER,
    Role.POLICE_LEADER,
    Role.BUREAU_REVIEWER,
    Role.BUREAU_APPROVER,
    Role.SECURITY_ADMIN,
)


async def _reads(walk: Walk) -> list[str]:
    file = await walk.file()
    return [
        f"/api/applications/{walk.id}",
        f"/api/applications/{walk.id}/form.pdf",
        f"/api/applications/{walk.id}/agreement.pdf",
        f"/api/documents/{file['documents'][0]['id']}",
    ]


async def test_only_the_parties_read_the_file(walk: Walk) -> None:
    await walk.to_agreement()
    for role, path in product(Role, await _reads(walk)):
        expected = {200} if role in READERS else {403, 404}
        assert (await walk.get(role, path)).status_code in expected, (role, path)


async def test_another_unit_does_not_even_learn_that_the_file_exists(walk: Walk) -> None:
    agreement_id = await walk.to_agreement()
    for outsider in walk.city.outsiders.values():
        await _knows_nothing(walk, outsider, agreement_id)


async def _knows_nothing(walk: Walk, outsider: Person, agreement_id: str) -> None:
    for path in await _reads(walk):
        _tells_nothing(await walk.get(outsider, path))
    listed = await walk.get(outsider, "/api/applications")
    assert listed.status_code == 403 or listed.json()["total"] == 0
    for path, body in (
        (f"/api/applications/{walk.id}/withdraw", {"text": "x"}),
        (f"/api/applications/{walk.id}/give_termination_notice", {"text": "x"}),
        (f"/api/agreements/{agreement_id}/sign", {"document_id": "x"}),
        (f"/api/agreements/{agreement_id}/acknowledgement", {"signature_name": outsider.name}),
    ):
        _tells_nothing(await walk.post(outsider, path, **body))
    _tells_nothing(await walk.upload(outsider, "sealed_agreement_unit"))


def _tells_nothing(answer: httpx2.Response) -> None:
    """Not found; or refused for the role alone, as for a file that does not exist."""
    assert answer.status_code == 404 or answer.json()["code"] == "role_may_not", answer.text


async def test_every_route_of_the_file_is_closed_to_the_operator(walk: Walk) -> None:
    agreement_id = await walk.to_agreement()
    for role in OPERATORS:
        await _is_shut_out(walk, role, agreement_id)


async def _is_shut_out(walk: Walk, role: Role, agreement_id: str) -> None:
    paths = [*(await _reads(walk)), "/api/applications", "/api/grants"]
    for path in paths:
        assert (await walk.get(role, path)).status_code in {403, 404}, path
    file = f"/api/applications/{walk.id}"
    for event in ("submit", "accept", "consent", "approve", "withdraw", "suspend", "archive"):
        answer = await walk.post(role, f"{file}/{event}", text="x", points=[])
        assert answer.status_code in {403, 404}, event
    for path in (f"/api/agreements/{agreement_id}/sign", f"/api/agreements/{agreement_id}/reject_seal"):
        answer = await walk.post(role, path, document_id="x", text="x")
        assert answer.status_code in {403, 404}, path
    assert (await walk.get(role, f"/api/agreements/{agreement_id}/duty")).status_code == 403
    assert (await walk.upload(role, "attachment")).status_code in {403, 404}


async def test_work_orders_are_the_provisioner_s_alone(walk: Walk) -> None:
    order_id = await walk.to_provisioning()
    order = f"/api/work-orders/{order_id}"
    verbs = {"confirm-test": {"point_id": walk.points[0]}, "complete": {"text": "x"}, "fail": {"text": "x"}}
    for role in set(Role) - {Role.OPERATOR_PROVISIONER}:
        for path in ("/api/work-orders", order):
            assert (await walk.get(role, path)).status_code == 403
        for verb, body in verbs.items():
            assert (await walk.post(role, f"{order}/{verb}", **body)).status_code == 403
    assert (await walk.get(Role.OPERATOR_PROVISIONER, order)).status_code == 200


def _values(document: Any) -> list[Any]:
    if isinstance(document, dict):
        return [value for inner in document.values() for value in _values(inner)]
    if isinstance(document, list):
        return [value for inner in document for value in _values(inner)]
    return [document]


async def test_a_work_order_tells_nothing_of_the_application(walk: Walk) -> None:
    order_id = await walk.to_provisioning()
    order = (await walk.get(Role.OPERATOR_PROVISIONER, f"/api/work-orders/{order_id}")).json()
    file = await walk.file()
    told = set(map(str, _values(order)))
    secrets = {file["id"], file["number"], file["purpose"], file["legal_basis"], "张三", "李警官", "王同志"}
    assert not told & secrets
    assert {line["point"]["id"] for line in order["points"]} == set(walk.points)


async def test_a_draft_is_the_unit_s_own_paper(walk: Walk) -> None:
    await walk.create()
    for role in Role:
        answer = await walk.get(role, f"/api/applications/{walk.id}")
        if role in (Role.UNIT_CLERK, Role.UNIT_LEADER):
            assert answer.status_code == 200
        else:
            _tells_nothing(answer)
    assert (await walk.get(Role.POLICE_REVIEWER, "/api/applications")).json()["total"] == 0


async def test_the_committee_s_liaison_is_heard_before_submission_only(walk: Walk) -> None:
    await walk.create()
    await walk.fill_in()
    path = f"/api/applications/{walk.id}"
    liaison = Role.POLITICAL_LEGAL_LIAISON
    assert (await walk.get(liaison, path)).status_code == 404
    await walk.consult()
    assert (await walk.get(liaison, path)).status_code == 200
    assert (await walk.get(liaison, "/api/applications")).json()["total"] == 1
    await walk.upload(Role.UNIT_LEADER, "sealed_form")
    await walk.step(Role.UNIT_LEADER, "submit")
    assert (await walk.get(liaison, path)).status_code == 404
    assert (await walk.get(liaison, "/api/applications")).json()["total"] == 0


STEPS = {
    "submit": {Role.UNIT_LEADER},
    "accept": {Role.POLICE_REVIEWER},
    "consent": {Role.POLICE_LEADER},
    "record_review": {Role.BUREAU_REVIEWER},
    "approve": {Role.BUREAU_APPROVER},
}


@pytest.mark.parametrize("event", STEPS)
async def test_each_step_belongs_to_its_role(walk: Walk, event: str) -> None:
    await walk.create()
    await walk.fill_in()
    await walk.consult()
    await walk.upload(Role.UNIT_LEADER, "sealed_form")
    for earlier, roles in STEPS.items():
        body: dict[str, Any] = {"points": walk.asked()} if earlier == "consent" else {}
        if earlier == event:
            for role in set(Role) - roles:
                answer = await walk.step(role, event, **body)
                assert answer.status_code in {403, 404}, role
        (role,) = roles
        assert (await walk.step(role, earlier, **body)).status_code == 200
        if earlier == event:
            return


async def test_allowed_events_are_what_the_person_may_do(walk: Walk) -> None:
    await walk.to_bureau()
    assert (await walk.file(Role.BUREAU_APPROVER))["allowed_events"] == [
        "return_to_police",
        "return_by_bureau",
        "refuse_approval",
    ]
    await walk.step(Role.BUREAU_REVIEWER, "record_review")
    assert "approve" in (await walk.file(Role.BUREAU_APPROVER))["allowed_events"]
    assert (await walk.file(Role.POLICE_LEADER))["allowed_events"] == []


async def test_an_unknown_step_and_a_step_of_the_program_are_not_found(walk: Walk) -> None:
    await walk.create()
    assert (await walk.step(Role.UNIT_LEADER, "agreement_effective")).status_code == 404
    assert (await walk.step(Role.UNIT_LEADER, "provision")).status_code == 404
    assert (await walk.step(Role.UNIT_LEADER, "nonsense")).status_code == 422


async def test_grants_are_seen_by_their_unit_and_the_authorities(walk: Walk) -> None:
    await walk.to_active()
    for role in Role:
        answer = await walk.get(role, "/api/grants")
        kind = next(p.organization_kind for r, p in walk.city.persons.items() if r is role)
        if kind in (OrganizationKind.OPERATOR, OrganizationKind.POLITICAL_LEGAL_COMMITTEE):
            assert answer.status_code in {200, 403} and answer.json().get("total", 0) == 0, role
        else:
            assert answer.json()["total"] == 3, role
    outsider = walk.city.outsiders[Role.UNIT_VIEWER]
    assert (await walk.get(outsider, "/api/grants")).json()["total"] == 0
