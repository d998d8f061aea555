"""What a decision reads is of the very system, text and pair that are asked about, and not of another."""

from sqlalchemy import text
from tests.factories.applications import add_application
from tests.integration.access.conftest import Live, Watching
from tests.integration.conftest import Clock

from pinegate.domain.access.request import AccessChannel, AccessFacts, AccessRequest
from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.usecases.access.ports import StreamRequest


async def facts_of(live: Live, watching: Watching, **changes: str) -> AccessFacts:
    """Of the viewer's request to see the first point."""
    values = {
        "person_id": watching.viewer.id,
        "system_id": watching.city.system,
        "point_id": watching.points[0],
        "access_key": "PGOWN",
        **changes,
    }
    request = AccessRequest(
        channel=AccessChannel.INTERFACE, operation=Operation.LIVE, reason="巡查", **values
    )
    async with live.database.transaction() as tx:
        (situation,) = await tx.access.situations([StreamRequest(request)])
    return situation.facts


async def change(live: Live, sql: str, **values: str) -> None:
    async with live.database.transaction() as tx:
        await tx.connection.execute(text(sql), values)


async def test_being_on_the_roster_of_another_system_is_not_being_on_this_one(
    live: Live, watching: Watching
) -> None:
    before = (await facts_of(live, watching)).person
    assert before is not None and before.on_roster
    await change(live, "update roster_entries set system_id = :other", other=watching.city.other_system)
    after = (await facts_of(live, watching)).person
    assert after is not None and not after.on_roster


async def test_a_text_that_has_changed_must_be_acknowledged_again(live: Live, watching: Watching) -> None:
    before = (await facts_of(live, watching)).person
    assert before is not None and before.acknowledged_agreements == {watching.filed.agreement}
    await change(live, "update agreements set text_version = text_version + 1")
    after = (await facts_of(live, watching)).person
    assert after is not None and after.acknowledged_agreements == frozenset()


async def test_a_pair_opens_its_own_system_and_no_other(live: Live, watching: Watching, clock: Clock) -> None:
    async with live.database.transaction() as tx:
        await add_application(
            tx,
            watching.city,
            ApplicationState.ACTIVE,
            [watching.ungranted],
            clock(),
            system_id=watching.city.other_system,
            access_key="PGOTHER",
        )
    for access_key, opened in (("PGOTHER", False), ("PGNONE", False)):
        system = (await facts_of(live, watching, access_key=access_key)).system
        assert system is not None and system.interface_open is opened
    other = await facts_of(live, watching, access_key="PGOTHER", system_id=watching.city.other_system)
    assert other.system is not None and other.system.interface_open
