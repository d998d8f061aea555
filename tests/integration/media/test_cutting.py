"""Who may see, and until when: tickets, leases, cuts, and what a dying process leaves."""

import asyncio
import os
import signal
import socket
import time

import pytest
from tests.integration.media.clips import clip
from tests.integration.media.conftest import City
from tests.integration.media.viewers import HttpViewer, WebSocketViewer, fetch, problem_of
from tests.waiting import until

from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.session_end import End, EndReason
from pinegate.usecases.streams.media_engine import (
    PictureUnavailableError,
    PlayProtocol,
    SourceUnknownError,
)


async def test_a_ticket_is_good_for_one_viewer_only(city: City) -> None:
    await city.playing()
    address = city.address("session", PlayProtocol.FLV)
    first = await HttpViewer.open(address)
    status, headers, body = await fetch(address)
    assert first.status == 200
    assert (status, headers["content-type"]) == (403, "application/problem+json")
    assert problem_of(body)["code"] == "ticket_unknown"
    assert problem_of(body)["detail"] == "这张票已用过或已过期。"


async def test_control_is_told_which_output_and_from_where(city: City) -> None:
    await city.playing()
    await WebSocketViewer.open(city.address("session", PlayProtocol.WS_MP4))
    assert city.control.redeemed == [(PlayProtocol.WS_MP4, "127.0.0.1")]


async def test_cut_sessions_end_in_every_output_and_the_others_go_on(city: City) -> None:
    await city.playing()
    flv = await HttpViewer.open(city.address("flv", PlayProtocol.FLV))
    mp4 = await HttpViewer.open(city.address("mp4", PlayProtocol.MP4))
    ws_flv = await WebSocketViewer.open(city.address("ws_flv", PlayProtocol.WS_FLV))
    ws_mp4 = await WebSocketViewer.open(city.address("ws_mp4", PlayProtocol.WS_MP4))
    other = await HttpViewer.open(city.address("other", PlayProtocol.FLV))
    viewers = [flv, mp4, ws_flv, ws_mp4, other]
    await until(lambda: all(viewer.body for viewer in viewers))
    cut = ["flv", "mp4", "ws_flv", "ws_mp4"]
    ran = await city.engine.close_sessions([*cut, "of another worker"], End(DenialReason.GRANT_REVOKED))
    assert set(ran) == set(city.control.ended) == set(cut), (
        "the ends are told before the cut is reported done"
    )
    bodies = [len(await viewer.ended()) for viewer in viewers[:4]]
    assert {city.control.ended[name].end.reason for name in cut} == {"grant_revoked"}
    assert all(city.control.ended[name].bytes >= size for name, size in zip(cut, bodies, strict=True))
    seen = len(other.body)
    await until(lambda: len(other.body) > seen + 100_000)


async def test_a_websocket_viewer_is_told_why(city: City) -> None:
    await city.playing()
    viewer = await WebSocketViewer.open(city.address("session", PlayProtocol.WS_FLV))
    await until(lambda: viewer.body)
    await city.engine.close_sessions(["session"], End(DenialReason.GRANT_REVOKED))
    await viewer.ended()
    assert (viewer.code, viewer.reason) in [(4403, "grant_revoked"), (1006, "")]  # 1006: bytes were unsent


async def test_a_cut_between_decision_and_admission_holds(city: City) -> None:
    await city.playing()
    city.control.may_answer.clear()
    watching = asyncio.create_task(fetch(city.address("session", PlayProtocol.FLV)))
    await until(lambda: city.control.redeemed)
    await city.engine.close_sessions(["session"], End(DenialReason.GRANT_REVOKED))
    city.control.may_answer.set()
    assert (await watching)[0] == 403
    assert (city.control.ended["session"].end.reason, city.control.ended["session"].bytes) == (
        "grant_revoked",
        0,
    )


async def test_a_ticket_redeemed_for_a_dead_worker_opens_no_session(city: City) -> None:
    city.control.may_answer.clear()
    watching = asyncio.create_task(fetch(city.address("session", PlayProtocol.FLV)))
    await until(lambda: city.control.redeemed)
    pid = city.engine.worker_pids[0]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await until(lambda: city.control.workers_lost)
    city.control.may_answer.set()
    assert (await until(lambda: city.control.ended.get("session"))).end == End(EndReason.WORKER_LOST)
    await asyncio.gather(watching, return_exceptions=True)


async def test_a_lease_that_is_not_renewed_ends_the_session(city: City) -> None:
    await city.playing()
    viewer = await HttpViewer.open(city.address("session", PlayProtocol.FLV, lease_seconds=0.3))
    await viewer.ended()
    assert (await until(lambda: city.control.ended.get("session"))).end == End(EndReason.LEASE_ENDED)


