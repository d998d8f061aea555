"""收回 (Annex 2 clause 3): what a revocation ends, and the three receipts that prove it was carried out."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.refusal import Refusal, RuleRefusedError


class RevocationScope(StrEnum):
    """What is ended: one application's sharing, one grant, or everything of a point, system, person or unit."""

    APPLICATION = "application"
    GRANT = "grant"
    POINT = "point"
    SYSTEM = "system"
    PERSON = "person"
    ORGANIZATION = "organization"


class ReceiptKind(StrEnum):
    """及时收回乙方账号和操作权限，并关闭接口: three things, each evidenced by itself."""

    ACCOUNT = "account"
    PERMISSIONS = "permissions"
    INTERFACE = "interface"


@dataclass(frozen=True, slots=True)
class RevocationReceipt:
    """One of the three: what was withdrawn (``affected`` many), when, by whose order (None: a date was reached)."""

    application_id: str
    kind: ReceiptKind
    affected: int
    ordered_by: str | None
    done_at: datetime


def revocation_is_complete(receipts: frozenset[ReceiptKind], live_sessions: int) -> bool:
    """All three receipts are written and nothing plays any more."""
    return receipts == frozenset(ReceiptKind) and live_sessions == 0


def check_order(actor: Actor, reason: str, *, emergency: bool) -> None:
    """Whether ``actor`` may order it, with a stated reason.

    Raises:
        RuleRefusedError: ``role_may_not``, ``reason_missing``.
    """
    (Permission.SUSPEND_SHARING if emergency else Permission.REVOKE_SHARING).require(actor)
    if not reason.strip():
        raise RuleRefusedError(Refusal.REASON_MISSING, {"field": "reason"})
