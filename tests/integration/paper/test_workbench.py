"""What waits for whom, at each step of the procedure."""

from tests.factories.catalogue import add_device, add_points
from tests.integration.paper.conftest import Walk

from pinegate.domain.catalogue.listing import ListingState
from pinegate.domain.organizations.roles import Role


async def _waiting(walk: Walk) -> set[tuple[Role, str]]:
    found: set[tuple[Role, str]] = set()
    for role in Role:
        tasks = (await walk.get(role, "/api/workbench")).json()["tasks"]
        found |= {(role, task["kind"]) for task in tasks if not task["kind"].startswith("points.")}
    return found


async def test_the_file_waits_for_one_person_at_a_time(walk: Walk) -> None:
    await walk.create()
    await walk.fill_in()
    assert await _waiting(walk) == {(Role.UNIT_CLERK, "application.edit")}
    await walk.consult()
    await walk.upload(Role.UNIT_LEADER, "sealed_form")
    assert await _waiting(walk) == {(Role.UNIT_LEADER, "application.submit")}
    await walk.step(Role.UNIT_LEADER, "submit")
    assert await _waiting(walk) == {(Role.POLICE_REVIEWER, "application.accept")}
    await walk.step(Role.POLICE_REVIEWER, "accept")
    assert await _waiting(walk) == {(Role.POLICE_LEADER, "application.consent")}
    await walk.step(Role.POLICE_LEADER, "consent", points=walk.asked())
    assert await _waiting(walk) == {(Role.BUREAU_REVIEWER, "application.review")}
    await walk.step(Role.BUREAU_REVIEWER, "record_review")
    assert await _waiting(walk) == {(Role.BUREAU_APPROVER, "application.approve")}
    agreement = (await walk.step(Role.BUREAU_APPROVER, "approve")).json()["agreement"]["id"]
    assert await _waiting(walk) == {(Role.UNIT_LEADER, "application.sign_unit")}
    await walk.sign(Role.UNIT_LEADER, agreement)
    assert await _waiting(walk) == {(Role.BUREAU_APPROVER, "application.sign_bureau")}
    await walk.sign(Role.BUREAU_APPROVER, agreement)
    assert await _waiting(walk) == {(Role.OPERATOR_PROVISIONER, "application.provision")}


async def test_a_suspended_sharing_waits_for_a_proposal_and_then_for_another_person(walk: Walk) -> None:
    await walk.to_active()
    await walk.step(Role.POLICE_LEADER, "suspend", "事件")
    assert await _waiting(walk) == {(Role.BUREAU_REVIEWER, "application.resume")}
    await walk.step(Role.BUREAU_REVIEWER, "propose_resume", "已处置")
    assert await _waiting(walk) == {(Role.BUREAU_APPROVER, "application.resume")}


async def test_a_task_that_waited_long_is_urgent(walk: Walk) -> None:
    await walk.to_submitted()
    walk.clock.advance(days=3, seconds=2)
    reviewer = walk.city.others[Role.POLICE_REVIEWER]
    tasks = (await walk.get(reviewer, "/api/workbench")).json()["tasks"]
    assert [task["urgent"] for task in tasks if task["kind"] == "application.accept"] == [True]


async def test_points_wait_for_those_who_work_on_the_catalogue(walk: Walk) -> None:
    async with walk.database.transaction() as tx:
        device = await add_device(tx)
        await add_points(tx, device, 2, listing_state=ListingState.PENDING_CHECK, sharing_mark=False)
        await add_points(tx, device, 3, listing_state=ListingState.CATALOGUED, first=10)
    expected = {
        Role.OPERATOR_CATALOGUER: ("points.check", 2),
        Role.OPERATOR_LISTER: ("points.list", 3),
        Role.POLICE_REVIEWER: ("points.mark", 2),
    }
    for role, task in expected.items():
        found = (await walk.get(role, "/api/workbench")).json()["tasks"]
        assert [(item["kind"], item["count"]) for item in found] == [task]


async def test_the_figures_count_what_the_person_may_know(walk: Walk) -> None:
    await walk.to_active()

    async def figures(role: Role) -> dict[str, int]:
        shown = (await walk.get(role, "/api/workbench")).json()["figures"]
        return {figure["key"]: figure["value"] for figure in shown}

    assert (await figures(Role.UNIT_CLERK))["granted_points"] == 3
    assert (await figures(Role.UNIT_VIEWER)) == {"granted_points": 3, "live_sessions": 0}
    assert (await figures(Role.BUREAU_APPROVER))["active_applications"] == 1
    assert (await figures(Role.OPERATOR_PROVISIONER))["work_orders_open"] == 0
    assert await figures(Role.POLITICAL_LEGAL_LIAISON) == {}
