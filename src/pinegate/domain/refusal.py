"""Why a step of the paper is refused. Each member is the API's error code and the key of the portal's message."""

from collections.abc import Mapping
from enum import StrEnum


class Refusal(StrEnum):
    """A rule of the regulation, or of the separation of duties, that the step would break."""

    NO_SUCH_STEP = "no_such_step"
    ROLE_MAY_NOT = "role_may_not"
    OTHER_ORGANIZATION = "other_organization"
    REVIEWS_OWN_FILING = "reviews_own_filing"
    SAME_PERSON_TWICE = "same_person_twice"
    CONSULTATION_MISSING = "consultation_missing"
    FIELD_MISSING = "field_missing"
    SEAL_MISSING = "seal_missing"
    NO_POINTS = "no_points"
    POINT_NOT_LISTED = "point_not_listed"
    OPERATION_FORBIDDEN = "operation_forbidden"
    OPINION_MISSING = "opinion_missing"
    CONSENT_WIDENS = "consent_widens"
    REVIEW_MISSING = "review_missing"
    AGREEMENT_NOT_EFFECTIVE = "agreement_not_effective"
    TEST_PLAY_MISSING = "test_play_missing"
    REASON_MISSING = "reason_missing"
    PROPOSAL_MISSING = "proposal_missing"
    SECRET_POINT = "secret_point"  # noqa: S105 -- a camera's secrecy, not a credential
    SHARING_MARK_MISSING = "sharing_mark_missing"
    LISTS_OWN_EDIT = "lists_own_edit"
    RECORD_INCOMPLETE = "record_incomplete"
    ROLES_INCOMPATIBLE = "roles_incompatible"
    SECOND_PERSON_MISSING = "second_person_missing"
    ENROLMENT_NOT_OPEN = "enrolment_not_open"
    VALIDITY_INVALID = "validity_invalid"
    UPLOADS_SPENT = "uploads_spent"


class RuleRefusedError(Exception):
    """A step was asked for that the rules do not allow. Says which rule, and (``detail``) what to correct."""

    def __init__(self, refusal: Refusal, detail: Mapping[str, str] | None = None) -> None:
        super().__init__(refusal.value)
        self.refusal = refusal
        self.detail: Mapping[str, str] = detail or {}
