"""A unit's leader adds a viewer, whom the leader answers for; pictures come only with roster and acknowledgement."""

from datetime import timedelta

from pinegate.domain.organizations.person_states import state_of_nominee
from pinegate.usecases.act import Act
from pinegate.usecases.identity.alert_auditor import alert_auditor
from pinegate.usecases.identity.open_enrolment import open_enrolment
from pinegate.usecases.organizations.enter_person import enter_person
from pinegate.usecases.organizations.person_step import NewPerson
from pinegate.usecases.organizations.ports import PersonRecord, PersonTransaction


async def nominate_viewer(
    tx: PersonTransaction, organization_id: str, new: NewPerson, lifetime: timedelta, act: Act
) -> PersonRecord:
    """With a login, the enrolment is open at once; its link is the leader's to draw."""
    own = organization_id == act.person.organization_id
    state = state_of_nominee(new.roles, act.person, own=own)
    person = await enter_person(tx, organization_id, new, state, act)
    if new.login:
        await open_enrolment(tx, person.id, lifetime, act)
    await alert_auditor(tx, "person.nominated", person.id, {"name": person.name, "by": act.person.name}, act)
    return person
