"""The agreement's states: effective only when both sides have signed **and** sealed (Annex 2 clause 5.4)."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pinegate.domain.applications.application import Application
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.domain.state_table import StateTable, Transition


class AgreementState(StrEnum):
    """Where the agreement stands. ``surviving``: the interface is gone, the duty of confidence remains (clause 5.2)."""

    AWAITING_UNIT = "awaiting_unit"
    AWAITING_BUREAU = "awaiting_bureau"
    EFFECTIVE = "effective"
    SURVIVING = "surviving"
    VOID = "void"


class AgreementEvent(StrEnum):
    """What is done to an agreement."""

    PREPARE = "prepare"
    SIGN_BY_UNIT = "sign_by_unit"
    SIGN_BY_BUREAU = "sign_by_bureau"
    SEAL_INVALID = "seal_invalid"
    SHARING_ENDED = "sharing_ended"


_S, _E = AgreementState, AgreementEvent
_UNIT = frozenset({Role.UNIT_LEADER})
_BUREAU = frozenset({Role.BUREAU_APPROVER})

AGREEMENT = StateTable(
    "agreement",
    [
        Transition(None, _E.PREPARE, _S.AWAITING_UNIT, clause="article 6"),
        Transition(_S.AWAITING_UNIT, _E.SIGN_BY_UNIT, _S.AWAITING_BUREAU, _UNIT, "annex 2 clause 5.4"),
        Transition(_S.AWAITING_BUREAU, _E.SIGN_BY_BUREAU, _S.EFFECTIVE, _BUREAU, "annex 2 clause 5.4"),
        Transition(_S.AWAITING_BUREAU, _E.SEAL_INVALID, _S.AWAITING_UNIT, _BUREAU),
        Transition(_S.AWAITING_UNIT, _E.SHARING_ENDED, _S.VOID),
        Transition(_S.AWAITING_BUREAU, _E.SHARING_ENDED, _S.VOID),
        Transition(_S.EFFECTIVE, _E.SHARING_ENDED, _S.SURVIVING, clause="annex 2 clause 5.2"),
    ],
)

IN_FORCE = frozenset({AgreementState.EFFECTIVE})
"""While it is in force pictures may flow; a duty that survives the sharing (clause 5.2) lets nothing through."""


@dataclass(frozen=True, slots=True)
class Signature:
    """签字盖章: who signed when, and the digest (SM3, hex) of the sealed scan."""

    person_id: str
    person_name: str
    signed_at: datetime
    sealed_scan_sm3: str


@dataclass(frozen=True, slots=True)
class Agreement:
    """One agreement for one application; ``schedule_digest`` freezes the approved points and operations (clause 1)."""

    id: str
    application_id: str
    organization_id: str
    state: AgreementState
    text_version: int
    schedule_digest: str
    unit_signature: Signature | None = None
    bureau_signature: Signature | None = None

    @property
    def in_force(self) -> bool:
        return self.state in IN_FORCE


def _target(agreement: Agreement, event: AgreementEvent, actor: Actor | None) -> AgreementState:
    target = AGREEMENT.step(agreement.state, event, actor.roles if actor else None)
    unit_side = actor is not None and actor.organization_kind is OrganizationKind.USING_UNIT
    if actor is not None and unit_side and actor.organization_id != agreement.organization_id:
        raise RuleRefusedError(Refusal.OTHER_ORGANIZATION)
    return target


def prepare(
    agreement_id: str, application: Application, text_version: int, schedule_digest: str
) -> Agreement:
    """The agreement of an approved application, for both sides to sign."""
    return Agreement(
        id=agreement_id,
        application_id=application.id,
        organization_id=application.organization_id,
        state=AGREEMENT.step(None, AgreementEvent.PREPARE),
        text_version=text_version,
        schedule_digest=schedule_digest,
    )


def signing_by(actor: Actor) -> AgreementEvent:
    """For whose side ``actor`` signs."""
    unit_side = actor.organization_kind is OrganizationKind.USING_UNIT
    return AgreementEvent.SIGN_BY_UNIT if unit_side else AgreementEvent.SIGN_BY_BUREAU


def sign(agreement: Agreement, sealed_scan_sm3: str, actor: Actor, now: datetime) -> Agreement:
    """Sign and seal for the actor's side. A signature without the sealed scan does not count (clause 5.4)."""
    event = signing_by(actor)
    target = _target(agreement, event, actor)
    if not sealed_scan_sm3:
        raise RuleRefusedError(Refusal.SEAL_MISSING, {"field": "sealed_scan"})
    signature = Signature(actor.person_id, actor.name, now, sealed_scan_sm3)
    if event is AgreementEvent.SIGN_BY_UNIT:
        return replace(agreement, state=target, unit_signature=signature)
    return replace(agreement, state=target, bureau_signature=signature)


def reject_seal(agreement: Agreement, actor: Actor) -> Agreement:
    """The bureau finds the unit's seal or signature invalid: the unit signs again."""
    return replace(
        agreement, state=_target(agreement, AgreementEvent.SEAL_INVALID, actor), unit_signature=None
    )


def end_sharing(agreement: Agreement) -> Agreement:
    """The interface is closed: what was effective survives as a duty, what was never signed is void."""
    return replace(agreement, state=_target(agreement, AgreementEvent.SHARING_ENDED, None))
