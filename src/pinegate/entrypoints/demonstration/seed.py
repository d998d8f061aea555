"""First start: the organizations, their people, their systems, and the simulated police platform's account."""

import asyncio
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete

from pinegate.adapters.database.tables import notices
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.proposal import Content, Proposal, ProposalKind
from pinegate.entrypoints.demonstration.organizations import (
    BUREAU,
    OPERATOR,
    ORGANIZATIONS,
    SampleOrganization,
)
from pinegate.entrypoints.demonstration.people import (
    ADMINISTRATORS,
    AUDIT_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    SamplePerson,
)
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.devices.add_device import add_device
from pinegate.usecases.devices.ports import DeviceRecord
from pinegate.usecases.organizations.confirm_proposal import confirm_proposal
from pinegate.usecases.organizations.initialize_city import FirstAdministrator, initialize_city
from pinegate.usecases.organizations.propose import Draft, propose
from pinegate.usecases.organizations.put_on_roster import put_on_roster
from pinegate.usecases.organizations.register_system import register_system

PLATFORM_CODE = "34100000002000000002"
_WHY = "演示城市初始人员"
_NO_CODE = bytes(32)
"""Nobody enrols here; no code has this digest."""
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
        people = [person for organization in ORGANIZATIONS for person in organization.people]
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
            first = [
                FirstAdministrator(next(iter(person.roles)), person.name, person.login)
                for person in ADMINISTRATORS
            ]
            act = Act(None, now, self._services.new_id)
            actors = await initialize_city(tx, BUREAU.name, OPERATOR.name, first, act)
            self.actors.update(zip((person.login for person in ADMINISTRATORS), actors, strict=True))
            for organization in ORGANIZATIONS:
                await self._enter_organization(tx, organization)
            await self._add_platform(tx)
            # Nobody needs to be told of what was there before they came.
            await tx.connection.execute(delete(notices))
            # In place of enrolling: these passwords are random, and printed at every start.
            for login, digest in self._hashes.items():
                await tx.identity.set_password(self.actors[login].person_id, digest)

    async def _confirmed(self, tx: Transaction, draft: Draft) -> Proposal:
        """Proposed by the one administrator, confirmed by the other."""
        made = await propose(tx, draft, self._act(SECURITY_ADMINISTRATOR.login))
        lifetime = self._services.enrolment_lifetime
        auditor = self._act(AUDIT_ADMINISTRATOR.login)
        confirmed, _ = await confirm_proposal(tx, made.id, "", _NO_CODE, lifetime, auditor)
        return confirmed

    async def _enter_organization(self, tx: Transaction, organization: SampleOrganization) -> None:
        entered = {BUREAU.key: SECURITY_ADMINISTRATOR, OPERATOR.key: SYSTEM_ADMINISTRATOR}
        if organization.key in entered:
            organization_id = self.actors[entered[organization.key].login].organization_id
        else:
            content: Content = {
                "kind": organization.kind.value,
                "name": organization.name,
                "address": organization.address,
                "nature": organization.nature.value,
            }
            made = await self._confirmed(tx, Draft(ProposalKind.ORGANIZATION, _WHY, content))
            organization_id = made.organization_id or ""
        for number, person in enumerate(organization.people, 2):
            if person.login in self.actors:
                continue
            await self._add(tx, organization, organization_id, person, number)
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
    ) -> None:
        content: Content = {
            "name": person.name,
            "staff_number": f"{organization.key[0].upper()}{number:03d}",
            "mobile": f"139055900{number:02d}",
            "email": f"{person.login}@example.invalid",
            "roles": sorted(person.roles),
            "login": person.login,
        }
        draft = Draft(ProposalKind.PERSON, _WHY, content, organization_id=organization_id)
        made = await self._confirmed(tx, draft)
        self.actors[person.login] = Actor(
            made.person_id or "", organization_id, organization.kind, person.roles, person.name
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
