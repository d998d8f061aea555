"""Why access is denied. Each member is audit name, API error code, portal message and test case."""

from enum import StrEnum


class DenialReason(StrEnum):
    """Ordered as ``decide_access`` asks; the last is the operator's test alone."""

    REASON_MISSING = "reason_missing"
    PERSON_UNKNOWN = "person_unknown"
    ORGANIZATION_NOT_ACTIVE = "organization_not_active"
    SYSTEM_NOT_ACTIVE = "system_not_active"
    CREDENTIAL_WITHDRAWN = "credential_withdrawn"
    PERSON_NOT_ACTIVE = "person_not_active"
    POINT_UNKNOWN = "point_unknown"
    NOT_GRANTED = "not_granted"
    POINT_SECRET = "point_secret"  # noqa: S105 -- a camera's secrecy, not a credential
    SHARING_MARK_WITHDRAWN = "sharing_mark_withdrawn"
    POINT_NOT_LISTED = "point_not_listed"
    GRANT_PENDING = "grant_pending"
    GRANT_SUSPENDED = "grant_suspended"
    GRANT_REVOKED = "grant_revoked"
    GRANT_NOT_YET_VALID = "grant_not_yet_valid"
    GRANT_EXPIRED = "grant_expired"
    OPERATION_NOT_GRANTED = "operation_not_granted"
    APPLICATION_NOT_ACTIVE = "application_not_active"
    AGREEMENT_NOT_EFFECTIVE = "agreement_not_effective"
    NOT_ON_ROSTER = "not_on_roster"
    NOT_ACKNOWLEDGED = "not_acknowledged"
    WORK_ORDER_NOT_OPEN = "work_order_not_open"
