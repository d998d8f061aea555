"""The application's states and the table that decides which step is possible (governance section 2, article 5)."""

from enum import StrEnum

from pinegate.domain.organizations.permissions import ROLES_WITH, Permission
from pinegate.domain.organizations.roles import Role
from pinegate.domain.state_table import StateTable, Transition


class ApplicationState(StrEnum):
    """Where an application stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    POLICE_REVIEW = "police_review"
    BUREAU_REVIEW = "bureau_review"
    RETURNED = "returned"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    AGREEMENT_PENDING = "agreement_pending"
    LAPSED = "lapsed"
    PROVISIONING = "provisioning"
    PROVISION_FAILED = "provision_failed"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    TERMINATING = "terminating"
    EXPIRED = "expired"
    REVOKING = "revoking"
    REVOKED = "revoked"
    ARCHIVED = "archived"


class ApplicationEvent(StrEnum):
    """What is done to an application."""

    CREATE = "create"
    EDIT = "edit"
    RECORD_CONSULTATION = "record_consultation"
    SUBMIT = "submit"
    ACCEPT = "accept"
    RETURN_BY_POLICE = "return_by_police"
    CONSENT = "consent"
    REFUSE_CONSENT = "refuse_consent"
    RECORD_REVIEW = "record_review"
    APPROVE = "approve"
    RETURN_TO_POLICE = "return_to_police"
    RETURN_BY_BUREAU = "return_by_bureau"
    REFUSE_APPROVAL = "refuse_approval"
    WITHDRAW = "withdraw"
    AGREEMENT_EFFECTIVE = "agreement_effective"
    AGREEMENT_TIMEOUT = "agreement_timeout"
    PROVISION = "provision"
    REPORT_CANNOT_PROVIDE = "report_cannot_provide"
    ORDER_AGAIN = "order_again"
    SUSPEND = "suspend"
    PROPOSE_RESUME = "propose_resume"
    RESUME = "resume"
    GIVE_TERMINATION_NOTICE = "give_termination_notice"
    END_DATE_REACHED = "end_date_reached"
    EXPIRE = "expire"
    REVOKE = "revoke"
    START_REVOCATION = "start_revocation"
    COMPLETE_REVOCATION = "complete_revocation"
    ARCHIVE = "archive"


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


_S, _E = ApplicationState, ApplicationEvent
_CLERK = _roles(Role.UNIT_CLERK)
_LEADER = _roles(Role.UNIT_LEADER)
_POLICE = _roles(Role.POLICE_REVIEWER)
_CONSENTER = _roles(Role.POLICE_LEADER)
_BUREAU = _roles(Role.BUREAU_REVIEWER)
_APPROVER = _roles(Role.BUREAU_APPROVER)
_PROVISIONER = ROLES_WITH[Permission.PROVISION]
_REVOKER = ROLES_WITH[Permission.REVOKE_SHARING]
_EMERGENCY = ROLES_WITH[Permission.SUSPEND_SHARING]

_BEFORE_PROVISIONING = (
    _S.DRAFT,
    _S.SUBMITTED,
    _S.POLICE_REVIEW,
    _S.BUREAU_REVIEW,
    _S.RETURNED,
    _S.AGREEMENT_PENDING,
)

APPLICATION = StateTable(
    "application",
    [
        Transition(None, _E.CREATE, _S.DRAFT, _CLERK, "article 5"),
        Transition(_S.DRAFT, _E.EDIT, _S.DRAFT, _CLERK, "article 5"),
        Transition(_S.RETURNED, _E.EDIT, _S.RETURNED, _CLERK, "article 5"),
        Transition(_S.DRAFT, _E.RECORD_CONSULTATION, _S.DRAFT, _CLERK, "annex 1 note 3"),
        Transition(_S.RETURNED, _E.RECORD_CONSULTATION, _S.RETURNED, _CLERK, "annex 1 note 3"),
        Transition(_S.DRAFT, _E.SUBMIT, _S.SUBMITTED, _LEADER, "article 5"),
        Transition(_S.RETURNED, _E.SUBMIT, _S.SUBMITTED, _LEADER, "article 5"),
        Transition(_S.SUBMITTED, _E.ACCEPT, _S.POLICE_REVIEW, _POLICE, "article 5"),
        Transition(_S.SUBMITTED, _E.RETURN_BY_POLICE, _S.RETURNED, _POLICE, "article 5"),
        Transition(_S.POLICE_REVIEW, _E.RETURN_BY_POLICE, _S.RETURNED, _POLICE | _CONSENTER, "article 5"),
        Transition(_S.POLICE_REVIEW, _E.CONSENT, _S.BUREAU_REVIEW, _CONSENTER, "article 5"),
        Transition(_S.POLICE_REVIEW, _E.REFUSE_CONSENT, _S.REJECTED, _CONSENTER, "article 5"),
        Transition(_S.BUREAU_REVIEW, _E.RECORD_REVIEW, _S.BUREAU_REVIEW, _BUREAU, "article 5"),
        Transition(_S.BUREAU_REVIEW, _E.APPROVE, _S.AGREEMENT_PENDING, _APPROVER, "article 5"),
        Transition(_S.BUREAU_REVIEW, _E.RETURN_TO_POLICE, _S.POLICE_REVIEW, _BUREAU | _APPROVER, "article 5"),
        Transition(_S.BUREAU_REVIEW, _E.RETURN_BY_BUREAU, _S.RETURNED, _BUREAU | _APPROVER, "article 5"),
        Transition(_S.BUREAU_REVIEW, _E.REFUSE_APPROVAL, _S.REJECTED, _APPROVER, "article 5"),
        *(Transition(state, _E.WITHDRAW, _S.WITHDRAWN, _CLERK | _LEADER) for state in _BEFORE_PROVISIONING),
        Transition(_S.AGREEMENT_PENDING, _E.AGREEMENT_EFFECTIVE, _S.PROVISIONING, clause="article 6"),
        Transition(_S.AGREEMENT_PENDING, _E.AGREEMENT_TIMEOUT, _S.LAPSED),
        Transition(_S.PROVISIONING, _E.PROVISION, _S.ACTIVE, _PROVISIONER, "article 5"),
        Transition(_S.PROVISIONING, _E.REPORT_CANNOT_PROVIDE, _S.PROVISION_FAILED, _PROVISIONER, "article 5"),
        Transition(_S.PROVISION_FAILED, _E.ORDER_AGAIN, _S.PROVISIONING, _APPROVER),
        Transition(_S.PROVISION_FAILED, _E.REVOKE, _S.REVOKING, _REVOKER),
        Transition(_S.PROVISIONING, _E.REVOKE, _S.REVOKING, _REVOKER, "article 7"),
        Transition(_S.ACTIVE, _E.SUSPEND, _S.SUSPENDED, _EMERGENCY, "article 7"),
        Transition(_S.TERMINATING, _E.SUSPEND, _S.SUSPENDED, _EMERGENCY, "article 7"),
        Transition(_S.SUSPENDED, _E.PROPOSE_RESUME, _S.SUSPENDED, _BUREAU),
        Transition(_S.SUSPENDED, _E.RESUME, _S.ACTIVE, _APPROVER),
        Transition(_S.ACTIVE, _E.GIVE_TERMINATION_NOTICE, _S.TERMINATING, _LEADER, "annex 2 clause 3"),
        Transition(_S.SUSPENDED, _E.GIVE_TERMINATION_NOTICE, _S.SUSPENDED, _LEADER, "annex 2 clause 3"),
        Transition(_S.ACTIVE, _E.EXPIRE, _S.EXPIRED),
        Transition(_S.SUSPENDED, _E.EXPIRE, _S.EXPIRED),
        Transition(_S.EXPIRED, _E.START_REVOCATION, _S.REVOKING, clause="annex 2 clause 3"),
        Transition(_S.TERMINATING, _E.END_DATE_REACHED, _S.REVOKING, clause="annex 2 clause 3"),
        Transition(_S.ACTIVE, _E.REVOKE, _S.REVOKING, _REVOKER, "article 7"),
        Transition(_S.SUSPENDED, _E.REVOKE, _S.REVOKING, _REVOKER, "article 7"),
        Transition(_S.TERMINATING, _E.REVOKE, _S.REVOKING, _REVOKER, "article 7"),
        Transition(_S.REVOKING, _E.COMPLETE_REVOCATION, _S.REVOKED, clause="annex 2 clause 3"),
        *(
            Transition(state, _E.ARCHIVE, _S.ARCHIVED, _BUREAU, "annex 1 note 4")
            for state in (_S.REVOKED, _S.REJECTED, _S.WITHDRAWN, _S.LAPSED)
        ),
    ],
)

PICTURES_FLOW = frozenset({ApplicationState.ACTIVE, ApplicationState.TERMINATING})
"""The only states in which a grant of this application lets a picture through. ``terminating`` keeps working until its
end date (Annex 2 clause 3 gives the unit fifteen days); a notice given while suspended brings the end date forward and
lifts no suspension."""
