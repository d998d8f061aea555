"""What each kind of proposal comes down to: what must hold when it is proposed, what is done when it is confirmed."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from pinegate.domain.organizations.parties import OrganizationNature, PersonState, Standing
from pinegate.domain.organizations.person_states import check_roles, state_of_confirmed, unlocked
from pinegate.domain.organizations.proposal import Content, Proposal, ProposalKind
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError, StaleVersionError
from pinegate.usecases.identity.sign_in import is_account
from pinegate.usecases.organizations.create_organization import create_organization
from pinegate.usecases.organizations.enter_person import enter_person
from pinegate.usecases.organizations.organization_step import (
    NewOrganization,
    check_new_organization,
    save_changed_organization,
)
from pinegate.usecases.organizations.person_step import NewPerson, check_new_person, save_changed_person
from pinegate.usecases.organizations.ports import OrganizationRecord, PersonRecord, PersonTransaction

_K = ProposalKind
_Check: TypeAlias = "Callable[[PersonTransaction, Proposal], Awaitable[Subject]]"
_Change: TypeAlias = "Callable[[PersonTransaction, Proposal, Act], Awaitable[Done]]"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a proposal turned out to be about: ``content`` with what it stands on, and whose office it concerns."""

    content: Content
    organization_id: str | None


@dataclass(frozen=True, slots=True)
class Done:
    """What a confirmed proposal made. ``enrols``: the person who may now choose a password."""

    organization_id: str | None
    person_id: str | None = None
    enrols: bool = False


async def checked(tx: PersonTransaction, proposal: Proposal) -> Subject:
    """Raises what the change itself would raise, when it is proposed already."""
    return await _CHECKS[proposal.kind](tx, proposal)


async def carry_out(tx: PersonTransaction, proposal: Proposal, act: Act) -> Done:
    """The change. Raises StaleVersionError when what it stands on has changed since it was proposed."""
    now = await checked(tx, replace(proposal, content=_without_before(proposal.content)))
    if now.content.get("before") != proposal.content.get("before"):
        raise StaleVersionError
    return await _CHANGES[proposal.kind](tx, proposal, act)


def _without_before(content: Content) -> Content:
    return {key: value for key, value in content.items() if key != "before"}


def _text(content: Content, key: str) -> str:
    value = content.get(key, "")
    return value if isinstance(value, str) else ""


def _roles(content: Content) -> frozenset[Role]:
    value = content.get("roles", [])
    return frozenset(Role(role) for role in value) if isinstance(value, list) else frozenset()


def _new_organization(content: Content) -> NewOrganization:
    return NewOrganization(
        OrganizationKind(_text(content, "kind")),
        _text(content, "name"),
        _text(content, "address"),
        OrganizationNature(_text(content, "nature")),
    )


def _new_person(content: Content) -> NewPerson:
    return NewPerson(
        name=_text(content, "name"),
        staff_number=_text(content, "staff_number"),
        mobile=_text(content, "mobile"),
        email=_text(content, "email"),
        roles=_roles(content),
        login=_text(content, "login"),
    )


async def _organization(tx: PersonTransaction, proposal: Proposal) -> OrganizationRecord:
    found = await tx.organizations.organization(proposal.organization_id or "", lock=True)
    if found is None:
        raise NotFoundError
    return found


async def _person(tx: PersonTransaction, proposal: Proposal) -> PersonRecord:
    found = await tx.organizations.person(proposal.person_id or "", lock=True)
    if found is None:
        raise NotFoundError
    return found


async def _check_organization(tx: PersonTransaction, proposal: Proposal) -> Subject:
    await check_new_organization(tx, _new_organization(proposal.content))
    return Subject(proposal.content, None)


async def _make_organization(tx: PersonTransaction, proposal: Proposal, act: Act) -> Done:
    made = await create_organization(tx, _new_organization(proposal.content), act)
    return Done(made.id)


async def _check_readmission(tx: PersonTransaction, proposal: Proposal) -> Subject:
    organization = await _organization(tx, proposal)
    if organization.standing is Standing.ACTIVE:
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"state": organization.standing})
    return Subject({"before": organization.standing.value}, organization.id)


async def _readmit(tx: PersonTransaction, proposal: Proposal, act: Act) -> Done:
    before = await _organization(tx, proposal)
    await save_changed_organization(tx, before, replace(before, standing=Standing.ACTIVE), act)
    return Done(before.id)


async def _check_person(tx: PersonTransaction, proposal: Proposal) -> Subject:
    home = await check_new_person(tx, proposal.organization_id or "", _new_person(proposal.content))
    return Subject(proposal.content, home.id)


async def _make_person(tx: PersonTransaction, proposal: Proposal, act: Act) -> Done:
    home, new = await _organization(tx, proposal), _new_person(proposal.content)
    made = await enter_person(tx, home.id, new, state_of_confirmed(home.kind), act)
    return Done(home.id, made.id, enrols=bool(new.login))


async def _check_roles(tx: PersonTransaction, proposal: Proposal) -> Subject:
    person = await _person(tx, proposal)
    home = await tx.organizations.organization(person.organization_id)
    if home is None or person.state is PersonState.REMOVED:
        raise NotFoundError
    check_roles(_roles(proposal.content), home.kind)
    before: list[str] = sorted(person.roles)
    return Subject({**proposal.content, "before": before}, home.id)


async def _change_roles(tx: PersonTransaction, proposal: Proposal, act: Act) -> Done:
    before = await _person(tx, proposal)
    await save_changed_person(tx, before, replace(before, roles=_roles(proposal.content)), act)
    return Done(before.organization_id, before.id)


async def _check_unlock(tx: PersonTransaction, proposal: Proposal) -> Subject:
    person = await _person(tx, proposal)
    unlocked(person.state)
    return Subject({"before": person.state.value}, person.organization_id)


async def _unlock(tx: PersonTransaction, proposal: Proposal, act: Act) -> Done:
    before = await _person(tx, proposal)
    await save_changed_person(tx, before, replace(before, state=unlocked(before.state)), act)
    return Done(before.organization_id, before.id)


async def _check_enrolment(tx: PersonTransaction, proposal: Proposal) -> Subject:
    account = await tx.identity.account_of_person(proposal.person_id or "", lock=True)
    if account is None or not is_account(account):
        raise NotFoundError
    return Subject(proposal.content, account.actor.organization_id)


async def _reopen_enrolment(tx: PersonTransaction, proposal: Proposal, act: Act) -> Done:
    return Done(proposal.organization_id, proposal.person_id, enrols=True)


_CHECKS: Mapping[ProposalKind, _Check] = {
    _K.ORGANIZATION: _check_organization,
    _K.READMISSION: _check_readmission,
    _K.PERSON: _check_person,
    _K.ROLES: _check_roles,
    _K.UNLOCK: _check_unlock,
    _K.ENROLMENT: _check_enrolment,
}
_CHANGES: Mapping[ProposalKind, _Change] = {
    _K.ORGANIZATION: _make_organization,
    _K.READMISSION: _readmit,
    _K.PERSON: _make_person,
    _K.ROLES: _change_roles,
    _K.UNLOCK: _unlock,
    _K.ENROLMENT: _reopen_enrolment,
}
