"""The steps that people take at the application, by event."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from pinegate.adapters.database.transaction import Transaction
from pinegate.adapters.sm3 import sm3_hex
from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.entrypoints.http_api.applications.models import StepIn
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.applications.accept import accept_application
from pinegate.usecases.applications.approve import approve_application
from pinegate.usecases.applications.archive import archive_application
from pinegate.usecases.applications.consent import consent_to_application
from pinegate.usecases.applications.give_back import give_back_application
from pinegate.usecases.applications.propose_resume import propose_resume
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

_E = ApplicationEvent
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


STEPS: Mapping[ApplicationEvent, _Step] = {
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
