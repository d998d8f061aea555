"""Suspension, resumption, notice, expiry and revocation of a running sharing (article 7; Annex 2 clause 3)."""

from sqlalchemy import func, insert, select, update
from tests.factories.applications import add_application
from tests.factories.organizations import fresh_id
from tests.integration.paper.conftest import Walk

from pinegate.adapters.database.tables import (
    access_changes,
    access_register,
    grants,
    interface_credentials,
    roster_entries,
)
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.act import Act
from pinegate.usecases.grants.complete_revocation import complete_revocations
from pinegate.usecases.grants.expire import expire_due
from pinegate.usecases.grants.revoke import revoke_application


def _program(walk: Walk) -> Act:
    return Act(None, walk.clock(), fresh_id)


async def _revoke(walk: Walk) -> None:
    actor = walk.city.persons[Role.BUREAU_APPROVER].actor
    async with walk.database.transaction() as tx:
        application = await tx.applications.get(walk.id, lock=True)
        assert application is not None
        await revoke_application(tx, application, "违规使用", Act(actor, walk.clock(), fresh_id))


async def test_suspension_stops_the_grants_and_two_persons_resume_them(walk: Walk) -> None:
    await walk.to_active()
    answer = await walk.step(Role.POLICE_LEADER, "suspend", "涉嫌泄露")
    assert {grant["state"] for grant in answer.json()["grants"]} == {"suspended"}
    assert (await walk.step(Role.BUREAU_APPROVER, "resume")).json()["code"] == "proposal_missing"
    await walk.step(Role.BUREAU_REVIEWER, "propose_resume", "已整改")
    answer = await walk.step(Role.BUREAU_APPROVER, "resume")
    assert answer.json()["state"] == "active"
    assert {grant["state"] for grant in answer.json()["grants"]} == {"active"}


async def test_a_proposal_is_used_up_by_one_resumption(walk: Walk) -> None:
    await walk.to_active()
    await walk.step(Role.SECURITY_ADMIN, "suspend", "事件处置")
    await walk.step(Role.BUREAU_REVIEWER, "propose_resume", "已处置")
    await walk.step(Role.BUREAU_APPROVER, "resume")
    await walk.step(Role.SECURITY_ADMIN, "suspend", "再次事件")
    assert (await walk.step(Role.BUREAU_APPROVER, "resume")).json()["code"] == "proposal_missing"


async def test_a_suspension_publishes_the_change(walk: Walk) -> None:
    await walk.to_active()
    await walk.step(Role.POLICE_LEADER, "suspend", "涉嫌泄露")
    async with walk.database.transaction() as tx:
        count = await tx.connection.execute(select(func.count()).where(access_changes.c.target_id == walk.id))
        assert count.scalar_one() == 3


async def test_a_notice_ends_the_sharing_fifteen_days_later(walk: Walk) -> None:
    await walk.to_active()
    answer = await walk.step(Role.UNIT_LEADER, "give_termination_notice", "系统下线")
    assert answer.json()["state"] == "terminating"
    assert answer.json()["valid_until"] == "2026-12-07"
    assert {grant["state"] for grant in answer.json()["grants"]} == {"active"}
    walk.clock.advance(days=15)
    async with walk.database.transaction() as tx:
        assert await expire_due(tx, _program(walk)) == []
    walk.clock.advance(days=1)
    async with walk.database.transaction() as tx:
        assert await expire_due(tx, _program(walk)) == [walk.id]
    file = await walk.file(walk.city.others[Role.BUREAU_APPROVER])
    assert (file["state"], file["agreement"]["state"]) == ("revoked", "surviving")
    assert [step["event"] for step in file["history"][-2:]] == ["end_date_reached", "complete_revocation"]


async def test_a_sharing_expires_with_its_last_day(walk: Walk) -> None:
    await walk.to_active()
    walk.clock.advance(days=365)
    async with walk.database.transaction() as tx:
        assert await expire_due(tx, _program(walk)) == [walk.id]
    file = await walk.file(walk.city.others[Role.BUREAU_APPROVER])
    assert file["state"] == "revoked"
    assert {grant["state"] for grant in file["grants"]} == {"expired"}
    assert [receipt["kind"] for receipt in file["receipts"]] == ["account", "interface", "permissions"]


async def test_revocation_writes_three_receipts_with_what_they_took(walk: Walk) -> None:
    await walk.to_active()
    viewer = walk.city.persons[Role.UNIT_VIEWER]
    client = await walk.client(Role.UNIT_CLERK)
    await client.put(f"/api/systems/{walk.city.system}/roster/{viewer.id}")
    await _revoke(walk)
    file = await walk.file()
    assert file["state"] == "revoked"
    assert {receipt["kind"]: receipt["affected"] for receipt in file["receipts"]} == {
        "account": 1,
        "permissions": 3,
        "interface": 0,
    }
    async with walk.database.transaction() as tx:
        assert (await tx.connection.execute(select(roster_entries.c.removed))).scalars().all() == [True]


