"""What a person may do through the API, and whose it is: the one table of roles beside the state tables.

A step of a state table (submit, consent, list …) is no permission: the table itself says whose it is. People of a using
unit reach their own unit's things only, whatever they may do there (``Actor.confined_to``).
"""

from collections.abc import Mapping
from enum import StrEnum

from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import ROLE_SITS_IN, OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError


class Permission(StrEnum):
    """Each is asked by at least one route (``docs/architecture/permissions.md``)."""

    READ_PEOPLE = "read_people"
    NOMINATE_VIEWERS = "nominate_viewers"
    DRAW_ENROLMENT_LINKS = "draw_enrolment_links"
    KEEP_PEOPLE = "keep_people"
    KEEP_ORGANIZATIONS = "keep_organizations"
    REGISTER_SYSTEMS = "register_systems"
    READ_ROSTERS = "read_rosters"
    KEEP_ROSTERS = "keep_rosters"
    ACKNOWLEDGE_DUTIES = "acknowledge_duties"
    READ_DEVICES = "read_devices"
    KEEP_DEVICES = "keep_devices"
    QUERY_CATALOGUES = "query_catalogues"
    READ_WHOLE_RECORDS = "read_whole_records"
    MARK_SHARING = "mark_sharing"
    EDIT_POINTS = "edit_points"
    READ_APPLICATIONS = "read_applications"
    HAND_IN_DOCUMENTS = "hand_in_documents"
    PROVISION = "provision"
    READ_GRANTS = "read_grants"
    SUSPEND_SHARING = "suspend_sharing"
    REVOKE_SHARING = "revoke_sharing"
    READ_REVOCATIONS = "read_revocations"
    READ_CREDENTIALS = "read_credentials"
    ISSUE_CREDENTIALS = "issue_credentials"
    WITHDRAW_CREDENTIALS = "withdraw_credentials"
    READ_REGISTER = "read_register"
    READ_AUDIT = "read_audit"

    def held_by(self, actor: Actor) -> bool:
        """Whether one of the actor's roles has it."""
        return actor.may(ROLES_WITH[self])

    def require(self, actor: Actor) -> None:
        """Raises :class:`RuleRefusedError` (``role_may_not``) for an actor who does not hold it."""
        if not self.held_by(actor):
            raise RuleRefusedError(Refusal.ROLE_MAY_NOT, {"permission": self.value})


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


def _sitting_in(kind: OrganizationKind) -> frozenset[Role]:
    return frozenset(role for role, sits in ROLE_SITS_IN.items() if sits is kind)


_P = Permission
_UNIT = _sitting_in(OrganizationKind.USING_UNIT)
_UNIT_PAPER = _roles(Role.UNIT_CLERK, Role.UNIT_LEADER)
_POLICE = _sitting_in(OrganizationKind.POLICE)
_BUREAU = _roles(Role.BUREAU_REVIEWER, Role.BUREAU_APPROVER)
_IN_THE_BUREAU = _sitting_in(OrganizationKind.DATA_BUREAU)
_IN_THE_OPERATOR = _sitting_in(OrganizationKind.OPERATOR)
_SECURITY = _roles(Role.SECURITY_ADMIN)
_AUDITOR = _roles(Role.AUDIT_ADMIN)
_APPROVER = _roles(Role.BUREAU_APPROVER)
_PROVISIONER = _roles(Role.OPERATOR_PROVISIONER)
_AUTHORITIES = _POLICE | _BUREAU | _SECURITY

ROLES_WITH: Mapping[Permission, frozenset[Role]] = {
    _P.READ_PEOPLE: _BUREAU | _SECURITY,
    _P.NOMINATE_VIEWERS: _roles(Role.UNIT_LEADER),
    _P.DRAW_ENROLMENT_LINKS: _SECURITY | {Role.UNIT_LEADER},
    _P.KEEP_PEOPLE: _SECURITY,
    _P.KEEP_ORGANIZATIONS: _SECURITY,
    _P.REGISTER_SYSTEMS: _roles(Role.UNIT_CLERK),
    _P.READ_ROSTERS: _UNIT | _BUREAU | _SECURITY,
    _P.KEEP_ROSTERS: _UNIT_PAPER,
    _P.ACKNOWLEDGE_DUTIES: _UNIT,
    _P.READ_DEVICES: _POLICE | _IN_THE_BUREAU | _IN_THE_OPERATOR,
    _P.KEEP_DEVICES: _roles(Role.SYSTEM_ADMIN),
    _P.QUERY_CATALOGUES: _roles(Role.OPERATOR_CATALOGUER, Role.SYSTEM_ADMIN),
    _P.READ_WHOLE_RECORDS: _POLICE | _IN_THE_OPERATOR,
    _P.MARK_SHARING: _POLICE,
    _P.EDIT_POINTS: _roles(Role.OPERATOR_CATALOGUER),
    # Three copies: bureau, police, unit. None for the operator (Annex 1 note 4); the committee is heard (note 3).
    _P.READ_APPLICATIONS: _UNIT_PAPER | _AUTHORITIES | {Role.POLITICAL_LEGAL_LIAISON},
    _P.HAND_IN_DOCUMENTS: _UNIT_PAPER | _BUREAU,
    _P.PROVISION: _PROVISIONER,
    _P.READ_GRANTS: _UNIT | _AUTHORITIES | _AUDITOR,
    # Whoever sees the danger interrupts; the end itself is the bureau's (article 7).
    _P.SUSPEND_SHARING: _APPROVER | _SECURITY | {Role.POLICE_LEADER},
    _P.REVOKE_SHARING: _APPROVER,
    _P.READ_REVOCATIONS: _UNIT | _POLICE | _IN_THE_BUREAU,
    _P.READ_CREDENTIALS: _PROVISIONER | _SECURITY | _APPROVER | {Role.UNIT_LEADER},
    _P.ISSUE_CREDENTIALS: _PROVISIONER,
    _P.WITHDRAW_CREDENTIALS: _SECURITY,
    _P.READ_REGISTER: _UNIT_PAPER | _AUTHORITIES | _AUDITOR,
    _P.READ_AUDIT: _AUDITOR,
}


def permissions_of(actor: Actor) -> list[Permission]:
    """All that the actor holds, in the order of the enum."""
    return [permission for permission in Permission if permission.held_by(actor)]
