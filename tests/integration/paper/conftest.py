"""A file that can be walked through its states over HTTP, each person with a client of their own."""

from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
from sqlalchemy import insert
from tests.factories.catalogue import add_device, add_points
from tests.factories.organizations import City, Person, fresh_id
from tests.integration.conftest import ClientAs, Clock

from pinegate.adapters.database.connection import Database
from pinegate.adapters.database.tables import access_register
from pinegate.domain.organizations.roles import Role

CONTACT = {"name": "张三", "telephone": "0559-2300000", "mobile": "", "email": ""}
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c636000000002000148"
    "afa4710000000049454e44ae426082"
)


class Walk:
    """Takes one application along; every method is one person's act and answers the response."""

    area, category = "341002", "back_alley"

    def __init__(self, database: Database, city: City, clock: Clock, client_as: ClientAs) -> None:
        self.database, self.city, self.clock = database, city, clock
        self._client_as = client_as
        self._clients: dict[str, httpx2.AsyncClient] = {}
        self.points: list[str] = []
        self.id = ""

    async def client(self, who: Role | Person) -> httpx2.AsyncClient:
        person = who if isinstance(who, Person) else self.city.persons[who]
        if person.id not in self._clients:
            self._clients[person.id] = await self._client_as(person)
        return self._clients[person.id]

    async def get(self, who: Role | Person, path: str) -> httpx2.Response:
        return await (await self.client(who)).get(path)

    async def post(self, who: Role | Person, path: str, **body: Any) -> httpx2.Response:
        return await (await self.client(who)).post(path, json=body)

    async def step(self, who: Role | Person, event: str, text: str = "同意", **body: Any) -> httpx2.Response:
        self.clock.advance(seconds=1)
        return await self.post(who, f"/api/applications/{self.id}/{event}", text=text, **body)

    async def file(self, who: Role | Person = Role.BUREAU_APPROVER) -> dict[str, Any]:
        answer = await self.get(who, f"/api/applications/{self.id}")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def own_file(self) -> dict[str, Any]:
        return await self.file(Role.UNIT_CLERK)

    async def create(self) -> None:
        async with self.database.transaction() as tx:
            self.points = await add_points(tx, await add_device(tx), 3)
        answer = await self.post(Role.UNIT_CLERK, "/api/applications", system_id=self.city.system)
        assert answer.status_code == 201, answer.text
        self.id = answer.json()["id"]

    async def edit(self, **fields: Any) -> httpx2.Response:
        version = fields.pop("version", None) or (await self.own_file())["version"]
        client = await self.client(Role.UNIT_CLERK)
        return await client.patch(f"/api/applications/{self.id}", json={"version": version, **fields})

    def asked(self, *operations: str) -> list[dict[str, Any]]:
        return [{"point_id": point, "operations": operations or ("live", "ptz")} for point in self.points]

    async def fill_in(self) -> None:
        answer = await self.edit(
            purpose="占道经营巡查",
            legal_basis="市容管理职责",
            areas=[self.area],
            categories=[self.category],
            contacts={
                "responsible_person": CONTACT,
                "contact_person": CONTACT,
                "technical_contact": CONTACT,
            },
            points=self.asked(),
            valid_until="2027-11-21",
        )
        assert answer.status_code == 200, answer.text

    async def consult(self) -> httpx2.Response:
        client = await self.client(Role.UNIT_CLERK)
        record = {"held_on": "2026-11-20", "police_official": "李警官", "committee_official": "王同志"}
        return await client.put(f"/api/applications/{self.id}/consultation", json=record)

    async def upload(
        self, who: Role | Person, kind: str, content: bytes = PNG, name: str = "盖章.png"
    ) -> httpx2.Response:
        client = await self.client(who)
        return await client.post(
            f"/api/applications/{self.id}/documents",
            data={"kind": kind},
            files={"file": (name, content, "application/octet-stream")},
        )

    async def to_submitted(self) -> None:
        await self.create()
        await self.fill_in()
        assert (await self.consult()).status_code == 200
        assert (await self.upload(Role.UNIT_LEADER, "sealed_form")).status_code == 201
        answer = await self.step(Role.UNIT_LEADER, "submit")
        assert answer.status_code == 200, answer.text

    async def to_bureau(self, points: list[dict[str, Any]] | None = None) -> None:
        await self.to_submitted()
        assert (await self.step(Role.POLICE_REVIEWER, "accept")).status_code == 200
        answer = await self.step(Role.POLICE_LEADER, "consent", points=points or self.asked())
        assert answer.status_code == 200, answer.text

    async def to_agreement(self, points: list[dict[str, Any]] | None = None) -> str:
        await self.to_bureau(points)
        assert (await self.step(Role.BUREAU_REVIEWER, "record_review")).status_code == 200
        answer = await self.step(Role.BUREAU_APPROVER, "approve")
        assert answer.status_code == 200, answer.text
        return answer.json()["agreement"]["id"]

    async def sign(self, who: Role, agreement_id: str) -> httpx2.Response:
        side = "unit" if who is Role.UNIT_LEADER else "bureau"
        scan = await self.upload(who, f"sealed_agreement_{side}")
        assert scan.status_code == 201, scan.text
        return await self.post(who, f"/api/agreements/{agreement_id}/sign", document_id=scan.json()["id"])

    async def to_provisioning(self, points: list[dict[str, Any]] | None = None) -> str:
        """Answers the work order's id."""
        agreement_id = await self.to_agreement(points)
        for who in (Role.UNIT_LEADER, Role.BUREAU_APPROVER):
            answer = await self.sign(who, agreement_id)
            assert answer.status_code == 200, answer.text
        orders = (await self.get(Role.OPERATOR_PROVISIONER, "/api/work-orders?state=open")).json()
        return orders["items"][0]["id"]

    async def test_play(self, order_id: str) -> None:
        """What opening a test play and its first bytes leave in the access register."""
        provisioner = self.city.persons[Role.OPERATOR_PROVISIONER]
        async with self.database.transaction() as tx:
            await tx.connection.execute(
                insert(access_register).values(
                    id=fresh_id(),
                    channel="operator_test",
                    outcome="allowed",
                    operation="live",
                    person_id=provisioner.id,
                    point_id=self.points[0],
                    work_order_id=order_id,
                    reason="test",
                    requested_at=self.clock(),
                    started_at=self.clock(),
                    ended_at=self.clock(),
                )
            )

    async def to_active(self, points: list[dict[str, Any]] | None = None) -> None:
        order_id = await self.to_provisioning(points)
        await self.test_play(order_id)
        path = f"/api/work-orders/{order_id}"
        provisioner = Role.OPERATOR_PROVISIONER
        confirmed = await self.post(provisioner, f"{path}/confirm-test", point_id=self.points[0])
        assert confirmed.status_code == 204, confirmed.text
        done = await self.post(provisioner, f"{path}/complete", text="已开通，试播正常")
        assert done.status_code == 204, done.text


@pytest.fixture
async def walk(database: Database, city: City, clock: Clock, client_as: ClientAs) -> AsyncIterator[Walk]:
    yield Walk(database, city, clock, client_as)
