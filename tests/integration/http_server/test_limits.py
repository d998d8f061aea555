"""Large, many and slow requests take the portal away from nobody (S27)."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from tests.integration.http_server.conftest import LARGE, Edge, running_edge
from tests.waiting import until

from pinegate.entrypoints.http_server.guarded_protocol import HEAD_BYTES, MOST_HEADERS
from pinegate.places import MOST_BODIES

GET = b"GET / HTTP/1.1\r\nHost: a\r\n"
WAITS = b"GET /waits HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
WHOLE = GET + b"Connection: close\r\n\r\n"
ELSEWHERE = "127.0.0.2"


async def test_a_head_beyond_its_size_is_refused_and_not_kept(edge: Edge) -> None:
    answer = await edge.ask(GET + b"X: " + bytes([120]) * (HEAD_BYTES * 4))
    assert answer.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    fits = GET + b"Connection: close\r\nX: " + b"x" * (HEAD_BYTES - 100) + b"\r\n\r\n"
    assert (await edge.ask(fits)).startswith(b"HTTP/1.1 200 OK\r\n")


async def test_a_head_beyond_its_size_is_refused_in_small_pieces_too(edge: Edge) -> None:
    pieces = [b"X: " + b"x" * 1000 + b"\r\n"] * 20
    assert (await edge.ask(GET, *pieces)).startswith(b"HTTP/1.1 431 ")
    assert (await edge.ask(b"\r\n" * HEAD_BYTES)).startswith(b"HTTP/1.1 431 ")


async def test_too_many_headers_are_refused(edge: Edge) -> None:
    assert (await edge.ask(GET + b"A: b\r\n" * MOST_HEADERS + b"\r\n")).startswith(b"HTTP/1.1 431 ")
    assert (await edge.ask(GET + b"A: b\r\n" * 90 + b"Connection: close\r\n\r\n")).startswith(
        b"HTTP/1.1 200 "
    )


async def test_a_head_that_does_not_end_is_given_up(edge: Edge) -> None:
    async with edge.visit() as (reader, writer):
        writer.write(GET)
        await until(lambda: edge.connections)
        edge.look(5)
        assert edge.connections
        edge.look(11)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


async def test_a_second_request_has_its_own_time(edge: Edge) -> None:
    async with edge.visit() as (reader, writer):
        writer.write(GET + b"\r\n" + GET)
        assert b"200 OK" in await reader.readuntil(b"}")
        writer.write(b"X: y\r\n")
        await until(lambda: edge.connections[0]._head_pace.end is not None)
        edge.look(5)
        writer.write(b"Connection: close\r\n\r\n")
        assert b"200 OK" in await reader.read()


async def test_a_body_that_dribbles_is_given_up_and_one_that_flows_is_not(edge: Edge) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 40000\r\n\r\n"
    async with edge.visit() as (reader, writer), edge.visit() as (other_reader, other_writer):
        writer.write(head + b"a")
        other_writer.write(head + b"a" * 20_000)
        await until(lambda: sum(held._head_bytes is None for held in edge.connections) == 2)
        edge.look(14)
        other_writer.write(b"a" * 20_000)
        assert b"200 OK" in await other_reader.read()
        edge.look(16)
        assert (await reader.read()).startswith(b"HTTP/1.1 408 ")


async def test_an_answer_that_is_not_taken_is_given_up(edge: Edge) -> None:
    async with edge.visit() as (reader, writer):
        writer.write(b"GET /large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        await until(lambda: edge.connections and edge.connections[0].flow.write_paused)
        edge.look(5)
        assert edge.connections
        edge.look(40)
        await until(lambda: not edge.connections)
        taken = 0
        try:
            while data := await reader.read(1 << 20):
                taken += len(data)
        except ConnectionResetError:
            pass
        assert taken < LARGE


async def test_a_body_after_its_answer_is_not_waited_for(edge: Edge) -> None:
    async with edge.visit() as (reader, writer):
        writer.write(b"POST /refuses HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\nabc")
        assert (await reader.read()).startswith(b"HTTP/1.1 401 ")


async def test_half_requests_from_one_address_keep_nobody_out(tmp_path: Path) -> None:
    async with (
        running_edge(tmp_path, http_connections=64, http_connections_per_address=48) as edge,
        AsyncExitStack() as stack,
    ):
        for _ in range(120):
            _, writer = await stack.enter_async_context(edge.visit())
            writer.write(GET)
        assert (await edge.ask(WHOLE, host=ELSEWHERE)).startswith(b"HTTP/1.1 200 ")
        assert (await edge.ask(WHOLE)).startswith(b"HTTP/1.1 200 "), "nor others of the same office"
        assert len(edge.server.server_state.connections) <= 64 + 256


async def test_of_bodies_that_do_not_end_so_many_are_kept(edge: Edge) -> None:
    head = b"POST /echo HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n"
    async with AsyncExitStack() as stack:
        for _ in range(MOST_BODIES + 20):
            _, writer = await stack.enter_async_context(edge.visit())
            writer.write(head + b"a" * 1000)
        assert (await edge.ask(head + b"a" * 100_000)).startswith(b"HTTP/1.1 200 ")
        await until(lambda: all(held._closing or held._head_bytes is None for held in edge.connections))
        assert sum(not held._closing for held in edge.connections) <= MOST_BODIES


async def test_an_address_has_so_many_requests_at_once_and_others_have_theirs(tmp_path: Path) -> None:
    async with (
        running_edge(tmp_path, http_connections=64, http_connections_per_address=8) as edge,
        AsyncExitStack() as stack,
    ):
        readers: list[asyncio.StreamReader] = []
        for _ in range(8):
            reader, writer = await stack.enter_async_context(edge.visit())
            writer.write(WAITS)
            readers.append(reader)
        await until(lambda: len(edge.server.server_state.tasks) == 8)
        answer = await edge.ask(WHOLE)
        assert answer.startswith(b"HTTP/1.1 429 Too Many Requests\r\n")
        assert b"retry-after: 2" in answer.lower()
        assert (await edge.ask(WHOLE, host=ELSEWHERE)).startswith(b"HTTP/1.1 200 ")
        edge.go_on.set()
        for reader in readers:
            assert b"at last" in await reader.read()
        assert (await edge.ask(WHOLE)).startswith(b"HTTP/1.1 200 ")


async def test_where_all_places_are_taken_by_the_served_the_next_is_told_to_come_again(
    tmp_path: Path,
) -> None:
    async with (
        running_edge(tmp_path, http_connections=64, http_connections_per_address=64) as edge,
        AsyncExitStack() as stack,
    ):
        for _ in range(64):
            _, writer = await stack.enter_async_context(edge.visit())
            writer.write(WAITS)
        await until(lambda: len(edge.server.server_state.tasks) == 64)
        answer = await edge.ask(WHOLE, host=ELSEWHERE)
        assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
        assert b"retry-after: 2" in answer.lower()


async def test_who_goes_away_in_the_middle_of_a_body_leaves_no_line_in_the_log(
    edge: Edge, caplog: pytest.LogCaptureFixture
) -> None:
    async with edge.visit() as (_, writer):
        writer.write(b"POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc")
        await until(lambda: edge.server.server_state.tasks)
    await until(lambda: not edge.server.server_state.tasks)
    assert not caplog.records
