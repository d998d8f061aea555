"""The organizations' routes: units and authorities, their people, their systems, who may know what."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from pinegate.adapters.database.organization_views import (
    organization_rows,
    people_of,
    person_row,
    roster_rows,
    system_rows,
)
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.organizations.parties import OrganizationNature, PersonState, Standing
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn, act_of
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.organizations.add_person import NewPerson, add_person
from pinegate.usecases.organizations.change_organization import change_organization
from pinegate.usecases.organizations.change_person import change_person
from pinegate.usecases.organizations.create_organization import create_organization
from pinegate.usecases.organizations.put_on_roster import put_on_roster
from pinegate.usecases.organizations.register_system import register_system
from pinegate.usecases.organizations.take_off_roster import take_off_roster

router = APIRouter(prefix="/api")

Name = Annotated[str, Field(min_length=1, max_length=100)]
Address = Annotated[str, Field(max_length=200)]
Roles = Annotated[list[Role], Field(max_length=len(Role))]
_UNIT = OrganizationKind.USING_UNIT
_ADD_PEOPLE = frozenset({Role.SECURITY_ADMIN, Role.UNIT_LEADER})
_SEE_PEOPLE = frozenset({Role.SECURITY_ADMIN, Role.BUREAU_REVIEWER, Role.BUREAU_APPROVER})


class OrganizationOut(BaseModel):
    """An organization in a list."""

    id: str
    kind: OrganizationKind
    name: str
    address: str
    nature: OrganizationNature
    standing: Standing
    person_count: int
    system_count: int


class OrganizationPage(BaseModel):
    items: list[OrganizationOut]


class PersonOut(BaseModel):
    """A person; ``login`` null: no account."""

    id: str
    name: str
    staff_number: str
    mobile: str
    email: str
    roles: list[Role]
    state: PersonState
    login: str | None


class SystemOut(BaseModel):
    id: str
    name: str
    description: str
    standing: Standing
    organization_id: str
    organization_name: str


class SystemPage(BaseModel):
    items: list[SystemOut]


class OrganizationDetail(OrganizationOut):
    persons: list[PersonOut]
    systems: list[SystemOut]


class OrganizationIn(BaseModel):
    kind: OrganizationKind
    name: Name
    address: Address = ""
    nature: OrganizationNature = OrganizationNature.GOVERNMENT


class OrganizationChange(BaseModel):
    """What is absent stays."""

    name: Name | None = None
    address: Address | None = None
    nature: OrganizationNature | None = None
    standing: Standing | None = None


class PersonIn(BaseModel):
    """``login`` absent: no account."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    staff_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
    mobile: Annotated[str, Field(max_length=40)] = ""
    email: Annotated[str, Field(max_length=120)] = ""
    roles: Annotated[Roles, Field(min_length=1)]
    login: Annotated[str, Field(pattern=r"^[0-9a-z._-]{3,40}$")] | None = None


class PersonCreated(BaseModel):
    """``initial_password``: shown this once."""

    person: PersonOut
    initial_password: str | None


class PersonChange(BaseModel):
    roles: Annotated[Roles, Field(min_length=1)] | None = None
    state: PersonState | None = None


class SystemIn(BaseModel):
    name: Name
    description: Annotated[str, Field(max_length=1_000)] = ""


class RosterEntryOut(BaseModel):
    """``acknowledged``: every agreement in force for the system."""

    person_id: str
    name: str
    staff_number: str
    state: PersonState
    added_at: datetime
    acknowledged: bool


class Roster(BaseModel):
    items: list[RosterEntryOut]


@router.get("/organizations")
async def list_organizations(user: CurrentUser, services: CurrentServices) -> OrganizationPage:
    own = user.actor.organization_id if user.actor.organization_kind is _UNIT else ""
    async with services.database.transaction() as tx:
        rows = await organization_rows(tx.connection, own)
    return OrganizationPage(items=[OrganizationOut.model_validate(r, from_attributes=True) for r in rows])


@router.get("/organizations/{organization_id}")
async def get_organization(
    organization_id: Id, user: CurrentUser, services: CurrentServices
) -> OrganizationDetail:
    own = organization_id == user.actor.organization_id
    if not own and not user.actor.may(_SEE_PEOPLE):
        raise ProblemError("not_found" if user.actor.organization_kind is _UNIT else "forbidden")
    async with services.database.transaction() as tx:
        return await _organization(tx, organization_id)


@router.post("/organizations", status_code=201)
async def create(body: OrganizationIn, user: CurrentUser, services: CurrentServices) -> OrganizationOut:
    async with services.database.transaction() as tx:
        made = await create_organization(
            tx, body.kind, body.name.strip(), body.address.strip(), body.nature, act_of(user, services)
        )
        (row,) = await organization_rows(tx.connection, made.id)
    return OrganizationOut.model_validate(row, from_attributes=True)


