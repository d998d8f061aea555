"""The organizations' routes: units and authorities, their people, their systems, who may know what."""

from fastapi import APIRouter

from pinegate.adapters.database.organization_views import (
    organization_rows,
    person_row,
    roster_rows,
    system_rows,
)
from pinegate.adapters.database.transaction import Transaction
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.organizations.answers import organization_out
from pinegate.entrypoints.http_api.organizations.models import (
    EnrolmentLink,
    OrganizationChange,
    OrganizationDetail,
    OrganizationOut,
    OrganizationPage,
    PersonChange,
    PersonCreated,
    PersonIn,
    PersonOut,
    Roster,
    RosterEntryOut,
    SystemIn,
    SystemOut,
    SystemPage,
)
from pinegate.entrypoints.http_api.shared.gate import needs, signed_in_only
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import (
    CurrentServices,
    CurrentUser,
    SignedIn,
    act_of,
    token_digest,
)
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.identity.issue_enrolment_link import issue_enrolment_link
from pinegate.usecases.organizations.change_organization import change_organization
from pinegate.usecases.organizations.change_person import change_person
from pinegate.usecases.organizations.nominate_viewer import nominate_viewer
from pinegate.usecases.organizations.put_on_roster import put_on_roster
from pinegate.usecases.organizations.register_system import register_system
from pinegate.usecases.organizations.take_off_roster import take_off_roster

router = APIRouter(prefix="/api")


@router.get("/organizations", dependencies=[signed_in_only()])
async def list_organizations(user: CurrentUser, services: CurrentServices) -> OrganizationPage:
    async with services.database.transaction() as tx:
        rows = await organization_rows(tx.connection, user.actor.confined_to or "")
    return OrganizationPage(items=[OrganizationOut.model_validate(r, from_attributes=True) for r in rows])


@router.get("/organizations/{organization_id}", dependencies=[signed_in_only(whole=Permission.READ_PEOPLE)])
async def get_organization(
    organization_id: Id, user: CurrentUser, services: CurrentServices
) -> OrganizationDetail:
    if not user.actor.reaches(organization_id):
        raise ProblemError("not_found")
    if organization_id != user.actor.organization_id:
        Permission.READ_PEOPLE.require(user.actor)
    async with services.database.transaction() as tx:
        return await organization_out(tx, organization_id, services.now())


@router.patch("/organizations/{organization_id}", dependencies=[needs(Permission.KEEP_ORGANIZATIONS)])
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


@router.post(
    "/organizations/{organization_id}/persons",
    status_code=201,
    dependencies=[needs(Permission.NOMINATE_VIEWERS)],
)
async def nominate(
    organization_id: Id, body: PersonIn, user: CurrentUser, services: CurrentServices
) -> PersonCreated:
    act, link = act_of(user, services), None
    async with services.database.transaction() as tx:
        person = await nominate_viewer(
            tx, organization_id, body.as_person(), services.enrolment_lifetime, act
        )
        if body.login:
            link = await _draw_link(tx, person.id, act, services)
        row = await person_row(tx.connection, person.id, act.now)
    return PersonCreated(person=PersonOut.model_validate(row, from_attributes=True), link=link)


@router.post("/persons/{person_id}/enrolment-link", dependencies=[needs(Permission.DRAW_ENROLMENT_LINKS)])
async def draw_enrolment_link(person_id: Id, user: CurrentUser, services: CurrentServices) -> EnrolmentLink:
    """Another link for a person who may enrol; the one before is void."""
    async with services.database.transaction() as tx:
        return await _draw_link(tx, person_id, act_of(user, services), services)


async def _draw_link(tx: Transaction, person_id: str, act: Act, services: Services) -> EnrolmentLink:
    secret = services.new_secret()
    enrolment = await issue_enrolment_link(tx, person_id, token_digest(secret), act)
    return EnrolmentLink(secret=secret, expires_at=enrolment.expires_at)


@router.patch("/persons/{person_id}", dependencies=[needs(Permission.KEEP_PEOPLE)])
async def edit_person(
    person_id: Id, body: PersonChange, user: CurrentUser, services: CurrentServices
) -> PersonOut:
    async with services.database.transaction() as tx:
        await change_person(tx, person_id, body.state, act_of(user, services))
        row = await person_row(tx.connection, person_id, services.now())
    return PersonOut.model_validate(row, from_attributes=True)


@router.get("/systems", dependencies=[signed_in_only()])
async def list_systems(user: CurrentUser, services: CurrentServices) -> SystemPage:
    async with services.database.transaction() as tx:
        rows = await system_rows(tx.connection, organization_id=user.actor.confined_to or "")
    return SystemPage(items=[SystemOut.model_validate(row, from_attributes=True) for row in rows])


@router.post("/systems", status_code=201, dependencies=[needs(Permission.REGISTER_SYSTEMS)])
async def create_system(body: SystemIn, user: CurrentUser, services: CurrentServices) -> SystemOut:
    async with services.database.transaction() as tx:
        system_id = await register_system(
            tx, body.name.strip(), body.description.strip(), act_of(user, services)
        )
        (row,) = await system_rows(tx.connection, system_id=system_id)
    return SystemOut.model_validate(row, from_attributes=True)


@router.get("/systems/{system_id}/roster", dependencies=[needs(Permission.READ_ROSTERS)])
async def get_roster(system_id: Id, user: CurrentUser, services: CurrentServices) -> Roster:
    async with services.database.transaction() as tx:
        await _may_see_roster(tx, system_id, user)
        rows = await roster_rows(tx.connection, system_id)
    return Roster(items=[RosterEntryOut.model_validate(row, from_attributes=True) for row in rows])


@router.put(
    "/systems/{system_id}/roster/{person_id}", status_code=204, dependencies=[needs(Permission.KEEP_ROSTERS)]
)
async def add_to_roster(system_id: Id, person_id: Id, user: CurrentUser, services: CurrentServices) -> None:
    async with services.database.transaction() as tx:
        await put_on_roster(tx, system_id, person_id, act_of(user, services))


@router.delete(
    "/systems/{system_id}/roster/{person_id}", status_code=204, dependencies=[needs(Permission.KEEP_ROSTERS)]
)
async def remove_from_roster(
    system_id: Id, person_id: Id, user: CurrentUser, services: CurrentServices
) -> None:
    async with services.database.transaction() as tx:
        await take_off_roster(tx, system_id, person_id, act_of(user, services))


async def _may_see_roster(tx: Transaction, system_id: str, user: SignedIn) -> None:
    owner = await tx.organizations.organization_of_system(system_id)
    if owner is None or not user.actor.reaches(owner):
        raise NotFoundError
