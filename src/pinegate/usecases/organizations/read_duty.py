"""提示视频资源的保密性和应承担的义务 (Annex 2 clause 2.3): what a person on the roster must have read."""

from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.organizations.ports import Duty, OrganizationTransaction


async def read_duty(tx: OrganizationTransaction, agreement_id: str, act: Act) -> Duty:
    """Raises NotFoundError unless the agreement is in force and the actor is on its system's roster."""
    duty = await tx.organizations.duty(agreement_id, act.person.person_id)
    if duty is None:
        raise NotFoundError
    return duty
