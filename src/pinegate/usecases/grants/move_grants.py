"""An application's grants follow it."""

from collections.abc import Iterable, Sequence

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.domain.grants.grant import GRANT, Grant, GrantEvent, move
from pinegate.usecases.act import Act
from pinegate.usecases.grants.ports import GrantTransaction


async def move_grants(
    tx: GrantTransaction, application_id: str, event: GrantEvent, act: Act
) -> Sequence[Grant]:
    """Move those grants of the application for which the table knows ``event``; gives all of them as they are now."""
    grants = await tx.grants.of_application(application_id, lock=True)
    moved = await move_grants_open_to(tx, grants, event, act)
    return [moved.get(grant.id, grant) for grant in grants]


async def move_grants_open_to(
    tx: GrantTransaction, grants: Iterable[Grant], event: GrantEvent, act: Act
) -> dict[str, Grant]:
    """Move those of ``grants`` (locked) for which the table knows ``event``; gives those, by their ids."""
    states = GRANT.states_of(event)
    movable = [grant for grant in grants if grant.state in states]
    moved = {grant.id: move(grant, event) for grant in movable}
    await tx.grants.save(list(moved.values()))
    await tx.audit.append(*(_moved(grant, moved[grant.id], event, act) for grant in movable))
    return moved


def _moved(before: Grant, after: Grant, event: GrantEvent, act: Act) -> AuditEvent:
    return act.step_event(
        AuditEventName.GRANT_MOVED,
        "grant",
        after.id,
        event,
        before.state,
        after.state,
        application=after.application_id,
        point=after.point_id,
    )
