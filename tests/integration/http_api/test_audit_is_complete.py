"""No change without an audit event: every route that changes something is driven once, and leaves one.

The scenes are held against the router, so that a new route fails here first.
"""

from collections import defaultdict
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from fastapi.routing import APIRoute
from pyotp.totp import TOTP
from sqlalchemy import func, select, update
from tests.factories.organizations import City, Person
from tests.integration.access.conftest import JPEG, build_live
from tests.integration.access_interface.conftest import Program
from tests.integration.conftest import ClientAs, Clock
from tests.integration.paper.conftest import Walk

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import accounts, audit_events, devices
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import ROUTERS, create_app
from pinegate.entrypoints.http_api.shared.signed_in import REQUEST_HEADER
from pinegate.entrypoints.services import Services
from pinegate.usecases.devices.ports import CatalogueProgress, NullDeviceSignalling

NO_EFFECT_YET = {("POST", "/api/session/totp")}
"""A prepared secret counts for nothing until it is confirmed, and that is audited."""

_CHANGING = [
    (method, route)
    for router in ROUTERS
    for route in router.routes
    if isinstance(route, APIRoute)
    for method in sorted((route.methods or set()) - {"GET", "HEAD"})
]
PASSWORD = "correct horse battery"


class Reachable(NullDeviceSignalling):
    """A device that takes the catalogue query."""

    def query_catalogue(self, device_code: str) -> CatalogueProgress:
        return CatalogueProgress("running", 0, None)

    def refused_media_hosts(self, device_code: str) -> tuple[str, ...]:
        return ("10.9.9.9",)