async def test_after_the_moment_that_control_named_nothing_is_shown_until_it_names_another(
    city: City,
) -> None:
    await city.playing()
    viewer = await HttpViewer.open(city.address("session", PlayProtocol.FLV))
    await until(lambda: viewer.body)
    await city.engine.show_until(time.monotonic() + 0.3)
    await viewer.ended()
    assert (await until(lambda: city.control.ended.get("session"))).end == End(EndReason.LEASE_ENDED)
    await city.engine.show_until(None)
    again = await HttpViewer.open(city.address("again", PlayProtocol.FLV))
    await until(lambda: len(again.body) > 100_000)


async def test_a_renewed_lease_keeps_the_session(city: City) -> None:
    await city.playing()
    kept = await HttpViewer.open(city.address("kept", PlayProtocol.FLV, lease_seconds=1.0))
    left = await HttpViewer.open(city.address("left", PlayProtocol.FLV, lease_seconds=1.0))
    await city.engine.renew_leases(["kept"], 60.0)
    await left.ended()
    seen = len(kept.body)
    await until(lambda: len(kept.body) > seen)
    assert kept.closed is None


async def test_a_closed_source_ends_its_sessions_with_its_reason(city: City) -> None:
    await city.playing()
    viewer = await HttpViewer.open(city.address("session", PlayProtocol.MP4))
    await city.engine.close_source("camera", End(EndReason.DONE))
    await viewer.ended()
    assert (await until(lambda: city.control.ended.get("session"))).end == End(EndReason.DONE)
    with pytest.raises(SourceUnknownError):
        await city.engine.snapshot("camera")


async def test_a_viewer_who_leaves_is_noticed(city: City) -> None:
    await city.playing()
    viewer = await HttpViewer.open(city.address("session", PlayProtocol.FLV))
    await until(lambda: viewer.body)
    viewer.leave()
    assert (await until(lambda: city.control.ended.get("session"))).end == End(EndReason.VIEWER_LEFT)


async def test_a_viewer_may_be_cut_while_waiting_for_the_first_picture(city: City) -> None:
    await city.open()
    http = asyncio.create_task(fetch(city.address("http", PlayProtocol.FLV)))
    ws = await WebSocketViewer.open(city.address("ws", PlayProtocol.WS_FLV))
    await until(lambda: len(city.control.redeemed) == 2)
    await city.engine.close_sessions(["http", "ws"], End(DenialReason.POINT_NOT_LISTED))
    status, _, body = await http
    await ws.ended()
    assert (status, problem_of(body)["code"]) == (403, "point_not_listed")
    assert (ws.code, ws.reason) == (4403, "point_not_listed")


async def test_no_picture_yet_is_an_error_of_its_own(city: City) -> None:
    await city.open()
    with pytest.raises(PictureUnavailableError, match="key frame"):
        await city.engine.snapshot("camera")


async def test_a_killed_worker_comes_back_on_its_port_and_says_what_was_lost(city: City) -> None:
    await city.playing()
    viewer = await HttpViewer.open(city.address("session", PlayProtocol.FLV))
    late = city.address("late", PlayProtocol.FLV)
    pid = city.engine.worker_pids[0]
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await viewer.ended()
    assert await until(lambda: city.control.workers_lost) == [({"camera"}, {"session"})]
    city.control.started.clear()
    await city.playing()
    assert (await HttpViewer.open(late)).status == 200
    assert city.engine.worker_pids[0] not in (None, pid)


async def test_a_hanging_worker_is_killed_when_it_does_not_cut(city: City) -> None:
    await city.playing()
    viewer = await HttpViewer.open(city.address("session", PlayProtocol.FLV))
    pid = city.engine.worker_pids[0]
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    await city.engine.close_sessions(["session"], End(DenialReason.GRANT_REVOKED))
    await viewer.ended()
    assert await until(lambda: city.control.workers_lost) == [({"camera"}, {"session"})]


async def test_a_worker_whose_control_is_gone_ends_itself(city: City) -> None:
    await city.playing()
    viewer = await HttpViewer.open(city.address("session", PlayProtocol.FLV))
    await city.engine.stop()
    await viewer.ended()
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        host, port = city.engine.play_bases[0].removeprefix("http://").split(":")
        probe.connect((host, int(port)))


async def test_a_slow_viewer_does_not_delay_another(city: City) -> None:
    await city.playing(clip(size=(640, 360)))
    address = city.address("slow", PlayProtocol.FLV)
    host, port = city.engine.play_bases[0].removeprefix("http://").split(":")
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        slow.connect((host, int(port)))
        slow.sendall(f"GET /{address.split('/', 3)[3]} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        quick = await HttpViewer.open(city.address("quick", PlayProtocol.FLV))
        await until(lambda: len(quick.body) > 16_000_000)
        stats = (await city.engine.stats())[0]
        assert stats["pictures_skipped"] > 0
        assert city.control.sent["slow"] < city.control.sent["quick"] / 2
