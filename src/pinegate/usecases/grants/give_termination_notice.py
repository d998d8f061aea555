"""书面告知 (Annex 2 clause 3): the unit says that it will no longer need the resources."""

from dataclasses import replace
from datetime import timedelta

from pinegate.domain.applications.application import Application
from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.applications.steps import move_with_reason
from pinegate.domain.calendar import day_of
from pinegate.domain.grants.validity import ends_on
from pinegate.usecases.act import Act
from pinegate.usecases.applications.step import open_file, record_step
from pinegate.usecases.grants.ports import GrantTransaction
from pinegate.usecases.transaction import ChangeScope


async def give_termination_notice(
    tx: GrantTransaction, application_id: str, text: str, notice: timedelta, act: Act
) -> Application:
    """The sharing ends ``notice`` from today, or with its validity if that is earlier; until then it works."""
    before = await open_file(tx, application_id, act.person)
    event = ApplicationEvent.GIVE_TERMINATION_NOTICE
    moved = move_with_reason(before, event, text, act.person, act.now)
    last_day = day_of(act.now + notice)
    if moved.valid_until is not None:
        last_day = min(last_day, moved.valid_until)
    stored = await record_step(tx, before, replace(moved, valid_until=last_day), event, act, text)
    grants = await tx.grants.of_application(application_id, lock=True)
    await tx.grants.save([ends_on(grant, last_day) for grant in grants])
    await tx.changes.publish(ChangeScope.APPLICATION, application_id)
    return stored
