"""The audit event and its canonical form.

The canonical form is what a later Merkle tree hashes (leaf = SM3(0x00 ‖ canonical)), so it never changes for a given
``FORM``: JSON in the manner of RFC 8785 restricted to strings, integers, booleans, null, arrays and objects, for which
sorted keys and no spaces suffice.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias

FORM = 1

AuditValue: TypeAlias = "str | int | bool | Sequence[AuditValue] | Mapping[str, AuditValue] | None"


class AuditEventName(StrEnum):
    """Every event there is; ``feature.what_happened``."""

    LOGIN_SUCCEEDED = "identity.login_succeeded"
    LOGIN_FAILED = "identity.login_failed"
    LOGIN_LOCKED = "identity.login_locked"
    LOGOUT = "identity.logout"
    SESSION_ENDED = "identity.session_ended"
    PASSWORD_CHANGED = "identity.password_changed"  # noqa: S105
    TOTP_ENABLED = "identity.totp_enabled"
    TOTP_DISABLED = "identity.totp_disabled"
    ENROLMENT_OPENED = "identity.enrolment_opened"
    ENROLMENT_LINK_ISSUED = "identity.enrolment_link_issued"
    ENROLMENT_READ = "identity.enrolment_read"
    ENROLMENT_FAILED = "identity.enrolment_failed"
    ENROLLED = "identity.enrolled"
    PROPOSAL_MOVED = "organizations.proposal_moved"
    ORGANIZATION_CREATED = "organizations.organization_created"
    ORGANIZATION_CHANGED = "organizations.organization_changed"
    PERSON_CREATED = "organizations.person_created"
    PERSON_CHANGED = "organizations.person_changed"
    SYSTEM_CREATED = "organizations.system_created"
    ROSTER_CHANGED = "organizations.roster_changed"
    DUTY_ACKNOWLEDGED = "organizations.duty_acknowledged"
    DEVICE_CREATED = "devices.device_created"
    DEVICE_CHANGED = "devices.device_changed"
    DEVICE_REGISTERED = "devices.device_registered"
    MEDIA_HOST_ALLOWED = "devices.media_host_allowed"
    DEVICE_MOVED = "devices.device_moved"
    DEVICE_OFFLINE = "devices.device_offline"
    DEVICE_REFUSED = "devices.device_refused"
    CATALOGUE_QUERIED = "catalogue.queried"
    CATALOGUE_SYNCED = "catalogue.synced"
    SHARING_MARK_SET = "catalogue.sharing_mark_set"
    SHARING_MARK_WITHDRAWN = "catalogue.sharing_mark_withdrawn"
    POINT_EDITED = "catalogue.point_edited"
    POINT_MOVED = "catalogue.point_moved"
    APPLICATION_MOVED = "applications.moved"
    DOCUMENT_STORED = "documents.stored"
    DOCUMENT_READ = "documents.read"
    AGREEMENT_MOVED = "agreements.moved"
    WORK_ORDER_MOVED = "work_orders.moved"
    GRANT_MOVED = "grants.moved"
    REVOCATION_ORDERED = "grants.revocation_ordered"
    RECEIPT_WRITTEN = "grants.receipt_written"
    CREDENTIAL_ISSUED = "access_interface.credential_issued"
    CREDENTIAL_WITHDRAWN = "access_interface.credential_withdrawn"
    INTERFACE_REFUSED = "access_interface.refused"
    ACCESS_ALLOWED = "access.allowed"
    ACCESS_DENIED = "access.denied"
    ACCESS_STARTED = "access.started"
    ACCESS_ENDED = "access.ended"
    BUDGET_SPENT = "access.budget_spent"
    REGISTER_REFUSED = "access.register_refused"
    REGISTER_READ = "access.register_read"
    AUDIT_READ = "audit.read"
    RECORDS_FORGOTTEN = "audit.records_forgotten"
    SECOND_SOURCE_REFUSED = "media.second_source_refused"


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """Who did what to which thing, when, from where, with what outcome. Never holds secrets."""

    id: str
    name: AuditEventName
    at: datetime
    actor_person_id: str | None
    actor_organization_id: str | None
    subject_kind: str
    subject_id: str
    client_host: str = ""
    details: Mapping[str, AuditValue] = field(default_factory=dict[str, AuditValue])

    def canonical(self) -> bytes:
        """UTF-8 JSON, sorted keys, times in UTC with microseconds."""
        document = {
            "form": FORM,
            "id": self.id,
            "name": self.name.value,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "actor": {"person": self.actor_person_id, "organization": self.actor_organization_id},
            "subject": {"kind": self.subject_kind, "id": self.subject_id},
            "client_host": self.client_host,
            "details": self.details,
        }
        return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
