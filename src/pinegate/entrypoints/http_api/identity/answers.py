"""Who somebody is, as the API tells them."""

from typing import Any

from pinegate.domain.agreements.agreement import AGREEMENT
from pinegate.domain.applications.states import APPLICATION
from pinegate.domain.catalogue.listing import LISTING
from pinegate.domain.organizations.permissions import permissions_of
from pinegate.domain.organizations.proposal import PROPOSAL
from pinegate.domain.state_table import StateTable
from pinegate.entrypoints.http_api.identity.models import Me, OwnOrganization, Unacknowledged, WatchableSystem
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import IDLE_LIMIT, SignedIn
from pinegate.entrypoints.services import Services
from pinegate.usecases.identity.ports import Account

_TABLES: tuple[StateTable[Any, Any], ...] = (APPLICATION, AGREEMENT, LISTING, PROPOSAL)


async def me_out(account: Account, services: Services) -> Me:
    async with services.database.transaction() as tx:
        duties = await tx.access.unacknowledged(account.actor.person_id)
        systems = await tx.access.systems_of(account.actor)
    return Me(
        person_id=account.actor.person_id,
        name=account.actor.name,
        login=account.login,
        organization=OwnOrganization(
            id=account.actor.organization_id,
            kind=account.actor.organization_kind,
            name=account.organization_name,
        ),
        roles=sorted(account.actor.roles),
        totp_enabled=account.totp_enabled,
        must_set_up_totp=not account.totp_enabled
        and services.second_factor.asks(account.actor.roles, services.now()),
        idle_timeout_seconds=int(IDLE_LIMIT.total_seconds()),
        demonstration=services.demonstration,
        unacknowledged=[Unacknowledged(**duty) for duty in duties],
        systems=[WatchableSystem(**system) for system in systems],
        permissions=permissions_of(account.actor),
        steps={table.name: table.events_of(account.actor.roles) for table in _TABLES},
    )


async def own_account(user: SignedIn, services: Services) -> Account:
    async with services.database.transaction() as tx:
        account = await tx.identity.account_of_person(user.actor.person_id)
    if account is None:
        raise ProblemError("not_signed_in")
    return account
