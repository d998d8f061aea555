"""The agreements' routes: sign with the sealed scan, reject a seal, read and acknowledge the duty."""

from fastapi import APIRouter

from pinegate.adapters.database.application_views import ApplicationViews
from pinegate.domain.agreements.agreement import AGREEMENT, AgreementEvent
from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.agreements.models import AcknowledgementIn, DutyOut, RejectIn, SignIn
from pinegate.entrypoints.http_api.applications.answers import agreement_out
from pinegate.entrypoints.http_api.applications.models import AgreementOut
from pinegate.entrypoints.http_api.shared.gate import needs, takes
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, SignedIn, act_of
from pinegate.entrypoints.services import Services
from pinegate.usecases.agreements.reject_unit_seal import reject_unit_seal
from pinegate.usecases.agreements.sign import sign_agreement
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.organizations.acknowledge_duty import acknowledge_duty
from pinegate.usecases.organizations.read_duty import read_duty

router = APIRouter(prefix="/api/agreements/{agreement_id}")


@router.post(
    "/sign", dependencies=[takes(AGREEMENT, AgreementEvent.SIGN_BY_UNIT, AgreementEvent.SIGN_BY_BUREAU)]
)
async def sign(agreement_id: Id, body: SignIn, user: CurrentUser, services: CurrentServices) -> AgreementOut:
    async with services.database.transaction() as tx:
        await sign_agreement(tx, agreement_id, body.document_id, act_of(user, services))
    return await _answer(agreement_id, user, services)


@router.post("/reject_seal", dependencies=[takes(AGREEMENT, AgreementEvent.SEAL_INVALID)])
async def reject_seal(
    agreement_id: Id, body: RejectIn, user: CurrentUser, services: CurrentServices
) -> AgreementOut:
    async with services.database.transaction() as tx:
        await reject_unit_seal(tx, agreement_id, body.text, act_of(user, services))
    return await _answer(agreement_id, user, services)


@router.get("/duty", dependencies=[needs(Permission.ACKNOWLEDGE_DUTIES)])
async def get_duty(agreement_id: Id, user: CurrentUser, services: CurrentServices) -> DutyOut:
    async with services.database.transaction() as tx:
        duty = await read_duty(tx, agreement_id, act_of(user, services))
    return DutyOut(
        text=list(services.profile.agreement.lines()),
        text_version=duty.text_version,
        system_name=duty.system_name,
        acknowledged=duty.acknowledged,
    )


@router.post("/acknowledgement", status_code=204, dependencies=[needs(Permission.ACKNOWLEDGE_DUTIES)])
async def acknowledge(
    agreement_id: Id, body: AcknowledgementIn, user: CurrentUser, services: CurrentServices
) -> None:
    async with services.database.transaction() as tx:
        await acknowledge_duty(tx, agreement_id, body.signature_name, act_of(user, services))


async def _answer(agreement_id: str, user: SignedIn, services: Services) -> AgreementOut:
    async with services.database.transaction() as tx:
        agreement = await tx.agreements.get(agreement_id)
        if agreement is None:
            raise NotFoundError
        head = await ApplicationViews(tx.connection, user.actor).head(agreement.application_id)
    return agreement_out(agreement, user.actor, head.effective_at)
