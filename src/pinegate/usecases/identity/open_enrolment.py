"""A person may choose a password: the first one, or another in place of one that is lost."""

from datetime import timedelta

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.enrolment import Enrolment
from pinegate.usecases.act import Act
from pinegate.usecases.identity.ports import IdentityTransaction


async def open_enrolment(
    tx: IdentityTransaction,
    person_id: str,
    lifetime: timedelta,
    act: Act,
    *,
    link_digest: bytes | None = None,
    code_digest: bytes | None = None,
    renews_totp: bool = False,
) -> Enrolment:
    """In place of the one before, whose link and code are void. A password that there is holds until then."""
    enrolment = Enrolment(
        person_id=person_id,
        opened_at=act.now,
        expires_at=act.now + lifetime,
        link_digest=link_digest,
        code_digest=code_digest,
        renews_totp=renews_totp,
    )
    await tx.identity.save_enrolment(enrolment)
    await tx.audit.append(
        act.event(
            AuditEventName.ENROLMENT_OPENED,
            "person",
            person_id,
            code=code_digest is not None,
            renews_totp=renews_totp,
            until=enrolment.expires_at.isoformat(),
        )
    )
    return enrolment
