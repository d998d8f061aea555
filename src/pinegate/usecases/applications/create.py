"""A new draft, tied to one information system of the clerk's unit (article 5; Annex 2 clause 2.1)."""

from typing import Protocol

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import APPLICATION, ApplicationEvent
from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.applications.ports import ApplicationTransaction
from pinegate.usecases.errors import NotFoundError


class SystemOwners(Protocol):
    """To whom a system belongs."""

    async def organization_of_system(self, system_id: str) -> str | None: ...


class CreateTransaction(ApplicationTransaction, Protocol):
    """One transaction, as this verb sees it."""

    @property
    def organizations(self) -> SystemOwners: ...


async def create_application(
    tx: CreateTransaction, system_id: str, policy_version: str, act: Act
) -> Application:
    """``policy_version``: of the measures under which the case is brought (article 8).

    Raises NotFoundError for a system that is not the actor's unit's.
    """
    actor = act.person
    state = APPLICATION.step(None, ApplicationEvent.CREATE, actor.roles)
    if await tx.organizations.organization_of_system(system_id) != actor.organization_id:
        raise NotFoundError
    application = Application(
        id=act.new_id(),
        number=await tx.applications.next_number(act.now),
        organization_id=actor.organization_id,
        system_id=system_id,
        state=state,
        filed_by=frozenset({actor.person_id}),
    )
    await tx.applications.add(application, policy_version, act.now)
    await tx.audit.append(
        act.step_event(
            AuditEventName.APPLICATION_MOVED,
            "application",
            application.id,
            ApplicationEvent.CREATE,
            None,
            state,
            text="",
        )
    )
    return application
