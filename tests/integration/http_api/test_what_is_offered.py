"""What may be revoked, requested, handed in and stepped to: the API says it, the portal keeps no lists of its own."""

from tests.integration.conftest import ClientAs
from tests.integration.paper.conftest import Walk

from pinegate.domain.applications.states import APPLICATION, ApplicationEvent
from pinegate.domain.catalogue.operation import REQUESTABLE
from pinegate.domain.organizations.permissions import ROLES_WITH
from pinegate.domain.organizations.roles import Role


async def test_the_session_says_what_each_role_may_and_takes(client_as: ClientAs) -> None:
    for role in Role:
        me = (await (await client_as(role)).get("/api/session")).json()
        assert set(me["permissions"]) == {name for name, roles in ROLES_WITH.items() if role in roles}
        takes = {event for event in ApplicationEvent if role in APPLICATION.roles_of(event)}
        assert set(me["steps"]["application"]) == takes


async def _found(walk: Walk, path: str) -> int:
    return int((await walk.get(Role.BUREAU_APPROVER, path)).json()["total"])


async def test_lists_say_what_is_open_to_a_step(walk: Walk) -> None:
    await walk.to_bureau()
    assert await _found(walk, "/api/applications?open_to=revoke") == 0
    assert await _found(walk, "/api/applications?open_to=approve") == 1
    assert await _found(walk, "/api/applications?open_to=approve&state=draft") == 0


async def test_what_runs_is_open_to_its_end_and_what_is_interrupted_to_no_interruption(walk: Walk) -> None:
    await walk.to_active()
    for kind in ("applications", "grants"):
        assert await _found(walk, f"/api/{kind}?open_to=revoke") > 0
        assert await _found(walk, f"/api/{kind}?open_to=suspend") > 0
    await walk.step(Role.POLICE_LEADER, "suspend", "事件")
    for kind in ("applications", "grants"):
        assert await _found(walk, f"/api/{kind}?open_to=revoke") > 0
        assert await _found(walk, f"/api/{kind}?open_to=suspend") == 0


async def test_the_file_says_which_papers_the_reader_may_hand_in(walk: Walk) -> None:
    await walk.create()
    assert (await walk.file(Role.UNIT_CLERK))["allowed_documents"] == [
        "sealed_form",
        "consultation_record",
        "attachment",
    ]


async def test_each_side_of_the_agreement_hands_in_its_own_scan(walk: Walk) -> None:
    await walk.to_agreement()
    assert (await walk.file(Role.UNIT_LEADER))["allowed_documents"] == ["sealed_agreement_unit"]
    assert (await walk.file(Role.BUREAU_APPROVER))["allowed_documents"] == ["sealed_agreement_bureau"]
    assert (await walk.file(Role.POLICE_LEADER))["allowed_documents"] == []


async def test_a_work_order_says_what_the_provisioner_may_do_with_it(walk: Walk) -> None:
    order = f"/api/work-orders/{await walk.to_provisioning()}"
    found = (await walk.get(Role.OPERATOR_PROVISIONER, order)).json()
    assert found["allowed_events"] == ["confirm_test", "complete", "fail"]
    assert (await walk.post(Role.OPERATOR_PROVISIONER, f"{order}/fail", text="无法开通")).status_code == 204
    assert (await walk.get(Role.OPERATOR_PROVISIONER, order)).json()["allowed_events"] == []


async def test_units_are_told_which_operations_they_may_ask_for(client_as: ClientAs) -> None:
    told = (await (await client_as(Role.UNIT_CLERK)).get("/api/operations")).json()
    assert set(told["requestable"]) == REQUESTABLE
    assert set(told["only_turning"]) == {"ptz", "preset"}
