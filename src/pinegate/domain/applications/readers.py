"""Who may read an application's file: its unit, the police, the bureau. Never the operator (Annex 1 note 4)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role

_OF_THE_UNIT = frozenset({Role.UNIT_CLERK, Role.UNIT_LEADER})
_OF_THE_AUTHORITIES = frozenset(
    {
        Role.POLICE_REVIEWER,
        Role.POLICE_LEADER,
        Role.BUREAU_REVIEWER,
        Role.BUREAU_APPROVER,
        Role.SECURITY_ADMIN,
    }
)
_LIAISON = frozenset({Role.POLITICAL_LEGAL_LIAISON})
READERS = _OF_THE_UNIT | _OF_THE_AUTHORITIES | _LIAISON
"""Whoever has none of these roles reads no application at all."""

CONSULTING = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})
"""Where the committee is heard (note 3): before submission, on files that record a consultation with it."""


def may_read(application: Application, actor: Actor) -> bool:
    """Whether ``actor`` may open this file. A draft is the unit's own paper until it is handed in."""
    if actor.organization_kind is OrganizationKind.USING_UNIT:
        return actor.may(_OF_THE_UNIT) and actor.organization_id == application.organization_id
    if actor.organization_kind is OrganizationKind.POLITICAL_LEGAL_COMMITTEE:
        heard = application.consultation is not None and application.state in CONSULTING
        return actor.may(_LIAISON) and heard
    handed_in = application.round > 0 or application.state is not ApplicationState.DRAFT
    return actor.may(_OF_THE_AUTHORITIES) and handed_in
