"""The access interface: signed, in the name of a person, for a reason; and refused in every other way."""

import json
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text, update
from tests.factories.applications import add_application
from tests.factories.organizations import fresh_id
from tests.integration.access.conftest import JPEG, Live, Watching
from tests.integration.access_interface.conftest import Program, issue
from tests.integration.conftest import ClientAs, Clock
from tests.waiting import until

from pinegate.adapters.database.tables import interface_nonces, organizations
from pinegate.domain.access.tracks import PICTURE, PICTURE_AND_SOUND, Track
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.services import Services
from pinegate.usecases.access_interface.signing import (
    Algorithm,
)
from pinegate.usecases.streams.media_engine import Admitted, PlayProtocol, Refused
from pinegate.usecases.streams.signalling import PtzMove

HOST = "127.0.0.1"


@pytest.mark.parametrize("algorithm", list(Algorithm))
async def test_a_signed_request_lists_exactly_the_granted_points(
    program: Program, watching: Watching, algorithm: Algorithm
) -> None:
    program.algorithm = algorithm
    answer = await program.ask("GET", "/access/v1/points", "page_size=10&page=1")
    assert answer.status_code == 200, answer.text
    assert {item["id"] for item in answer.json()["items"]} == set(watching.points)
    assert answer.json()["items"][0]["operations"] == ["live", "ptz", "snapshot"]
    assert answer.json()["total"] == 3
    one = await program.ask("GET", f"/access/v1/points/{watching.points[0]}")
    assert one.json()["id"] == watching.points[0]
    other = await program.ask("GET", f"/access/v1/points/{watching.ungranted}")
    assert other.status_code == 404


@pytest.mark.parametrize(
    ("tampered", "status", "code"),
    [
        ({"signature": "0" * 64}, 401, "wrong_credentials"),
        ({"sent_path": "/access/v1/points/other"}, 401, "wrong_credentials"),
        ({"sent_body": b'{"x": 1}'}, 401, "wrong_credentials"),
        ({"end_user": "somebody-else"}, 401, "wrong_credentials"),
        ({"reason": "another"}, 401, "wrong_credentials"),
        ({"end_user": ""}, 422, "invalid_input"),
        ({"reason": "%20%20"}, 422, "invalid_input"),
        ({"reason": "x" * 501}, 422, "invalid_input"),
    ],
)
async def test_what_was_not_signed_is_not_accepted(
    program: Program, tampered: dict[str, Any], status: int, code: str
) -> None:
    answer = await program.ask("GET", "/access/v1/points", **tampered)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    if status == 422:
        named = answer.json()["errors"][0]["field"]
        assert named == ("X-Pinegate-End-User" if "end_user" in tampered else "X-Pinegate-Reason")


@pytest.mark.parametrize(
    "reason", ["%E5%B1%AF%0Aforged", "%E5%B1%AF%00", "%E2%80%AE%E5%B1%AF", "%E2%81%A6%E5%B1%AF"]
)
async def test_a_reason_is_what_it_looks_like(program: Program, reason: str) -> None:
    answer = await program.ask("GET", "/access/v1/points", reason=reason)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "X-Pinegate-Reason")


async def test_a_parameter_that_comes_twice_is_refused(program: Program) -> None:
    answer = await program.ask("GET", "/access/v1/points", "page=1&page_size=5&page=2")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "page")


@pytest.mark.parametrize("name", ["Authorization", "X-Pinegate-End-User", "X-Pinegate-Reason"])
async def test_a_header_that_comes_twice_is_refused(program: Program, name: str) -> None:
    answer = await program.client.get("/access/v1/points", headers=[(name, "one"), (name, "two")])
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, name)


@pytest.mark.parametrize("seconds", [-301, 301])
async def test_a_request_with_another_clock_is_refused(program: Program, seconds: int) -> None:
    stamp = int(program.clock().timestamp()) + seconds
    answer = await program.ask("GET", "/access/v1/points", timestamp=stamp)
    assert answer.json()["code"] == "clock_off"


async def test_a_replayed_nonce_is_refused_and_forgotten_when_it_no_longer_matters(
    program: Program, live: Live, clock: Clock
) -> None:
    nonce = "n" * 24
    assert (await program.ask("GET", "/access/v1/points", nonce=nonce)).status_code == 200
    again = await program.ask("GET", "/access/v1/points", nonce=nonce)
    assert (again.status_code, again.json()["code"]) == (401, "nonce_replayed")
    clock.advance(minutes=12)
    async with live.database.transaction() as tx:
        assert await tx.credentials.forget_nonces(clock()) == 1
        assert (await tx.connection.execute(interface_nonces.select())).all() == []


async def test_a_forged_signature_uses_up_no_nonce(program: Program) -> None:
    nonce = "n" * 24
    await program.ask("GET", "/access/v1/points", nonce=nonce, signature="0" * 64)
    assert (await program.ask("GET", "/access/v1/points", nonce=nonce)).status_code == 200


