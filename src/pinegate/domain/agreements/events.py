"""What somebody may do with an agreement now."""

from pinegate.domain.agreements.agreement import AGREEMENT, Agreement, AgreementEvent
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind


def allowed_agreement_events(agreement: Agreement, actor: Actor) -> tuple[AgreementEvent, ...]:
    """The table and the roles; a unit's people only on their own unit's agreement."""
    unit_side = actor.organization_kind is OrganizationKind.USING_UNIT
    if unit_side and actor.organization_id != agreement.organization_id:
        return ()
    return AGREEMENT.events_for(agreement.state, actor.roles)
