"""A scanned paper on an application's file, kept with the SM3 digest of its bytes (E-Signature Law articles 13–14)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError


class DocumentKind(StrEnum):
    """What the paper is."""

    SEALED_FORM = "sealed_form"
    CONSULTATION_RECORD = "consultation_record"
    SEALED_AGREEMENT_UNIT = "sealed_agreement_unit"
    SEALED_AGREEMENT_BUREAU = "sealed_agreement_bureau"
    ATTACHMENT = "attachment"


@dataclass(frozen=True, slots=True)
class Document:
    """One stored file. ``size`` and ``sm3`` (hex digest) are of the kept bytes; the audit log also has the digest of
    those that were handed in.
    """

    id: str
    kind: DocumentKind
    application_id: str
    organization_id: str
    file_name: str
    media_type: str
    size: int
    sm3: str
    stored_by: str
    stored_at: datetime


_UNIT = frozenset({Role.UNIT_CLERK, Role.UNIT_LEADER})
_BUREAU = frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_APPROVER})
_S = ApplicationState
_WHILE_WRITING = frozenset({_S.DRAFT, _S.RETURNED})
_WHILE_SIGNING = frozenset({_S.AGREEMENT_PENDING})

_HANDED_IN: Mapping[DocumentKind, tuple[frozenset[Role], frozenset[ApplicationState]]] = {
    DocumentKind.SEALED_FORM: (_UNIT, _WHILE_WRITING),
    DocumentKind.CONSULTATION_RECORD: (_UNIT, _WHILE_WRITING),
    DocumentKind.ATTACHMENT: (_UNIT, _WHILE_WRITING),
    DocumentKind.SEALED_AGREEMENT_UNIT: (_UNIT, _WHILE_SIGNING),
    DocumentKind.SEALED_AGREEMENT_BUREAU: (_BUREAU, _WHILE_SIGNING),
}


def whose_paper(kind: DocumentKind) -> frozenset[Role]:
    """Whose papers of this kind are."""
    return _HANDED_IN[kind][0]


def may_hand_in(kind: DocumentKind, application: Application, actor: Actor) -> bool:
    """Whether ``actor`` may put such a paper on this file now."""
    try:
        check_may_hand_in(kind, application, actor)
    except RuleRefusedError:
        return False
    return True


def check_may_hand_in(kind: DocumentKind, application: Application, actor: Actor) -> None:
    """Raises :class:`RuleRefusedError` unless ``actor`` may put such a paper on this file now."""
    roles, states = _HANDED_IN[kind]
    if not actor.may(roles):
        raise RuleRefusedError(Refusal.ROLE_MAY_NOT, {"kind": kind})
    unit_side = actor.organization_kind is OrganizationKind.USING_UNIT
    if unit_side and actor.organization_id != application.organization_id:
        raise RuleRefusedError(Refusal.OTHER_ORGANIZATION)
    if application.state not in states:
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"state": application.state, "kind": kind})
