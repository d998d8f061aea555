"""S13, S15 and S16 of the list of threats, over real sockets: another address changes nothing."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from tests.integration.gb28181.conftest import Upper, camera
from tests.integration.gb28181.lower_peer import DEVICE_ID, LowerPeer
from tests.integration.gb28181.stranger import Stranger, notify, request
from tests.integration.gb28181.test_server import answer, catalogued, invitation
from tests.waiting import until

from pinegate.protocols.gb28181.lower.events import CallConfirmed, CallFinished, InviteReceived, Unregistered
from pinegate.usecases.streams.signalling import Answered


@pytest.fixture(params=["udp", "tcp"])
async def stranger(request: pytest.FixtureRequest, upper: Upper) -> AsyncIterator[Stranger]:
    stranger = await Stranger(upper.port, request.param).open()
    yield stranger
    stranger.close()


async def online(upper: Upper) -> bool:
    return (await upper.server.ask_status(DEVICE_ID)).status["online"] == "ONLINE"


async def test_s13_a_register_with_the_known_call_id_is_challenged(
    upper: Upper, peer: LowerPeer, stranger: Stranger
) -> None:
    peer.withheld = []
    peer.do(peer.device.stop)
    assert [await stranger.ask(data) for data in peer.withheld] == [401]
    assert stranger.answers == [401]
    peer.release()
    await peer.wait_for(Unregistered)


@pytest.mark.parametrize("kind", ["Keepalive", "Alarm", "Catalog"])
async def test_s15_a_message_in_a_devices_name_is_refused(
    upper: Upper, peer: LowerPeer, stranger: Stranger, kind: str
) -> None:
    assert await stranger.ask(request("MESSAGE", notify(kind, "<Status>OK</Status>"))) == 403
    assert await online(upper)


async def test_s15_a_catalogue_answer_from_another_address_is_not_taken(
    upper: Upper, peer: LowerPeer, stranger: Stranger
) -> None:
    await catalogued(upper, 2)
    peer.device.set_catalog([camera(1), camera(2), camera(3)])
    peer.withheld = []
    upper.server.query_catalogue(DEVICE_ID)
    stolen = await until(lambda: [data for data in peer.withheld or [] if b"<Item" in data])
    assert await stranger.ask(stolen[0]) == 403
    assert upper.server.catalogue_progress(DEVICE_ID).state == "running"
    peer.release()
    await catalogued(upper, 3)


async def test_s16_a_bye_from_another_address_ends_no_call(
    upper: Upper, peer: LowerPeer, stranger: Stranger
) -> None:
    call = asyncio.create_task(upper.server.invite(invitation()))
    invited = await peer.wait_for(InviteReceived)
    peer.do(lambda now: peer.device.answer_invite(invited.call, answer(invited.offer), now))
    answered = await call
    assert isinstance(answered, Answered)
    await peer.wait_for(CallConfirmed)
    peer.withheld = []
    peer.do(lambda now: peer.device.hang_up(invited.call, now))
    assert await stranger.ask(peer.withheld[0]) == 481
    peer.release()
    await peer.wait_for(CallFinished)
