"""The access register and the audit log: complete, and readable by those whose duty it is."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from tests.integration.access.conftest import Live, Watching
from tests.integration.access.running import serving, watch
from tests.integration.conftest import ClientAs
from tests.waiting import until

from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.organizations.roles import Role
from pinegate.usecases.streams.media_engine import SessionEnded

READS_ALL = {
    Role.BUREAU_REVIEWER,
    Role.BUREAU_APPROVER,
    Role.POLICE_REVIEWER,
    Role.POLICE_LEADER,
    Role.SECURITY_ADMIN,
    Role.AUDIT_ADMIN,
}


async def test_a_play_is_registered_from_asking_to_the_last_byte(
    client_as: ClientAs, watching: Watching, live: Live
) -> None:
    async with serving(live):
        await until(lambda: live.reevaluator.has_begun)
        session = await watch(client_as, watching, live)
        bureau = await client_as(Role.BUREAU_APPROVER)
        running = (await bureau.get("/api/access-register", params={"live": "true"})).json()
        assert [item["id"] for item in running["items"]] == [session]
        await live.media_events.bytes_sent({session: 500})
        await live.media_events.session_ended(SessionEnded(session, End(EndReason.VIEWER_LEFT), 123_456))

        async def written() -> bool:
            found = (await bureau.get("/api/access-register")).json()["items"][0]
            return found["ended_at"] is not None

        await until(written)
    entry = (await bureau.get("/api/access-register")).json()["items"][0]
    assert entry["person_name"] == watching.viewer.name
    assert entry["reason"] == "占道经营巡查"
    assert (entry["operation"], entry["outcome"], entry["end_reason"]) == ("live", "allowed", "viewer_left")
    assert entry["bytes_sent"] == 123_456
    assert entry["application_id"] == watching.filed.id


@pytest.mark.parametrize("role", list(Role), ids=str)
async def test_each_role_reads_what_its_duty_is(client_as: ClientAs, watching: Watching, role: Role) -> None:
    viewer = await client_as(watching.viewer)
    await viewer.post("/api/play", json=watching.form())
    client = await client_as(role)
    answer = await client.get("/api/access-register")
    if role in READS_ALL or role in (Role.UNIT_CLERK, Role.UNIT_LEADER):
        assert answer.json()["total"] == 1
    else:
        assert answer.status_code == 403
    assert ((await client.get("/api/audit")).status_code == 200) == (role is Role.AUDIT_ADMIN)


async def test_a_unit_reads_only_its_own_even_when_it_asks_for_anothers(
    client_as: ClientAs, watching: Watching
) -> None:
    viewer = await client_as(watching.viewer)
    await viewer.post("/api/play", json=watching.form())
    other = await client_as(watching.city.outsiders[Role.UNIT_LEADER])
    answer = await other.get("/api/access-register", params={"organization_id": watching.city.unit})
    assert (answer.json()["items"], answer.json()["total"]) == ([], 0)


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"outcome": "denied"}, 1),
        ({"outcome": "allowed"}, 1),
        ({"operation": "ptz"}, 0),
        ({"person": "nobody at all"}, 0),
        ({"from": "2027-01-01T00:00:00Z"}, 0),
        ({"to": "2026-01-01T00:00:00Z"}, 0),
    ],
)
async def test_the_register_is_searched(
    client_as: ClientAs, watching: Watching, params: dict[str, str], found: int
) -> None:
    viewer = await client_as(watching.viewer)
    await viewer.post("/api/play", json=watching.form())
    await viewer.post("/api/play", json=watching.form(point_id=watching.ungranted))
    bureau = await client_as(Role.BUREAU_REVIEWER)
    assert (await bureau.get("/api/access-register", params=params)).json()["total"] == found


async def test_the_audit_log_shows_reading_too(client_as: ClientAs, watching: Watching) -> None:
    auditor = await client_as(Role.AUDIT_ADMIN)
    await auditor.get("/api/access-register")
    await auditor.get("/api/audit")
    names = [item["name"] for item in (await auditor.get("/api/audit")).json()["items"]]
    assert names[:2] == ["audit.read", "access.register_read"]
    by_feature = (await auditor.get("/api/audit", params={"name": "access"})).json()
    assert {item["name"] for item in by_feature["items"]} == {"access.register_read"}


@pytest.mark.parametrize(
    "statement",
    ["update audit_events set name = 'nothing'", "delete from audit_events", "truncate audit_events"],
)
async def test_the_database_refuses_to_change_the_audit_log(live: Live, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        async with live.database.transaction() as tx:
            await tx.connection.execute(text(statement))
