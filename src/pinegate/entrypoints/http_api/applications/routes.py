"""The applications' routes: list, draft, edit, consultation, and every step of the table."""

from typing import Annotated

from fastapi import APIRouter, Query

from pinegate.adapters.database.application_views import ApplicationFilter, ApplicationViews
from pinegate.domain.applications.application import Consultation
from pinegate.domain.applications.states import APPLICATION, ApplicationEvent
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.applications.answers import read_application
from pinegate.entrypoints.http_api.applications.changes import changes_of
from pinegate.entrypoints.http_api.applications.models import (
    ApplicationChange,
    ApplicationIn,
    ApplicationOut,
    ApplicationPage,
    ApplicationQuery,
    ApplicationSummary,
    ConsultationBody,
    StepIn,
)
from pinegate.entrypoints.http_api.applications.steps import STEPS
from pinegate.entrypoints.http_api.shared.gate import needs, takes, takes_the_event
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.pages import page_words
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn, act_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.applications.create import create_application
from pinegate.usecases.applications.edit import edit_application
from pinegate.usecases.applications.record_consultation import record_consultation

router = APIRouter(prefix="/api/applications")


@router.get("", dependencies=[needs(Permission.READ_APPLICATIONS)])
async def list_applications(
    user: CurrentUser, services: CurrentServices, asked: Annotated[ApplicationQuery, Query()]
) -> ApplicationPage:
    wanted = ApplicationFilter(asked.states(), asked.q, asked.mine)
    async with services.database.transaction() as tx:
        views = ApplicationViews(tx.connection, user.actor)
        page = await views.page(wanted, asked.page_size, asked.after)
    items = [ApplicationSummary.model_validate(row, from_attributes=True) for row in page.rows]
    return ApplicationPage(items=items, **page_words(page))


@router.post("", status_code=201, dependencies=[takes(APPLICATION, ApplicationEvent.CREATE)])
async def create(body: ApplicationIn, user: CurrentUser, services: CurrentServices) -> ApplicationOut:
    async with services.database.transaction() as tx:
        application = await create_application(
            tx, body.system_id, services.profile.measures.policy_version, act_of(user, services)
        )
    return await _answer(application.id, user, services)


@router.get("/{application_id}", dependencies=[needs(Permission.READ_APPLICATIONS)])
async def get_application(application_id: Id, user: CurrentUser, services: CurrentServices) -> ApplicationOut:
    return await _answer(application_id, user, services)


@router.patch("/{application_id}", dependencies=[takes(APPLICATION, ApplicationEvent.EDIT)])
async def edit(
    application_id: Id, body: ApplicationChange, user: CurrentUser, services: CurrentServices
) -> ApplicationOut:
    changes = changes_of(body, services.profile.divisions)
    async with services.database.transaction() as tx:
        await edit_application(tx, application_id, changes, body.version, act_of(user, services))
    return await _answer(application_id, user, services)


@router.put(
    "/{application_id}/consultation", dependencies=[takes(APPLICATION, ApplicationEvent.RECORD_CONSULTATION)]
)
async def put_consultation(
    application_id: Id, body: ConsultationBody, user: CurrentUser, services: CurrentServices
) -> ApplicationOut:
    consultation = Consultation(
        body.held_on, body.police_official.strip(), body.committee_official.strip(), body.summary.strip()
    )
    async with services.database.transaction() as tx:
        await record_consultation(tx, application_id, consultation, act_of(user, services))
    return await _answer(application_id, user, services)


@router.post("/{application_id}/{event}", dependencies=[takes_the_event(STEPS)])
async def step(
    application_id: Id,
    event: ApplicationEvent,
    body: StepIn,
    user: CurrentUser,
    services: CurrentServices,
) -> ApplicationOut:
    async with services.database.transaction() as tx:
        await STEPS[event](tx, application_id, body, act_of(user, services), services)
    return await _answer(application_id, user, services)


async def _answer(application_id: str, user: SignedIn, services: Services) -> ApplicationOut:
    async with services.database.transaction() as tx:
        return await read_application(tx, application_id, user.actor, services.profile, services.now())
