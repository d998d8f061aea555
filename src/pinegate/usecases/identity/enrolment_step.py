"""What reading an enrolment and using it have in common: whom the link is for, and how it is written down."""

from dataclasses import dataclass
from enum import StrEnum

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.enrolment import Enrolment
from pinegate.usecases.act import Act, Party
from pinegate.usecases.identity.ports import Account, IdentityTransaction
from pinegate.usecases.identity.sign_in import is_account


class EnrolmentRefusal(StrEnum):
    """Each member is the API's error code. ``enrolment_closed`` says neither whether there was such a link."""

    CLOSED = "enrolment_closed"
    CODE_WRONG = "enrolment_code_wrong"
    TOTP_REQUIRED = "totp_required"


@dataclass(frozen=True, slots=True)
class Enrollee:
    """Whom a link is for, and what it still asks."""

    account: Account
    enrolment: Enrolment

    @property
    def asks_code(self) -> bool:
        """Whether the second secret is asked for, which another person handed over than the link."""
        return self.enrolment.code_digest is not None

    @property
    def asks_totp(self) -> bool:
        """Whether the present second factor is kept, and therefore asked for."""
        return self.account.totp_enabled and not self.enrolment.renews_totp


async def find_enrollee(
    tx: IdentityTransaction, link_digest: bytes, act: Act, *, lock: bool
) -> Enrollee | EnrolmentRefusal:
    """Whom the link is for, unless it is used, void or too old, or there is no account any more."""
    enrolment = await tx.identity.enrolment_of_link(link_digest)
    if enrolment is None:
        return EnrolmentRefusal.CLOSED
    account = await tx.identity.account_of_person(enrolment.person_id, lock=lock)
    if lock:  # the account first, as everywhere; a link may have been drawn anew meanwhile
        enrolment = await tx.identity.enrolment(enrolment.person_id, lock=True)
    if account is None or enrolment is None or enrolment.link_digest != link_digest:
        return EnrolmentRefusal.CLOSED
    if not enrolment.is_open(act.now) or not is_account(account):
        return EnrolmentRefusal.CLOSED
    return Enrollee(account, enrolment)


async def record_enrolment(
    tx: IdentityTransaction, what: AuditEventName, found: Enrollee, act: Act, **details: str | int
) -> None:
    actor = found.account.actor
    party = Party(actor.person_id, actor.organization_id)
    await tx.audit.append(act.event_of(party, what, "person", actor.person_id, **details))
