"""Who may read an application's file: its unit, the police, the bureau. Never the operator (Annex 1 note 4)."""

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.organizations.roles import OrganizationKind

CONSULTING = frozenset({ApplicationState.DRAFT, ApplicationState.RETURNED})
"""Where the committee is heard (note 3): before submission, on files that record a consultation with it."""


def may_read(application: Application, actor: Actor) -> bool:
    """Whether ``actor`` may open this file. A draft is the unit's own paper until it is handed in."""
    if not Permission.READ_APPLICATIONS.held_by(actor):
        return False
    if actor.confined_to is not None:
        return actor.reaches(application.organization_id)
    if actor.organization_kind is OrganizationKind.POLITICAL_LEGAL_COMMITTEE:
        return application.consultation is not None and application.state in CONSULTING
    return application.round > 0 or application.state is not ApplicationState.DRAFT
