"""The applications' routes: list, draft, edit, consultation, and every step of the table."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, TypeAlias

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from pinegate.adapters.database.application_views import ApplicationFilter, ApplicationViews
from pinegate.adapters.database.transaction import Transaction
from pinegate.adapters.sm3 import sm3_hex
from pinegate.domain.applications.application import Application, Consultation, Contact, RequestedPoint
from pinegate.domain.applications.readers import READERS
from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.catalogue.divisions import DivisionTree
from pinegate.entrypoints.http_api.applications.answers import read_application
from pinegate.entrypoints.http_api.applications.models import (
    ApplicationChange,
    ApplicationIn,
    ApplicationOut,
    ApplicationPage,
    ApplicationSummary,
    ConsultationBody,
    ContactBody,
    PointOperations,
    StepIn,
)
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn, act_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.applications.accept import accept_application
from pinegate.usecases.applications.approve import approve_application
from pinegate.usecases.applications.archive import archive_application
from pinegate.usecases.applications.consent import consent_to_application
from pinegate.usecases.applications.create import create_application
from pinegate.usecases.applications.edit import FormChanges, edit_application
from pinegate.usecases.applications.give_back import give_back_application
from pinegate.usecases.applications.propose_resume import propose_resume
from pinegate.usecases.applications.record_consultation import record_consultation
from pinegate.usecases.applications.record_review import record_review
from pinegate.usecases.applications.refuse import refuse_application
from pinegate.usecases.applications.step import open_file
from pinegate.usecases.applications.submit import submit_application
from pinegate.usecases.applications.withdraw import withdraw_application
from pinegate.usecases.errors import InvalidInputError
from pinegate.usecases.grants.give_termination_notice import give_termination_notice
from pinegate.usecases.grants.resume import resume_application
from pinegate.usecases.grants.suspend import suspend_application
from pinegate.usecases.work_orders.order_again import order_again

router = APIRouter(prefix="/api/applications")

_E = ApplicationEvent


class ApplicationQuery(BaseModel):
    """``mine``: filed by me, or with an opinion of mine."""

    state: Annotated[list[ApplicationState], Field(max_length=len(ApplicationState))] = []
    q: Annotated[str, Field(max_length=100)] = ""
    mine: bool = False
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=500)] = 50


@router.get("")
async def list_applications(
    user: CurrentUser, services: CurrentServices, asked: Annotated[ApplicationQuery, Query()]
) -> ApplicationPage:
    if not user.actor.may(READERS):
        raise ProblemError("forbidden")
    wanted = ApplicationFilter(tuple(asked.state), asked.q, asked.mine)
    async with services.database.transaction() as tx:
        views = ApplicationViews(tx.connection, user.actor)
        rows, total = await views.page(wanted, asked.page_size, (asked.page - 1) * asked.page_size)
    items = [ApplicationSummary.model_validate(row, from_attributes=True) for row in rows]
    return ApplicationPage(items=items, total=total)


@router.post("", status_code=201)
async def create(body: ApplicationIn, user: CurrentUser, services: CurrentServices) -> ApplicationOut:
    async with services.database.transaction() as tx:
        application = await create_application(
            tx, body.system_id, services.profile.measures.policy_version, act_of(user, services)
        )
    return await _answer(application.id, user, services)


@router.get("/{application_id}")
async def get_application(application_id: Id, user: CurrentUser, services: CurrentServices) -> ApplicationOut:
    return await _answer(application_id, user, services)


@router.patch("/{application_id}")
async def edit(
    application_id: Id, body: ApplicationChange, user: CurrentUser, services: CurrentServices
) -> ApplicationOut:
    changes = _changes(body, services.profile.divisions)
    async with services.database.transaction() as tx:
        await edit_application(tx, application_id, changes, body.version, act_of(user, services))
    return await _answer(application_id, user, services)


@router.put("/{application_id}/consultation")
async def put_consultation(
    application_id: Id, body: ConsultationBody, user: CurrentUser, services: CurrentServices
) -> ApplicationOut:
    consultation = Consultation(
        body.held_on, body.police_official.strip(), body.committee_official.strip(), body.summary.strip()
    )
    async with services.database.transaction() as tx:
        await record_consultation(tx, application_id, consultation, act_of(user, services))
    return await _answer(application_id, user, services)


@router.post("/{application_id}/{event}")
async def step(
    application_id: Id,
    event: ApplicationEvent,
    body: StepIn,
    user: CurrentUser,
    services: CurrentServices,
) -> ApplicationOut:
    take = _STEPS.get(event)
    if take is None:
        raise ProblemError("not_found")
    async with services.database.transaction() as tx:
        await take(tx, application_id, body, act_of(user, services), services)
    return await _answer(application_id, user, services)


async def _answer(application_id: str, user: SignedIn, services: Services) -> ApplicationOut:
    async with services.database.transaction() as tx:
        return await read_application(tx, application_id, user.actor, services.profile, services.now())


def _changes(body: ApplicationChange, divisions: DivisionTree) -> FormChanges:
    if any(not divisions.knows(code) for code in body.areas or ()):
        raise InvalidInputError("areas", "codes of administrative divisions of the city")
    dates = {"valid_from", "valid_until"} & body.model_fields_set
    contacts = body.contacts
    return FormChanges(
        purpose=body.purpose,
        legal_basis=body.legal_basis,
        areas=None if body.areas is None else tuple(dict.fromkeys(body.areas)),
        categories=None if body.categories is None else tuple(dict.fromkeys(body.categories)),
        responsible_person=_contact(contacts.responsible_person) if contacts else None,
        contact_person=_contact(contacts.contact_person) if contacts else None,
        technical_contact=_contact(contacts.technical_contact) if contacts else None,
        points=None if body.points is None else _requested(body.points),
        valid_from=body.valid_from,
        valid_until=body.valid_until,
        clear=frozenset(name for name in dates if getattr(body, name) is None),
    )


def _contact(body: ContactBody) -> Contact:
    return Contact(body.name.strip(), body.telephone.strip(), body.mobile.strip(), body.email.strip())


def _requested(lines: list[PointOperations]) -> tuple[RequestedPoint, ...]:
    if len({line.point_id for line in lines}) != len(lines):
        raise InvalidInputError("points", "each point once")
    return tuple(RequestedPoint(line.point_id, frozenset(line.operations)) for line in lines)


_Step: TypeAlias = Callable[[Transaction, str, StepIn, Act, Services], Awaitable[Application]]


async def _submit(tx: Transaction, id_: str, _body: StepIn, act: Act, _services: Services) -> Application:
    return await submit_application(tx, id_, act)


async def _accept(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
    return await accept_application(tx, id_, body.text, act)


async def _consent(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
    if body.points is None:
        raise InvalidInputError("points", "say to which points and operations")
    consented = {line.point_id: frozenset(line.operations) for line in body.points}
    return await consent_to_application(tx, id_, consented, body.text, act)


async def _record_review(
    tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services
) -> Application:
    return await record_review(tx, id_, body.text, act)


async def _approve(tx: Transaction, id_: str, body: StepIn, act: Act, services: Services) -> Application:
    return await approve_application(tx, id_, body.text, services.profile.agreement.version, sm3_hex, act)


async def _withdraw(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
    return await withdraw_application(tx, id_, body.text, act)


async def _suspend(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
    application = await open_file(tx, id_, act.person)
    return await suspend_application(tx, application, body.text, act)


async def _resume(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
    return await resume_application(tx, id_, body.text, act)


async def _notice(tx: Transaction, id_: str, body: StepIn, act: Act, services: Services) -> Application:
    return await give_termination_notice(tx, id_, body.text, services.deadlines.notice, act)


async def _order_again(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
    return await order_again(tx, id_, body.text, act)


def _return(event: ApplicationEvent) -> _Step:
    async def take(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
        return await give_back_application(tx, id_, event, body.text, act)

    return take


def _refuse(event: ApplicationEvent) -> _Step:
    async def take(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
        return await refuse_application(tx, id_, event, body.text, act)

    return take


async def _propose_resume(
    tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services
) -> Application:
    return await propose_resume(tx, id_, body.text, act)


async def _archive(tx: Transaction, id_: str, body: StepIn, act: Act, _services: Services) -> Application:
    return await archive_application(tx, id_, body.text, act)


_STEPS: Mapping[ApplicationEvent, _Step] = {
    _E.SUBMIT: _submit,
    _E.ACCEPT: _accept,
    _E.RETURN_BY_POLICE: _return(_E.RETURN_BY_POLICE),
    _E.CONSENT: _consent,
    _E.REFUSE_CONSENT: _refuse(_E.REFUSE_CONSENT),
    _E.RECORD_REVIEW: _record_review,
    _E.APPROVE: _approve,
    _E.RETURN_TO_POLICE: _return(_E.RETURN_TO_POLICE),
    _E.RETURN_BY_BUREAU: _return(_E.RETURN_BY_BUREAU),
    _E.REFUSE_APPROVAL: _refuse(_E.REFUSE_APPROVAL),
    _E.WITHDRAW: _withdraw,
    _E.SUSPEND: _suspend,
    _E.PROPOSE_RESUME: _propose_resume,
    _E.RESUME: _resume,
    _E.GIVE_TERMINATION_NOTICE: _notice,
    _E.ORDER_AGAIN: _order_again,
    _E.ARCHIVE: _archive,
}
"""Provisioning is done at the work order, revocation at ``/api/revocations``, the rest follows by itself."""
