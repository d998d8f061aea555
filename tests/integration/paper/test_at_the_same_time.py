"""Two persons, or one person twice, at the same moment: one of them wins and nothing is done twice (S23)."""

import asyncio

from sqlalchemy import func, select
from tests.integration.paper.conftest import Walk

from pinegate.adapters.database.tables import agreements, grants, work_orders
from pinegate.domain.organizations.roles import Role


async def test_of_many_approvals_one_counts(walk: Walk) -> None:
    await walk.to_bureau()
    await walk.step(Role.BUREAU_REVIEWER, "record_review")
    approvers = [walk.city.persons[Role.BUREAU_APPROVER], walk.city.others[Role.BUREAU_APPROVER]] * 3
    for approver in approvers:
        await walk.client(approver)
    answers = await asyncio.gather(*(walk.step(approver, "approve") for approver in approvers))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    async with walk.database.transaction() as tx:
        assert (await tx.connection.execute(select(func.count()).select_from(agreements))).scalar_one() == 1


async def test_of_many_reviews_one_counts(walk: Walk) -> None:
    await walk.to_bureau()
    reviewers = [walk.city.persons[Role.BUREAU_REVIEWER], walk.city.others[Role.BUREAU_REVIEWER]] * 3
    for reviewer in reviewers:
        await walk.client(reviewer)
    answers = await asyncio.gather(*(walk.step(reviewer, "record_review") for reviewer in reviewers))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]
    opinions = (await walk.file(Role.BUREAU_APPROVER))["opinions"]
    assert [opinion["kind"] for opinion in opinions].count("bureau_review") == 1


async def test_a_seal_given_twice_prepares_one_sharing(walk: Walk) -> None:
    agreement_id = await walk.to_agreement()
    await walk.sign(Role.UNIT_LEADER, agreement_id)
    scan = (await walk.upload(Role.BUREAU_APPROVER, "sealed_agreement_bureau")).json()["id"]
    path = f"/api/agreements/{agreement_id}/sign"
    answers = await asyncio.gather(
        *(walk.post(Role.BUREAU_APPROVER, path, document_id=scan) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    async with walk.database.transaction() as tx:
        for table, count in ((grants, 3), (work_orders, 1)):
            found = await tx.connection.execute(select(func.count()).select_from(table))
            assert found.scalar_one() == count


async def test_withdrawal_and_approval_exclude_each_other(walk: Walk) -> None:
    await walk.to_bureau()
    await walk.step(Role.BUREAU_REVIEWER, "record_review")
    await walk.file(Role.BUREAU_APPROVER)
    approved, withdrawn = await asyncio.gather(
        walk.step(Role.BUREAU_APPROVER, "approve"), walk.step(Role.UNIT_LEADER, "withdraw", "不再需要")
    )
    file = await walk.file()
    assert withdrawn.status_code == 200
    assert file["state"] == "withdrawn"
    if approved.status_code == 200:
        assert file["agreement"]["state"] == "void"
    else:
        assert file["agreement"] is None


async def test_numbers_are_given_once(walk: Walk) -> None:
    await walk.create()
    answers = await asyncio.gather(
        *(walk.post(Role.UNIT_CLERK, "/api/applications", system_id=walk.city.system) for _ in range(5))
    )
    numbers = sorted(answer.json()["number"] for answer in answers)
    assert numbers == [f"SQ-2026-{number:04d}" for number in range(2, 7)]
