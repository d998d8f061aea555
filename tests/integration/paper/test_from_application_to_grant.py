"""The regulation's path on paper, from the draft to active grants, over HTTP (articles 5 and 6)."""

from sqlalchemy import select
from tests.factories.catalogue import add_device, add_points
from tests.integration.paper.conftest import Walk

from pinegate.adapters.database.tables import access_changes, access_register, applications, audit_events
from pinegate.domain.organizations.roles import Role


async def test_the_procedure_ends_in_active_grants(walk: Walk) -> None:
    await walk.to_active()
    file = await walk.file()
    assert file["state"] == "active"
    assert file["agreement"]["state"] == "effective"
    assert {grant["state"] for grant in file["grants"]} == {"active"}
    assert {grant["point_id"] for grant in file["grants"]} == set(walk.points)
    assert [step["event"] for step in file["history"]] == [
        "create",
        "edit",
        "record_consultation",
        "submit",
        "accept",
        "consent",
        "record_review",
        "approve",
        "agreement_effective",
        "provision",
    ]
    assert file["history"][3]["from"] == "draft"
    assert [opinion["kind"] for opinion in file["opinions"]] == [
        "police_acceptance",
        "police",
        "bureau_review",
        "bureau",
        "operator",
    ]


async def test_every_move_is_audited_and_published(walk: Walk) -> None:
    await walk.to_active()
    async with walk.database.transaction() as tx:
        names = (await tx.connection.execute(select(audit_events.c.name))).scalars().all()
        changes = (await tx.connection.execute(select(access_changes.c.target_id))).scalars().all()
    assert names.count("applications.moved") == 10
    assert names.count("agreements.moved") == 3
    assert names.count("work_orders.moved") == 3
    assert names.count("grants.moved") == 3
    assert names.count("documents.stored") == 3
    assert changes.count(walk.id) == 2


async def test_a_partly_consented_point_is_granted_only_what_was_consented(walk: Walk) -> None:
    await walk.to_submitted()
    await walk.step(Role.POLICE_REVIEWER, "accept")
    first, second = walk.points[:2]
    cut = [{"point_id": first, "operations": ["live"]}, {"point_id": second, "operations": ["live", "ptz"]}]
    answer = await walk.step(Role.POLICE_LEADER, "consent", "同意两个点位", points=cut)
    assert answer.json()["opinions"][-1]["decision"] == "partly_consented"
    (notice, *_) = (await walk.get(Role.UNIT_LEADER, "/api/workbench")).json()["notices"]
    assert (notice["details"]["event"], notice["details"]["decision"]) == ("consent", "partly_consented")
    await walk.step(Role.BUREAU_REVIEWER, "record_review")
    agreement_id = (await walk.step(Role.BUREAU_APPROVER, "approve")).json()["agreement"]["id"]
    await walk.sign(Role.UNIT_LEADER, agreement_id)
    await walk.sign(Role.BUREAU_APPROVER, agreement_id)
    grants = {grant["point_id"]: grant["operations"] for grant in (await walk.file())["grants"]}
    assert grants == {first: ["live"], second: ["live", "ptz"]}


async def test_consent_never_widens(walk: Walk) -> None:
    await walk.to_submitted()
    await walk.step(Role.POLICE_REVIEWER, "accept")
    answer = await walk.step(Role.POLICE_LEADER, "consent", points=walk.asked("live", "audio"))
    assert (answer.status_code, answer.json()["code"]) == (409, "consent_widens")


async def test_no_grant_is_active_before_the_operator_tested(walk: Walk) -> None:
    order_id = await walk.to_provisioning()
    assert {grant["state"] for grant in (await walk.file())["grants"]} == {"pending"}
    path = f"/api/work-orders/{order_id}"
    unseen = await walk.post(Role.OPERATOR_PROVISIONER, f"{path}/confirm-test", point_id=walk.points[0])
    assert unseen.json()["code"] == "test_play_missing"
    early = await walk.post(Role.OPERATOR_PROVISIONER, f"{path}/complete", text="已开通")
    assert early.json()["code"] == "test_play_missing"


async def test_an_order_that_failed_can_be_given_again(walk: Walk) -> None:
    order_id = await walk.to_provisioning()
    answer = await walk.post(Role.OPERATOR_PROVISIONER, f"/api/work-orders/{order_id}/fail", text="设备离线")
    assert answer.status_code == 204
    assert (await walk.file())["state"] == "provision_failed"
    assert (await walk.step(Role.BUREAU_APPROVER, "order_again", "请再次办理")).json()[
        "state"
    ] == "provisioning"
    orders = (await walk.get(Role.OPERATOR_PROVISIONER, "/api/work-orders")).json()["items"]
    assert sorted(order["state"] for order in orders) == ["failed", "open"]


async def test_the_validity_covers_whole_days_in_china(walk: Walk) -> None:
    await walk.to_provisioning()
    grant = (await walk.file())["grants"][0]
    assert grant["valid_from"] == "2026-11-21T16:00:00Z"
    assert grant["valid_until"] == "2027-11-21T16:00:00Z"


async def test_both_forms_come_out_as_pdf(walk: Walk) -> None:
    await walk.to_active()
    for name in ("form.pdf", "agreement.pdf"):
        answer = await walk.get(Role.UNIT_CLERK, f"/api/applications/{walk.id}/{name}")
        assert answer.status_code == 200
        assert answer.content.startswith(b"%PDF-")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-disposition"].startswith("attachment")


async def test_a_test_play_is_registered_under_its_order_and_only_at_its_points(walk: Walk) -> None:
    order_id = await walk.to_provisioning()
    path = f"/api/work-orders/{order_id}/test-play"
    async with walk.database.transaction() as tx:
        (other,) = await add_points(tx, await add_device(tx, "34100000002000000002"))
    denied = await walk.post(Role.OPERATOR_PROVISIONER, path, point_id=other)
    assert (denied.status_code, denied.json()["code"]) == (403, "work_order_not_open")
    await walk.post(Role.OPERATOR_PROVISIONER, path, point_id=walk.points[0])
    async with walk.database.transaction() as tx:
        rows = (await tx.connection.execute(select(access_register))).all()
    assert {(row.channel, row.work_order_id) for row in rows} == {("operator_test", order_id)}
    assert sorted(row.outcome for row in rows) == ["allowed", "denied"]
    assert (await walk.post(Role.BUREAU_APPROVER, path, point_id=walk.points[0])).status_code == 403


async def test_every_case_says_under_which_wording_it_was_brought(walk: Walk) -> None:
    await walk.create()
    async with walk.database.transaction() as tx:
        stamped = await tx.connection.execute(select(applications.c.policy_version))
        assert stamped.scalar_one() == "2020-06-12"