async def test_after_a_revocation_no_grant_and_no_credential_is_left(walk: Walk) -> None:
    await walk.to_active()
    async with walk.database.transaction() as tx:
        other = await add_application(
            tx, walk.city, ApplicationState.ARCHIVED, walk.points, walk.clock(), access_key="AK1"
        )
        await tx.connection.execute(
            update(interface_credentials).values(system_id=walk.city.system, withdrawn_at=None)
        )
    await _revoke(walk)
    receipts = {receipt["kind"]: receipt["affected"] for receipt in (await walk.file())["receipts"]}
    async with walk.database.transaction() as tx:
        states = select(grants.c.state).where(grants.c.application_id != other.id)
        assert set((await tx.connection.execute(states)).scalars()) == {"revoked"}
        valid = select(func.count()).where(interface_credentials.c.withdrawn_at.is_(None))
        assert (await tx.connection.execute(valid)).scalar_one() == 0
    assert receipts["interface"] == 1


async def test_credentials_and_roster_stay_while_another_application_of_the_system_runs(walk: Walk) -> None:
    await walk.to_active()
    async with walk.database.transaction() as tx:
        await add_application(
            tx, walk.city, ApplicationState.ACTIVE, walk.points, walk.clock(), access_key="AK1"
        )
    await _revoke(walk)
    receipts = {receipt["kind"]: receipt["affected"] for receipt in (await walk.file())["receipts"]}
    assert (receipts["account"], receipts["interface"]) == (0, 0)
    async with walk.database.transaction() as tx:
        assert list(await tx.grants.withdraw_credentials(walk.city.system, walk.clock())) == ["AK1"]


async def test_a_revocation_is_complete_only_when_nothing_plays_any_more(walk: Walk) -> None:
    await walk.to_active()
    async with walk.database.transaction() as tx:
        await tx.connection.execute(
            insert(access_register).values(
                id="s1",
                channel="portal",
                outcome="allowed",
                operation="live",
                person_id="x",
                point_id=walk.points[0],
                application_id=walk.id,
                reason="巡查",
                requested_at=walk.clock(),
            )
        )
    await _revoke(walk)
    assert (await walk.file())["state"] == "revoking"
    async with walk.database.transaction() as tx:
        assert await complete_revocations(tx, _program(walk)) == []
        await tx.connection.execute(update(access_register).values(ended_at=walk.clock()))
        assert await complete_revocations(tx, _program(walk)) == [walk.id]
    assert (await walk.file())["state"] == "revoked"


async def test_an_order_still_open_is_called_off_by_revocation(walk: Walk) -> None:
    order_id = await walk.to_provisioning()
    await _revoke(walk)
    order = (await walk.get(Role.OPERATOR_PROVISIONER, f"/api/work-orders/{order_id}")).json()
    assert order["state"] == "failed"


async def test_a_notice_outlives_a_suspension(walk: Walk) -> None:
    await walk.to_active()
    await walk.step(Role.UNIT_LEADER, "give_termination_notice", "系统下线")
    await walk.step(Role.POLICE_LEADER, "suspend", "事件")
    await walk.step(Role.BUREAU_REVIEWER, "propose_resume", "已处置")
    answer = await walk.step(Role.BUREAU_APPROVER, "resume")
    assert answer.json()["valid_until"] == "2026-12-07"
    assert {grant["valid_until"] for grant in answer.json()["grants"]} == {"2026-12-07T16:00:00Z"}


async def test_a_notice_does_not_lift_a_suspension(walk: Walk) -> None:
    await walk.to_active()
    await walk.step(Role.POLICE_LEADER, "suspend", "事件")
    answer = await walk.step(Role.UNIT_LEADER, "give_termination_notice", "系统下线")
    assert (answer.json()["state"], answer.json()["valid_until"]) == ("suspended", "2026-12-07")
    assert {grant["state"] for grant in answer.json()["grants"]} == {"suspended"}
    await walk.step(Role.BUREAU_REVIEWER, "propose_resume", "已处置")
    answer = await walk.step(Role.BUREAU_APPROVER, "resume")
    assert {grant["valid_until"] for grant in answer.json()["grants"]} == {"2026-12-07T16:00:00Z"}


async def test_every_sharing_that_is_over_ends_one_after_the_other(walk: Walk) -> None:
    await walk.to_active()
    async with walk.database.transaction() as tx:
        await add_application(tx, walk.city, ApplicationState.TERMINATING, walk.points, walk.clock(), days=3)
    walk.clock.advance(days=400)
    ended: list[str] = []
    for _ in range(3):
        async with walk.database.transaction() as tx:
            ended += await expire_due(tx, _program(walk))
    assert len(ended) == len(set(ended)) == 2
