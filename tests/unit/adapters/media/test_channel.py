import asyncio
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from pinegate.adapters.media.channel import Channel, ChannelClosedError
from pinegate.adapters.media.messages import (
    MAX_MESSAGE,
    Answer,
    ChannelViolationError,
    Counters,
    Done,
    Failed,
    Notice,
    Picture,
    Request,
    SecondSource,
    Snapshot,
    SourceLost,
    Stats,
)


async def _done(_: Request) -> Answer:
    return Done()


def _ignore(_: Notice) -> None:
    return None


@asynccontextmanager
async def _pair(
    answer: Callable[[Request], Awaitable[Answer]] = _done, notice: Callable[[Notice], None] = _ignore
) -> AsyncGenerator[tuple[Channel, Channel], None]:
    """Two connected channels; ``answer`` and ``notice`` are the second one's."""
    ours, theirs = socket.socketpair()
    first = await Channel.connect(ours, _done, _ignore)
    second = await Channel.connect(theirs, answer, notice)
    running = [asyncio.create_task(channel.run()) for channel in (first, second)]
    try:
        yield first, second
    finally:
        first.close()
        second.close()
        await asyncio.gather(*running, return_exceptions=True)


async def test_each_request_gets_its_own_answer() -> None:
    later_one_answered = asyncio.Event()

    async def answer(request: Request) -> Answer:
        if isinstance(request, Stats):
            await later_one_answered.wait()
            return Counters(values={"sessions_open": 3})
        later_one_answered.set()
        return Done()

    async with _pair(answer) as (channel, _):
        slow, quick = await asyncio.gather(channel.request(Stats()), channel.request(Snapshot(source_id="c")))
    assert isinstance(slow, Counters) and slow.values == {"sessions_open": 3}
    assert isinstance(quick, Done)


async def test_notices_arrive_in_their_order() -> None:
    told: list[str] = []
    all_told = asyncio.Event()

    def notice(message: Notice) -> None:
        told.append(type(message).__name__)
        if len(told) == 2:
            all_told.set()

    async with _pair(notice=notice) as (channel, _):
        channel.notify(SecondSource(source_id="c", host="10.0.0.9"))
        channel.notify(SourceLost(source_id="c", reason="silent"))
        async with asyncio.timeout(5):
            await all_told.wait()
    assert told == ["SecondSource", "SourceLost"]


async def test_a_request_without_an_answer_fails_in_time() -> None:
    async def never(_: Request) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    async with _pair(never) as (channel, _):
        with pytest.raises(ChannelClosedError, match=r"within 0\.05 s"):
            await channel.request(Stats(), timeout_seconds=0.05)


async def test_open_requests_fail_when_the_other_side_dies() -> None:
    async def never(_: Request) -> Answer:
        await asyncio.Event().wait()
        raise AssertionError

    async with _pair(never) as (channel, other):
        asking = asyncio.create_task(channel.request(Stats()))
        await asyncio.sleep(0)
        other.close()
        with pytest.raises(ChannelClosedError):
            await asking
        with pytest.raises(ChannelClosedError):
            await channel.request(Stats())


async def test_an_answer_that_is_too_large_becomes_a_failure() -> None:
    async def large(_: Request) -> Answer:
        return Picture(jpeg=bytes(MAX_MESSAGE))

    async with _pair(large) as (channel, _):
        assert isinstance(await channel.request(Snapshot(source_id="c")), Failed)


@pytest.mark.parametrize("data", [b"\xff\xff\xff\xff", b"\x00\x00\x00\x04{} 1", b"\x00\x00\x00\x01x"])
async def test_garbage_ends_the_channel(data: bytes) -> None:
    ours, theirs = socket.socketpair()
    channel = await Channel.connect(ours, _done, _ignore)
    with theirs:
        theirs.sendall(data)
        with pytest.raises(ChannelViolationError):
            await channel.run()
