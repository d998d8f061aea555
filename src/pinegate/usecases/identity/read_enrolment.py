"""Whose link it is, before a password is chosen; from where it was opened is kept, should it not be the person."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.act import Act
from pinegate.usecases.identity.enrolment_step import (
    Enrollee,
    EnrolmentRefusal,
    find_enrollee,
    record_enrolment,
)
from pinegate.usecases.identity.ports import IdentityTransaction


async def read_enrolment(
    tx: IdentityTransaction, link_digest: bytes, act: Act
) -> Enrollee | EnrolmentRefusal:
    """The person, and what the link still asks of them."""
    found = await find_enrollee(tx, link_digest, act, lock=False)
    if not isinstance(found, EnrolmentRefusal):
        await record_enrolment(tx, AuditEventName.ENROLMENT_READ, found, act)
    return found