class AuditWatch:
    """Counts the audit events that each successful request left."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen = 0
        self.left: defaultdict[tuple[str, str], list[int]] = defaultdict(list)

    def follow(self, client: httpx2.AsyncClient) -> None:
        hooks = client.event_hooks
        hooks["response"] = [self._answered]
        client.event_hooks = hooks

    async def count(self) -> int:
        async with self._database.transaction() as tx:
            query = select(func.count()).select_from(audit_events)
            return (await tx.connection.execute(query)).scalar_one()

    async def _answered(self, response: httpx2.Response) -> None:
        seen, self._seen = self._seen, await self.count()
        method, path = response.request.method, response.request.url.path
        route = next((r for m, r in _CHANGING if m == method and r.path_regex.match(path)), None)
        if route is not None and response.is_success:
            self.left[method, route.path].append(self._seen - seen)


class Camera:
    """A picture at once."""

    async def take(self, point_id: str, session_id: str, mark: str) -> bytes:
        return JPEG


@pytest.fixture
def services(services: Services) -> Services:
    """With everything behind the routes that a success needs."""
    live = build_live(services)
    return replace(
        services,
        media=live.media,
        signalling=live.signalling,
        snapshots=Camera(),
        reevaluator=live.reevaluator,
        device_signalling=Reachable(),
    )


@pytest.fixture
def watch(database: Database) -> AuditWatch:
    return AuditWatch(database)


def _client(services: Services, watch: AuditWatch) -> httpx2.AsyncClient:
    client = httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=create_app(services), client=("127.0.0.1", 1)),
        base_url="http://portal.test",
        headers={REQUEST_HEADER: "1"},
    )
    watch.follow(client)
    return client


class Scenes:
    """One act after the other; each answer must be a success."""

    def __init__(self, walk: Walk, watch: AuditWatch, services: Services) -> None:
        self.walk, self.watch, self.services = walk, watch, services
        self.city: City = walk.city

    async def act(self, who: Role | Person, method: str, path: str, **body: Any) -> Any:
        client = await self.walk.client(who)
        self.watch.follow(client)
        self.walk.clock.advance(seconds=1)
        answer = await client.request(method, path, json=body)
        assert answer.is_success, (method, path, answer.text)
        return answer.json() if answer.content and "json" in answer.headers["content-type"] else None

    async def identity(self) -> None:
        person, services = self.city.others[Role.POLICE_REVIEWER], self.services
        async with services.database.transaction() as tx:
            own = accounts.c.person_id == person.id
            hashed = await services.passwords.hash(PASSWORD)
            await tx.connection.execute(update(accounts).where(own).values(password_hash=hashed))
        first, second = _client(services, self.watch), _client(services, self.watch)
        for client in (first, second):
            signed = await client.post("/api/session", json={"login": person.login, "password": PASSWORD})
            assert signed.is_success, signed.text
        running = (await first.get("/api/session/all")).json()["items"]
        other = next(session["id"] for session in running if not session["current"])
        assert (await first.delete(f"/api/session/{other}")).is_success
        secret = (await first.post("/api/session/totp", json={})).json()["secret"]
        code = TOTP(secret).at(self.walk.clock())
        assert (await first.post("/api/session/totp/confirm", json={"code": code})).is_success
        self.walk.clock.advance(seconds=30)
        both = {"password": PASSWORD, "code": TOTP(secret).at(self.walk.clock())}
        given_up = await first.request("DELETE", "/api/session/totp", json=both)
        assert given_up.is_success, given_up.text
        change = {"current": PASSWORD, "new": "quite another long phrase"}
        assert (await first.post("/api/session/password", json=change)).is_success
        assert (await first.delete("/api/session")).is_success

    async def organizations(self) -> None:
        admin = Role.SECURITY_ADMIN
        unit, why = {"kind": "using_unit", "name": "新单位"}, "机构调整"
        asked = {"kind": "organization", "reason": why, "organization": unit}
        for decision in ("withdraw", "decline", "confirm"):
            proposal = await self.act(admin, "POST", "/api/proposals", **asked)
            who = admin if decision == "withdraw" else Role.AUDIT_ADMIN
            decided = await self.act(who, "POST", f"/api/proposals/{proposal['id']}/{decision}", text=why)
        await self.act(admin, "PATCH", f"/api/organizations/{decided['organization_id']}", address="屯溪区")
        person = {"name": "新人", "staff_number": "N1", "roles": ["unit_viewer"], "login": "newcomer"}
        home = f"/api/organizations/{self.city.unit}/persons"
        made = await self.act(Role.UNIT_LEADER, "POST", home, **person)
        person_id = made["person"]["id"]
        link = await self.act(Role.UNIT_LEADER, "POST", f"/api/persons/{person_id}/enrolment-link")
        stranger = _client(self.services, self.watch)
        for form in ({}, {"password": PASSWORD}):
            answer = await stranger.post("/api/enrolment", json={"secret": link["secret"], **form})
            assert answer.is_success, answer.text
        await self.act(admin, "PATCH", f"/api/persons/{person_id}", state="trained")
        await self.act(Role.UNIT_CLERK, "POST", "/api/systems", name="新系统")

    async def catalogue(self) -> None:
        point, admin = self.walk.points[2], Role.SYSTEM_ADMIN
        delist = {"point_ids": [point], "event": "delist", "reason": "检修"}
        moved = await self.act(Role.OPERATOR_LISTER, "POST", "/api/points/move", **delist)
        assert moved["moved"] == [point], moved
        version = (await self.walk.get(Role.OPERATOR_CATALOGUER, f"/api/points/{point}")).json()["version"]
        edited = {"version": version, "name": "新名", "division_code": "341002", "township_code": "341002102"}
        await self.act(Role.OPERATOR_CATALOGUER, "PATCH", f"/api/points/{point}", **edited)
        mark = {"point_ids": [point], "shareable": False, "reason": "不再共享"}
        await self.act(Role.POLICE_REVIEWER, "POST", "/api/points/sharing-mark", **mark)
        made = await self.act(admin, "POST", "/api/devices", device_code="3" * 20, name="新设备")
        device = f"/api/devices/{made['device']['id']}"
        await self.act(admin, "PATCH", device, name="改名")
        await self.act(admin, "POST", f"{device}/catalogue-query")
        await self.act(admin, "POST", f"{device}/media-hosts", host="10.9.9.9")

    async def paper(self) -> str:
        """Answers the agreement's id; the work order is open."""
        walk, leader = self.walk, Role.UNIT_LEADER
        for role in Role:
            self.watch.follow(await walk.client(role))
        operations = ["live", "snapshot", "ptz"]
        walk.asked = lambda *_: [{"point_id": p, "operations": operations} for p in walk.points]
        agreement = await walk.to_agreement()
        assert (await walk.sign(leader, agreement)).is_success
        sealed = f"/api/agreements/{agreement}"
        await self.act(Role.BUREAU_APPROVER, "POST", f"{sealed}/reject_seal", text="章不清")
        for who in (leader, Role.BUREAU_APPROVER):
            assert (await walk.sign(who, agreement)).is_success
        order = await self.open_order()
        await self.act(Role.OPERATOR_PROVISIONER, "POST", f"{order}/fail", text="设备离线")
        assert (await walk.step(Role.BUREAU_APPROVER, "order_again")).is_success
        return agreement

    async def open_order(self) -> str:
        orders = (await self.walk.get(Role.OPERATOR_PROVISIONER, "/api/work-orders?state=open")).json()
        return f"/api/work-orders/{orders['items'][0]['id']}"

    async def provide(self) -> Program:
        walk, provisioner = self.walk, Role.OPERATOR_PROVISIONER
        order, point = await self.open_order(), walk.points[0]
        keys = await self.act(provisioner, "POST", f"/api/systems/{self.city.system}/credentials")
        await self.act(provisioner, "POST", f"{order}/test-play", point_id=point)
        await walk.test_play(order.rpartition("/")[2])
        await self.act(provisioner, "POST", f"{order}/confirm-test", point_id=point)
        await self.act(provisioner, "POST", f"{order}/complete", text="已开通")
        viewer = self.city.persons[Role.UNIT_VIEWER]
        client = _client(self.services, self.watch)
        return Program(client, walk.clock, keys["access_key"], keys["secret_key"], viewer.staff_number)

    async def watching(self, agreement: str) -> None:
        viewer, system, point = self.city.persons[Role.UNIT_VIEWER], self.city.system, self.walk.points[0]
        roster = f"/api/systems/{system}/roster/"
        await self.act(Role.UNIT_CLERK, "PUT", roster + viewer.id)
        path = f"/api/agreements/{agreement}/acknowledgement"
        await self.act(viewer, "POST", path, signature_name=viewer.name)
        asked = {"point_id": point, "system_id": system, "reason": "巡查"}
        opened = await self.act(viewer, "POST", "/api/play", protocol="flv", **asked)
        await self.act(viewer, "DELETE", f"/api/play/{opened['session_id']}")
        await self.act(viewer, "POST", "/api/snapshots", **asked)
        await self.act(viewer, "POST", "/api/ptz", command="stop", **asked)

    async def program(self, program: Program) -> None:
        points = f"/access/v1/points/{self.walk.points[0]}"
        opened = await program.ask("POST", f"{points}/play", body=b"{}")
        assert opened.is_success, opened.text
        for method, path, body in (
            ("DELETE", f"/access/v1/sessions/{opened.json()['session_id']}", b""),
            ("POST", f"{points}/snapshot", b""),
            ("POST", f"{points}/ptz", b'{"command":"stop"}'),
        ):
            answer = await program.ask(method, path, body=body)
            assert answer.is_success, (path, answer.text)

    async def ends(self, access_key: str) -> None:
        viewer, system = self.city.persons[Role.UNIT_VIEWER], self.city.system
        await self.act(Role.UNIT_CLERK, "DELETE", f"/api/systems/{system}/roster/{viewer.id}")
        await self.act(Role.SECURITY_ADMIN, "DELETE", f"/api/systems/{system}/credentials/{access_key}")
        order = {"scope": "application", "target_id": self.walk.id, "reason": "到期收回"}
        await self.act(Role.BUREAU_APPROVER, "POST", "/api/revocations", **order)


async def test_every_changing_route_leaves_an_audit_event(
    walk: Walk, watch: AuditWatch, services: Services, client_as: ClientAs, clock: Clock
) -> None:
    async with services.database.transaction() as tx:
        await tx.connection.execute(update(devices).values(address="127.0.0.1:5060"))
    scenes = Scenes(walk, watch, services)
    await scenes.identity()
    await scenes.organizations()
    agreement = await scenes.paper()
    program = await scenes.provide()
    await scenes.watching(agreement)
    await scenes.program(program)
    await scenes.ends(program.access_key)
    await scenes.catalogue()
    silent = {key for key, left in watch.left.items() if min(left) < 1}
    assert silent == NO_EFFECT_YET
    assert {(method, route.path) for method, route in _CHANGING} - set(watch.left) == set()
