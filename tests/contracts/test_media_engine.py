"""What every media engine promises to the use cases (``usecases.streams.media_engine.MediaEngine``)."""

from urllib.parse import urlsplit

import pytest

from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.access.ticket import TICKET_CHARACTERS
from pinegate.usecases.streams.media_engine import (
    MediaEngine,
    PictureUnavailableError,
    PlayProtocol,
    SourceRequest,
    SourceUnknownError,
    Transport,
)


def camera(source_id: str = "camera") -> SourceRequest:
    return SourceRequest(source_id, Transport.UDP, 1001, "127.0.0.1")


async def test_each_source_has_a_port_of_its_own(engine: MediaEngine) -> None:
    one, other = await engine.open_source(camera("one")), await engine.open_source(camera("other"))
    assert one.host == other.host
    assert one.port != other.port
    assert 0 < one.port < 65536


async def test_a_source_that_is_opened_again_is_open_once(engine: MediaEngine) -> None:
    await engine.open_source(camera())
    await engine.open_source(camera())
    await engine.close_source("camera", End(EndReason.DONE))
    with pytest.raises(SourceUnknownError):
        await engine.bind_source("camera", "127.0.0.1", 15060, 1001)


async def test_an_open_source_is_bound_and_another_is_unknown(engine: MediaEngine) -> None:
    await engine.open_source(camera())
    await engine.bind_source("camera", "127.0.0.1", 15060, None)
    with pytest.raises(SourceUnknownError):
        await engine.bind_source("no such camera", "127.0.0.1", 15060, None)


async def test_closing_what_is_not_there_is_no_error(engine: MediaEngine) -> None:
    await engine.close_source("no such camera", End(EndReason.DONE))
    await engine.close_sessions(["no such session"], End(DenialReason.GRANT_REVOKED))
    await engine.close_sessions([], End(DenialReason.GRANT_REVOKED))


async def test_renewing_what_is_not_there_is_no_error(engine: MediaEngine) -> None:
    await engine.renew_leases(["no such session"], 30.0)
    await engine.renew_leases([], 2.0)


async def test_there_is_no_snapshot_without_a_source(engine: MediaEngine) -> None:
    with pytest.raises(SourceUnknownError):
        await engine.snapshot("no such camera")


async def test_there_is_no_snapshot_before_the_first_picture(engine: MediaEngine) -> None:
    await engine.open_source(camera())
    with pytest.raises(PictureUnavailableError):
        await engine.snapshot("camera")


@pytest.mark.parametrize("protocol", PlayProtocol)
async def test_a_play_address_carries_the_ticket_and_the_output(
    engine: MediaEngine, protocol: PlayProtocol
) -> None:
    ticket = engine.issue_ticket("camera")
    address = urlsplit(engine.play_address(ticket, protocol))
    assert address.scheme in ("http", "https")
    assert address.path.endswith(f"/live/{ticket}.{protocol.value}")
    assert not address.query


async def test_a_source_keeps_its_place(engine: MediaEngine) -> None:
    before = engine.play_address(engine.issue_ticket("camera"), PlayProtocol.FLV)
    await engine.open_source(camera())
    after = engine.play_address(engine.issue_ticket("camera"), PlayProtocol.FLV)
    assert urlsplit(after).netloc == urlsplit(before).netloc


async def test_no_ticket_is_issued_twice(engine: MediaEngine) -> None:
    tickets = [engine.issue_ticket("camera") for _ in range(100)]
    assert len(set(tickets)) == 100 and {len(ticket) for ticket in tickets} == {TICKET_CHARACTERS}


async def test_the_counters_say_which_workers_serve(engine: MediaEngine) -> None:
    assert all(counters["up"] in (0, 1) for counters in await engine.stats())