@router.patch("/organizations/{organization_id}")
async def change(
    organization_id: Id, body: OrganizationChange, user: CurrentUser, services: CurrentServices
) -> OrganizationOut:
    async with services.database.transaction() as tx:
        await change_organization(
            tx,
            organization_id,
            act_of(user, services),
            name=body.name,
            address=body.address,
            nature=body.nature,
            standing=body.standing,
        )
        (row,) = await organization_rows(tx.connection, organization_id)
    return OrganizationOut.model_validate(row, from_attributes=True)


@router.post("/organizations/{organization_id}/persons", status_code=201)
async def create_person(
    organization_id: Id, body: PersonIn, user: CurrentUser, services: CurrentServices
) -> PersonCreated:
    if not user.actor.may(_ADD_PEOPLE):
        raise ProblemError("forbidden")
    password = services.new_password() if body.login else None
    password_hash = await services.passwords.hash(password) if password else ""
    new = NewPerson(
        name=body.name.strip(),
        staff_number=body.staff_number,
        mobile=body.mobile.strip(),
        email=body.email.strip(),
        roles=frozenset(body.roles),
        login=body.login or "",
    )
    async with services.database.transaction() as tx:
        person = await add_person(tx, organization_id, new, password_hash, act_of(user, services))
        row = await person_row(tx.connection, person.id)
    return PersonCreated(
        person=PersonOut.model_validate(row, from_attributes=True), initial_password=password
    )


@router.patch("/persons/{person_id}")
async def edit_person(
    person_id: Id, body: PersonChange, user: CurrentUser, services: CurrentServices
) -> PersonOut:
    roles = None if body.roles is None else frozenset(body.roles)
    async with services.database.transaction() as tx:
        await change_person(tx, person_id, act_of(user, services), roles=roles, state=body.state)
        row = await person_row(tx.connection, person_id)
    return PersonOut.model_validate(row, from_attributes=True)


@router.get("/systems")
async def list_systems(user: CurrentUser, services: CurrentServices) -> SystemPage:
    own = user.actor.organization_id if user.actor.organization_kind is _UNIT else ""
    async with services.database.transaction() as tx:
        rows = await system_rows(tx.connection, organization_id=own)
    return SystemPage(items=[SystemOut.model_validate(row, from_attributes=True) for row in rows])


@router.post("/systems", status_code=201)
async def create_system(body: SystemIn, user: CurrentUser, services: CurrentServices) -> SystemOut:
    async with services.database.transaction() as tx:
        system_id = await register_system(
            tx, body.name.strip(), body.description.strip(), act_of(user, services)
        )
        (row,) = await system_rows(tx.connection, system_id=system_id)
    return SystemOut.model_validate(row, from_attributes=True)


@router.get("/systems/{system_id}/roster")
async def get_roster(system_id: Id, user: CurrentUser, services: CurrentServices) -> Roster:
    async with services.database.transaction() as tx:
        await _may_see_roster(tx, system_id, user)
        rows = await roster_rows(tx.connection, system_id)
    return Roster(items=[RosterEntryOut.model_validate(row, from_attributes=True) for row in rows])


@router.put("/systems/{system_id}/roster/{person_id}", status_code=204)
async def add_to_roster(system_id: Id, person_id: Id, user: CurrentUser, services: CurrentServices) -> None:
    async with services.database.transaction() as tx:
        await put_on_roster(tx, system_id, person_id, act_of(user, services))


@router.delete("/systems/{system_id}/roster/{person_id}", status_code=204)
async def remove_from_roster(
    system_id: Id, person_id: Id, user: CurrentUser, services: CurrentServices
) -> None:
    async with services.database.transaction() as tx:
        await take_off_roster(tx, system_id, person_id, act_of(user, services))


async def _organization(tx: Transaction, organization_id: str) -> OrganizationDetail:
    rows = await organization_rows(tx.connection, organization_id)
    if not rows:
        raise NotFoundError
    people = await people_of(tx.connection, organization_id)
    systems = await system_rows(tx.connection, organization_id=organization_id)
    return OrganizationDetail(
        **OrganizationOut.model_validate(rows[0], from_attributes=True).model_dump(),
        persons=[PersonOut.model_validate(row, from_attributes=True) for row in people],
        systems=[SystemOut.model_validate(row, from_attributes=True) for row in systems],
    )


async def _may_see_roster(tx: Transaction, system_id: str, user: SignedIn) -> None:
    owner = await tx.organizations.organization_of_system(system_id)
    if owner is None or (owner != user.actor.organization_id and not user.actor.may(_SEE_PEOPLE)):
        raise NotFoundError
