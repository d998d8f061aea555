"""First start: the organizations, their people, their systems, and the simulated police platform's account."""

import asyncio
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import update

from pinegate.adapters.database.tables import accounts
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.organizations.parties import Actor
from pinegate.entrypoints.demonstration.organizations import BUREAU, ORGANIZATIONS, SampleOrganization
from pinegate.entrypoints.demonstration.people import FIRST_ADMINISTRATOR, SamplePerson
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.devices.add_device import add_device
from pinegate.usecases.devices.ports import DeviceRecord
from pinegate.usecases.organizations.add_person import NewPerson, add_person
from pinegate.usecases.organizations.create_organization import create_organization
from pinegate.usecases.organizations.initialize_city import initialize_city
from pinegate.usecases.organizations.put_on_roster import put_on_roster
from pinegate.usecases.organizations.register_system import register_system

PLATFORM_CODE = "34100000002000000002"
PLATFORM_NAME = "黄山市公安局视频共享平台（模拟）"


@dataclass(frozen=True, slots=True)
class Secrets:
    """Made at the first start, kept in the data folder for the owner's eyes only."""

    passwords: dict[str, str]
    platform_password: str

    @classmethod
    def load_or_make(cls, folder: Path) -> "Secrets":
        file = folder / "demonstration.json"
        if file.exists():
            kept = json.loads(file.read_text(encoding="utf-8"))
            return cls(kept["passwords"], kept["platform_password"])
        people = [
            FIRST_ADMINISTRATOR,
            *(person for organization in ORGANIZATIONS for person in organization.people),
        ]
        made = cls({person.login: secrets.token_urlsafe(12) for person in people}, secrets.token_urlsafe(18))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        file.touch(mode=0o600)
        text = json.dumps(
            {"passwords": made.passwords, "platform_password": made.platform_password}, indent=1
        )
        file.write_text(text, encoding="utf-8")
        return made


class Seed:
    """Enters the city in one transaction, each act by the person whose act it is."""

    def __init__(self, services: Services, made: Secrets) -> None:
        self._services = services
        self._made = made
        self._hashes: dict[str, str] = {}
        self.actors: dict[str, Actor] = {}
        self.systems: dict[str, str] = {}
        """The information systems' ids by the key of their organization."""

    async def enter(self) -> None:
        made = self._made.passwords
        hashes = await asyncio.gather(
            *(self._services.passwords.hash(password) for password in made.values())
        )
        self._hashes = dict(zip(made, hashes, strict=True))
        async with self._services.database.transaction() as tx:
            now = self._services.now()
            first_administrator = await initialize_city(
                tx,
                BUREAU.name,
                FIRST_ADMINISTRATOR.name,
                FIRST_ADMINISTRATOR.login,
                self._hashes[FIRST_ADMINISTRATOR.login],
                Act(None, now, self._services.new_id),
            )
            self.actors[FIRST_ADMINISTRATOR.login] = first_administrator
            for organization in ORGANIZATIONS:
                await self._enter_organization(tx, organization, first_administrator)
            await self._add_platform(tx)
            # These passwords are random, and printed at every start: nobody is asked to change them.
            await tx.connection.execute(update(accounts).values(password_is_initial=False))

    async def _enter_organization(
        self, tx: Transaction, organization: SampleOrganization, first_administrator: Actor
    ) -> None:
        act = Act(first_administrator, self._services.now(), self._services.new_id)
        if organization is BUREAU:
            organization_id = first_administrator.organization_id
        else:
            organization_id = (
                await create_organization(
                    tx, organization.kind, organization.name, organization.address, organization.nature, act
                )
            ).id
        for number, person in enumerate(organization.people, 2):
            await self._add(tx, organization, organization_id, person, number, act)
        if organization.system:
            clerk = self._act(organization.people[0].login)
            system_id = await register_system(tx, organization.system, organization.system_description, clerk)
            self.systems[organization.key] = system_id
            for person in organization.people[1:]:
                await put_on_roster(tx, system_id, self.actors[person.login].person_id, clerk)

    async def _add(
        self,
        tx: Transaction,
        organization: SampleOrganization,
        organization_id: str,
        person: SamplePerson,
        number: int,
        act: Act,
    ) -> None:
        new = NewPerson(
            name=person.name,
            staff_number=f"{organization.key[0].upper()}{number:03d}",
            mobile=f"139055900{number:02d}",
            email=f"{person.login}@example.invalid",
            roles=person.roles,
            login=person.login,
        )
        record = await add_person(tx, organization_id, new, self._hashes[person.login], act)
        self.actors[person.login] = Actor(
            record.id, organization_id, organization.kind, person.roles, person.name
        )

    async def _add_platform(self, tx: Transaction) -> None:
        record = DeviceRecord(
            device_code=PLATFORM_CODE,
            name=PLATFORM_NAME,
            kind="platform",
            media_transport="tcp_passive",
            charset="gb18030",
            minimum_algorithm="MD5",
            media_hosts=(),
            enabled=True,
            owner_organization_id=self.actors["police-leader"].organization_id,
        )
        services = self._services
        await add_device(
            tx,
            record,
            self._made.platform_password,
            self._act("system-admin"),
            secret_box=services.secret_box,
        )

    def _act(self, login: str) -> Act:
        return Act(self.actors[login], self._services.now(), self._services.new_id)
