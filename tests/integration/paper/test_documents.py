"""Scans of sealed paper: taken by content, kept with their digest, given back as attachments only."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert
from tests.factories.organizations import fresh_id
from tests.integration.paper.conftest import Walk

from pinegate.adapters.database.tables import documents
from pinegate.adapters.sm3 import sm3_hex
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.documents.ports import MAX_UPLOAD_BYTES


async def test_a_scan_is_kept_with_its_digest_and_comes_back_as_an_attachment(walk: Walk) -> None:
    await walk.create()
    document = (await walk.upload(Role.UNIT_CLERK, "attachment", name="点位清单.png")).json()
    assert document["file_name"] == "点位清单.png"
    assert document["media_type"] == "image/png"
    answer = await walk.get(Role.UNIT_LEADER, f"/api/documents/{document['id']}")
    assert sm3_hex(answer.content) == document["sm3"]
    assert len(answer.content) == document["size"]
    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"


async def test_the_type_is_what_the_content_says(walk: Walk) -> None:
    await walk.create()
    answer = await walk.upload(Role.UNIT_CLERK, "attachment", b"<html>", name="a.png")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "file"


async def test_an_upload_that_grows_too_large_is_refused(walk: Walk) -> None:
    await walk.create()
    answer = await walk.upload(Role.UNIT_CLERK, "attachment", bytes(MAX_UPLOAD_BYTES + 9_000))
    assert answer.status_code == 413
    assert (await walk.own_file())["documents"] == []


async def test_an_unknown_kind_or_no_file_is_refused_by_name(walk: Walk) -> None:
    await walk.create()
    assert (await walk.upload(Role.UNIT_CLERK, "passport")).json()["errors"][0]["field"] == "kind"
    client = await walk.client(Role.UNIT_CLERK)
    path = f"/api/applications/{walk.id}/documents"
    answer = await client.post(path, data={"kind": "attachment"})
    assert answer.status_code == 422
    answer = await client.post(path, files={"kind": (None, "attachment")})
    assert answer.json()["errors"][0]["field"] == "file"


async def test_each_kind_has_its_side_and_its_time(walk: Walk) -> None:
    await walk.to_submitted()
    late = await walk.upload(Role.UNIT_LEADER, "sealed_form")
    assert (late.status_code, late.json()["code"]) == (409, "no_such_step")
    assert (await walk.upload(Role.POLICE_LEADER, "attachment")).status_code in {403, 409}
    assert (await walk.upload(Role.BUREAU_APPROVER, "sealed_agreement_bureau")).status_code == 409


async def test_a_scan_whose_step_is_refused_leaves_no_file(walk: Walk, tmp_path: Path) -> None:
    await walk.create()
    before = set((tmp_path / "scans").glob("*"))
    refused = await walk.upload(Role.UNIT_LEADER, "sealed_agreement_bureau")
    assert refused.status_code in {403, 409}
    assert set((tmp_path / "scans").glob("*")) == before


async def test_a_day_s_uploads_are_limited_for_a_person_and_a_unit(walk: Walk) -> None:
    await walk.create()

    async def handed_in_before(who: Role, files: int, hours: float, size: int = 1) -> None:
        person = walk.city.persons[who]
        row = {"kind": "attachment", "application_id": walk.id, "organization_id": walk.city.unit}
        row |= {"file_name": "a.png", "media_type": "image/png", "sm3": "", "stored_by": person.id}
        at = walk.clock() - timedelta(hours=hours)
        rows = [row | {"id": fresh_id(), "size": size, "stored_at": at} for _ in range(files)]
        async with walk.database.transaction() as tx:
            await tx.connection.execute(insert(documents), rows)

    await handed_in_before(Role.UNIT_CLERK, 500, hours=24.5)
    await handed_in_before(Role.UNIT_CLERK, 199, hours=23.5)
    assert (await walk.upload(Role.UNIT_CLERK, "attachment")).status_code == 201
    refused = await walk.upload(Role.UNIT_CLERK, "attachment")
    assert (refused.status_code, refused.json()["code"]) == (429, "uploads_spent")
    assert "files: 200" in refused.json()["detail"]
    assert (await walk.upload(Role.UNIT_LEADER, "attachment")).status_code == 201
    await handed_in_before(Role.UNIT_CLERK, 4, hours=1, size=1 << 30)
    refused = await walk.upload(Role.UNIT_LEADER, "attachment")
    assert (refused.status_code, refused.json()["code"]) == (429, "uploads_spent")
    assert "whose: unit" in refused.json()["detail"]