@pytest.mark.parametrize(
    "header", ["", "Basic eDp5", "PINEGATE-HMAC-SHA256 access_key=x", "PINEGATE-HMAC-MD5 a=b", "x" * 5000]
)
async def test_an_unsigned_request_is_not_signed_in(program: Program, header: str) -> None:
    answer = await program.client.get("/access/v1/openapi.json", headers={"Authorization": header})
    assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")


async def test_a_play_address_works_once_for_the_named_person(
    program: Program, watching: Watching, live: Live
) -> None:
    path = f"/access/v1/points/{watching.points[0]}/play"
    answer = await program.ask("POST", path, body=b'{"protocol": "fmp4"}')
    assert answer.status_code == 200, answer.text
    play = answer.json()
    ticket = play["url"].rsplit("/", 1)[1].split(".")[0]
    assert not isinstance(await live.media_events.redeem_ticket(ticket, PlayProtocol.MP4, HOST), Refused)
    state = await program.ask("GET", f"/access/v1/sessions/{play['session_id']}")
    assert state.json()["state"] == "live"
    assert (await program.ask("DELETE", f"/access/v1/sessions/{play['session_id']}")).status_code == 204
    assert live.media.cut == {play["session_id"]: "viewer_left"}


async def test_a_program_hears_only_where_sound_is_granted(
    program: Program, watching: Watching, live: Live
) -> None:
    path = f"/access/v1/points/{watching.points[0]}/play"

    async def carried() -> frozenset[Track]:
        play = (await program.ask("POST", path, body=b"{}")).json()
        ticket = play["url"].rsplit("/", 1)[1].split(".")[0]
        admitted = await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, HOST)
        assert isinstance(admitted, Admitted) and admitted.tracks == frozenset(play["tracks"])
        return admitted.tracks

    assert await carried() == PICTURE
    async with live.database.transaction() as tx:
        await tx.connection.execute(text("update grants set operations = operations || '{audio}'"))
    assert await carried() == PICTURE_AND_SOUND


async def test_an_end_user_whom_the_unit_does_not_have_is_denied_and_registered(
    program: Program, watching: Watching, live: Live
) -> None:
    program.end_user = "nobody-9"
    answer = await program.ask(
        "POST", f"/access/v1/points/{watching.points[0]}/play", body=b'{"protocol": "flv"}'
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "person_unknown")
    async with live.database.transaction() as tx:
        row = (await tx.connection.execute(text("select * from access_register"))).one()
    assert (row.person_id, row.organization_id) == ("unknown:nobody-9", watching.city.unit)


async def test_a_person_of_the_unit_who_is_not_on_the_roster_is_denied(
    program: Program, watching: Watching
) -> None:
    program.end_user = watching.city.persons[Role.UNIT_LEADER].staff_number
    answer = await program.ask("POST", f"/access/v1/points/{watching.points[0]}/play", body=b"{}")
    assert answer.json()["code"] == "not_on_roster"


async def test_a_suspended_units_program_is_denied(program: Program, watching: Watching, live: Live) -> None:
    async with live.database.transaction() as tx:
        unit = organizations.c.id == watching.city.unit
        await tx.connection.execute(update(organizations).where(unit).values(standing="suspended"))
    answer = await program.ask("POST", f"/access/v1/points/{watching.points[0]}/play", body=b"{}")
    assert answer.json()["code"] == "organization_not_active"


async def test_a_snapshot_carries_its_mark(program: Program, watching: Watching, live: Live) -> None:
    path = f"/access/v1/points/{watching.points[0]}/snapshot"
    task = program.ask("POST", path)
    live.sources.join(watching.points[0], "somebody")
    await _opened(live)
    await live.sources.source_started(watching.points[0])
    answer = await task
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "image/jpeg"
    assert watching.viewer.name.encode() in answer.content
    assert answer.content.endswith(JPEG[2:])


async def _opened(live: Live) -> None:

    await until(lambda: bool(live.media.bound))


async def test_a_camera_is_steered_by_one_person_at_a_time(
    program: Program, watching: Watching, live: Live, client_as: ClientAs, full_services: Services
) -> None:
    path = f"/access/v1/points/{watching.points[0]}/ptz"
    answer = await program.ask("POST", path, body=json.dumps({"command": "left", "speed": 80}).encode())
    assert answer.status_code == 204, answer.text
    assert live.signalling.commands[0][1].move is PtzMove.LEFT
    assert not full_services.ptz_locks.take(watching.points[0], "somebody else", 0.0)
    preset = await program.ask("POST", path, body=b'{"command": "preset_call", "preset": 3}')
    assert preset.json()["code"] == "operation_not_granted"


async def test_a_withdrawn_credential_is_void_and_its_pictures_are_cut(
    program: Program, watching: Watching, live: Live, client_as: ClientAs
) -> None:
    await live.reevaluator.begin()
    play = (await program.ask("POST", f"/access/v1/points/{watching.points[0]}/play", body=b"{}")).json()
    ticket = play["url"].rsplit("/", 1)[1].split(".")[0]
    await live.media_events.redeem_ticket(ticket, PlayProtocol.FLV, HOST)
    admin = await client_as(Role.SECURITY_ADMIN)
    url = f"/api/systems/{watching.city.system}/credentials/{program.access_key}"
    assert (await admin.delete(url)).status_code == 204
    await live.reevaluator.reevaluate_now()
    assert live.media.cut == {play["session_id"]: "credential_withdrawn"}
    assert (await program.ask("GET", "/access/v1/points")).status_code == 401


