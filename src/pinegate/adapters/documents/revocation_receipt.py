"""The receipt of a revocation: account, permissions, interface, who and when (Annex 2, clause 3)."""

from dataclasses import asdict, dataclass
from datetime import date

from pinegate.adapters.documents.typesetting import typeset
from pinegate.domain.regulation.agreement import AgreementWording


@dataclass(frozen=True)
class RevocationStep:
    """One of the three steps. `what` is 账号, 操作权限 or 接口; `done_at` is printed as given."""

    what: str
    outcome: str
    done_by: str
    done_at: str


@dataclass(frozen=True)
class RevocationReceipt:
    """What was withdrawn from whom, on which ground, and that nothing runs any more."""

    number: str
    organization_name: str
    information_system: str
    agreement_number: str
    reason: str
    revoked_by: str
    steps: tuple[RevocationStep, ...]
    sessions_ended: int
    set_on: date


def render_revocation_receipt(receipt: RevocationReceipt, wording: AgreementWording) -> bytes:
    """The receipt as PDF/A-2b."""
    return typeset(
        "revocation_receipt", asdict(receipt) | {"basis": wording.revocation_basis}, receipt.set_on
    )
