"""Roles, where they may sit, and which never sit together (separation of duties; governance section 2)."""

from enum import StrEnum


class OrganizationKind(StrEnum):
    """The parties of the regulation (articles 3–5) and the owners of article 2's social cameras."""

    USING_UNIT = "using_unit"
    POLICE = "police"
    POLITICAL_LEGAL_COMMITTEE = "political_legal_committee"
    DATA_BUREAU = "data_bureau"
    OPERATOR = "operator"
    SOCIAL_OWNER = "social_owner"


class Role(StrEnum):
    """What a person is trusted with. A person may hold several that are compatible."""

    UNIT_CLERK = "unit_clerk"
    UNIT_LEADER = "unit_leader"
    UNIT_VIEWER = "unit_viewer"
    POLICE_REVIEWER = "police_reviewer"
    POLICE_LEADER = "police_leader"
    POLITICAL_LEGAL_LIAISON = "political_legal_liaison"
    BUREAU_REVIEWER = "bureau_reviewer"
    BUREAU_APPROVER = "bureau_approver"
    OPERATOR_CATALOGUER = "operator_cataloguer"
    OPERATOR_LISTER = "operator_lister"
    OPERATOR_PROVISIONER = "operator_provisioner"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"


ROLE_SITS_IN: dict[Role, OrganizationKind] = {
    Role.UNIT_CLERK: OrganizationKind.USING_UNIT,
    Role.UNIT_LEADER: OrganizationKind.USING_UNIT,
    Role.UNIT_VIEWER: OrganizationKind.USING_UNIT,
    Role.POLICE_REVIEWER: OrganizationKind.POLICE,
    Role.POLICE_LEADER: OrganizationKind.POLICE,
    Role.POLITICAL_LEGAL_LIAISON: OrganizationKind.POLITICAL_LEGAL_COMMITTEE,
    Role.BUREAU_REVIEWER: OrganizationKind.DATA_BUREAU,
    Role.BUREAU_APPROVER: OrganizationKind.DATA_BUREAU,
    Role.OPERATOR_CATALOGUER: OrganizationKind.OPERATOR,
    Role.OPERATOR_LISTER: OrganizationKind.OPERATOR,
    Role.OPERATOR_PROVISIONER: OrganizationKind.OPERATOR,
    Role.SYSTEM_ADMIN: OrganizationKind.OPERATOR,
    Role.SECURITY_ADMIN: OrganizationKind.DATA_BUREAU,
    Role.AUDIT_ADMIN: OrganizationKind.DATA_BUREAU,
}
"""The one kind of organization in which a role may sit."""

ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
"""三员: nobody holds two of them (GB/T 22239-2019, 8.1.5), nor one of them beside a business role."""

_NEVER_TOGETHER = (
    frozenset({Role.POLICE_REVIEWER, Role.POLICE_LEADER}),
    frozenset({Role.BUREAU_REVIEWER, Role.BUREAU_APPROVER}),
    frozenset({Role.OPERATOR_CATALOGUER, Role.OPERATOR_LISTER}),
)


def roles_are_compatible(roles: frozenset[Role]) -> bool:
    """Whether one person may hold all of ``roles`` at once."""
    if roles & ADMINISTRATORS and len(roles) > 1:
        return False
    return not any(pair <= roles for pair in _NEVER_TOGETHER)
