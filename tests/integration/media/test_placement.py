"""Two workers: streams are shared out, and one's death leaves the other alone."""

import os
import signal
from collections.abc import AsyncIterator

import pytest
from tests.integration.media.clips import clip
from tests.integration.media.conftest import City, Control
from tests.integration.media.viewers import HttpViewer
from tests.waiting import until

from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.usecases.streams.media_engine import PlayProtocol


@pytest.fixture
async def two_workers() -> AsyncIterator[City]:
    control = Control()
    engine = MediaSupervisor(MediaSettings(workers=2, rtp_ports=(34000, 35999)), control)
    await engine.start()
    running = City(engine, control)
    try:
        yield running
    finally:
        await running.close()
        await engine.stop()


def _base(city: City, source_id: str) -> str:
    ticket = city.engine.issue_ticket(source_id)
    return city.engine.play_address(ticket, PlayProtocol.FLV).split("/live/")[0]


async def test_sources_go_to_the_worker_with_less_to_do(two_workers: City) -> None:
    for number in range(6):
        await two_workers.open(f"camera{number}")
    bases = [_base(two_workers, f"camera{number}") for number in range(6)]
    assert sorted(bases) == sorted(two_workers.engine.play_bases * 3)


async def test_each_worker_has_rtp_ports_of_its_own(two_workers: City) -> None:
    first, second = (await two_workers.open("one")).port, (await two_workers.open("two")).port
    assert (first < 35000) != (second < 35000)


async def test_an_address_given_out_early_is_where_the_source_opens(two_workers: City) -> None:
    await two_workers.open("elsewhere")
    viewer_address = two_workers.address("session", PlayProtocol.FLV)
    for number in range(3):
        await two_workers.open(f"more{number}")
    await two_workers.playing()
    assert (await HttpViewer.open(viewer_address)).status == 200


async def test_a_ticket_at_the_other_worker_is_refused_and_stays_good(two_workers: City) -> None:
    await two_workers.playing()
    address = two_workers.address("session", PlayProtocol.FLV)
    own = _base(two_workers, "camera")
    (other,) = set(two_workers.engine.play_bases) - {own}
    strayed = await HttpViewer.open(address.replace(own, other))
    assert strayed.status == 421
    assert not two_workers.control.redeemed
    assert (await HttpViewer.open(address)).status == 200


async def test_the_death_of_one_worker_leaves_the_other_alone(two_workers: City) -> None:
    await two_workers.playing()
    await two_workers.open("doomed")
    viewer = await HttpViewer.open(two_workers.address("session", PlayProtocol.FLV))
    doomed = two_workers.engine.play_bases.index(_base(two_workers, "doomed"))
    pid = two_workers.engine.worker_pids[doomed]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    assert await until(lambda: two_workers.control.workers_lost) == [({"doomed"}, set())]
    seen = len(viewer.body)
    await until(lambda: len(viewer.body) > seen + sum(len(unit.payload) for unit in clip().units))
