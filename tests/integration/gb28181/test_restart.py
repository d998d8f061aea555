"""The platform starts anew: who was registered by UDP is here before it says a word, while that would have lasted."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import select
from tests.factories.city_profile import HUANGSHAN
from tests.factories.organizations import fresh_id
from tests.integration.conftest import Clock
from tests.integration.gb28181.conftest import BOX, Upper
from tests.integration.gb28181.lower_peer import DEVICE_ID, PLATFORM_ID, LowerPeer
from tests.integration.gb28181.test_server import answer, catalogued, invitation

from pinegate.adapters.database.tables import devices
from pinegate.adapters.gb28181.accounts import DeviceAccounts
from pinegate.adapters.gb28181.recorder import Recorder
from pinegate.adapters.gb28181.server import Gb28181Server
from pinegate.protocols.gb28181.lower.events import InviteReceived, Registered, Unregistered
from pinegate.usecases.devices.step import password_context
from pinegate.usecases.streams.signalling import Answered, InviteFailed, InviteFailure

OF_UDP = pytest.mark.parametrize("peer", ["udp"], indirect=True)


@asynccontextmanager
async def started_anew(upper: Upper, clock: Clock) -> AsyncGenerator[Upper]:
    """A second process on the same database and port; the first one ended without a word."""
    recorder = Recorder(upper.database, HUANGSHAN, clock, fresh_id)
    accounts = DeviceAccounts(upper.database, BOX)
    server = Gb28181Server(PLATFORM_ID, PLATFORM_ID[:10], accounts, recorder)
    async with upper.database.transaction() as tx:
        await tx.devices.nobody_is_online()
    await server.start("127.0.0.1", upper.port)
    yield Upper(server, recorder, upper.database, upper.port, accounts)
    await server.stop()


async def online(upper: Upper) -> bool:
    await upper.recorder.drained()
    async with upper.database.transaction() as tx:
        return bool((await tx.connection.execute(select(devices.c.online))).scalar_one())


async def is_offline(upper: Upper) -> bool:
    failed = await upper.server.invite(invitation())
    return failed == InviteFailed(InviteFailure.DEVICE_OFFLINE) and not await online(upper)


@OF_UDP
async def test_a_play_works_at_once_after_a_restart(upper: Upper, peer: LowerPeer, clock: Clock) -> None:
    await catalogued(upper, 2)
    await upper.server.stop()
    clock.advance(seconds=179)
    async with started_anew(upper, clock) as again:
        call = asyncio.create_task(again.server.invite(invitation()))
        invited = await peer.wait_for(InviteReceived)
        peer.do(lambda now: peer.device.answer_invite(invited.call, answer(invited.offer), now))
        assert isinstance(await call, Answered)
        assert await online(again)
        await again.server.ask_status(DEVICE_ID)
    assert len([event for event in peer.events if isinstance(event, Registered)]) == 1


@OF_UDP
async def test_who_was_silent_too_long_is_offline(upper: Upper, peer: LowerPeer, clock: Clock) -> None:
    await catalogued(upper, 2)
    await upper.server.stop()
    clock.advance(seconds=180)
    async with started_anew(upper, clock) as again:
        assert await is_offline(again)


@pytest.mark.parametrize("peer", ["tcp"], indirect=True)
async def test_whose_connection_is_gone_is_offline(upper: Upper, peer: LowerPeer, clock: Clock) -> None:
    await catalogued(upper, 2)
    await upper.server.stop()
    async with started_anew(upper, clock) as again:
        assert await is_offline(again)


@OF_UDP
async def test_who_left_is_offline(upper: Upper, peer: LowerPeer, clock: Clock) -> None:
    await catalogued(upper, 2)
    peer.do(peer.device.stop)
    await peer.wait_for(Unregistered)
    await upper.server.stop()
    async with started_anew(upper, clock) as again:
        assert await is_offline(again)


@OF_UDP
@pytest.mark.parametrize(
    "changed",
    [
        {"password_encrypted": BOX.seal(b"Another-Password-1", password_context(DEVICE_ID))},
        {"minimum_algorithm": "SHA-256"},
        {"enabled": False},
    ],
    ids=["password", "algorithm", "disabled"],
)
async def test_whose_account_changed_meanwhile_registers_anew(
    upper: Upper, peer: LowerPeer, clock: Clock, changed: dict[str, object]
) -> None:
    await catalogued(upper, 2)
    await upper.server.stop()
    async with upper.database.transaction() as tx:
        await tx.connection.execute(devices.update().values(**changed))
    async with started_anew(upper, clock) as again:
        assert await is_offline(again)