async def test_a_credential_bound_to_a_network_works_only_from_there(
    program: Program, watching: Watching, client_as: ClientAs
) -> None:
    keys = await issue(client_as, watching, source_hosts=["10.1.0.0/16"])
    bound = replace(program, access_key=keys["access_key"], secret_key=keys["secret_key"])
    answer = await bound.ask("GET", "/access/v1/points")
    assert (answer.status_code, answer.json()["code"]) == (403, "source_not_allowed")


async def test_another_systems_program_sees_neither_points_nor_sessions(
    program: Program, watching: Watching, live: Live, client_as: ClientAs, clock: Clock
) -> None:
    async with live.database.transaction() as tx:
        device_points = [watching.ungranted]
        await add_application(
            tx,
            watching.city,
            ApplicationState.PROVISIONING,
            device_points,
            clock(),
            organization_id=watching.city.other_unit,
            system_id=watching.city.other_system,
        )
    provisioner = await client_as(Role.OPERATOR_PROVISIONER)
    keys = (await provisioner.post(f"/api/systems/{watching.city.other_system}/credentials")).json()
    outsider = replace(
        program,
        access_key=keys["access_key"],
        secret_key=keys["secret_key"],
        end_user=watching.city.outsiders[Role.UNIT_VIEWER].staff_number,
    )
    play = (await program.ask("POST", f"/access/v1/points/{watching.points[0]}/play", body=b"{}")).json()
    assert (await outsider.ask("GET", "/access/v1/points")).json()["total"] == 0
    for method in ("GET", "DELETE"):
        stolen = await outsider.ask(method, f"/access/v1/sessions/{play['session_id']}")
        assert stolen.status_code == 404


async def test_the_secret_is_told_once_and_kept_sealed(
    program: Program, watching: Watching, live: Live, client_as: ClientAs
) -> None:
    leader = await client_as(Role.UNIT_LEADER)
    seen = await leader.get(f"/api/systems/{watching.city.system}/credentials")
    assert seen.json()["items"][0]["access_key"] == program.access_key
    assert program.secret_key not in seen.text
    other = await client_as(watching.city.outsiders[Role.UNIT_LEADER])
    assert (await other.get(f"/api/systems/{watching.city.system}/credentials")).status_code == 404
    async with live.database.transaction() as tx:
        for table in ("interface_credentials", "audit_events"):
            rows = (await tx.connection.execute(text(f"select (t.*)::text from {table} t"))).scalars().all()
            assert rows and all(program.secret_key not in row for row in rows)
            assert all(program.secret_key.encode().hex() not in row for row in rows)


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.OPERATOR_PROVISIONER], ids=str)
async def test_only_the_provisioner_issues_credentials(
    client_as: ClientAs, watching: Watching, open_order: None, role: Role
) -> None:
    client = await client_as(role)
    answer = await client.post(f"/api/systems/{watching.city.system}/credentials")
    assert answer.status_code == 403


async def test_without_an_open_work_order_no_credential_is_issued(
    client_as: ClientAs, watching: Watching
) -> None:
    provisioner = await client_as(Role.OPERATOR_PROVISIONER)
    answer = await provisioner.post(f"/api/systems/{watching.city.system}/credentials")
    assert (answer.status_code, answer.json()["code"]) == (409, "no_such_step")


async def test_the_interface_describes_itself(program: Program) -> None:
    described = (await program.ask("GET", "/access/v1/openapi.json")).json()
    assert "/access/v1/points/{point_id}/play" in described["paths"]
    assert not any(path.startswith("/api/") for path in described["paths"])


async def test_a_body_beyond_the_limit_is_not_read(program: Program, watching: Watching) -> None:
    path = f"/access/v1/points/{watching.points[0]}/play"
    answer = await program.ask("POST", path, body=b" " * (2 << 20))
    assert answer.status_code == 413


async def test_a_query_of_too_many_parameters_fits_no_signature(program: Program) -> None:
    answer = await program.client.get(
        "/access/v1/points?" + "&".join(f"a{n}=1" for n in range(101)),
        headers={
            "Authorization": f"{program.algorithm} access_key={program.access_key}, "
            f"timestamp={int(program.clock().timestamp())}, nonce={fresh_id()}, signature={'0' * 64}",
            "X-Pinegate-End-User": program.end_user,
            "X-Pinegate-Reason": "x",
        },
    )
    assert (answer.status_code, answer.json()["code"]) == (401, "wrong_credentials")


@pytest.mark.parametrize(
    "host", ["player.example", "10.0.0.1\n", "fe80::1%\u202ex", "10.0.0.0/8", "0.0.0.0", ""]
)
async def test_the_player_s_address_is_one_host_s_own(
    program: Program, watching: Watching, host: str
) -> None:
    path, body = f"/access/v1/points/{watching.points[0]}/play", json.dumps({"client_host": host}).encode()
    answer = await program.ask("POST", path, body=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "client_host")
