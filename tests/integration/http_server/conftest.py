"""The edge on a real socket, before a small application."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI, Request, Response
from tests.waiting import HANGS_SECONDS, until

from pinegate.adapters.settings import Settings
from pinegate.entrypoints.http_api.shared.secured_application import SecuredApplication
from pinegate.entrypoints.http_server.guarded_protocol import GuardedProtocol
from pinegate.entrypoints.http_server.server import EdgeServer, edge_server, listening_socket

LARGE = 64 << 20


def small_application(go_on: asyncio.Event) -> FastAPI:
    app = SecuredApplication((), ())

    @app.get("/")
    async def hello(request: Request) -> dict[str, int]:
        return {"headers": len(request.headers)}

    @app.post("/echo")
    async def echo(request: Request) -> Response:
        return Response(await request.body())

    @app.get("/waits")
    async def waits() -> str:
        await go_on.wait()
        return "at last"

    @app.post("/refuses")
    async def refuses() -> Response:
        return Response(status_code=401)

    @app.get("/large")
    async def large() -> Response:
        return Response(bytes(LARGE))

    return app


class Edge:
    """A running server; ``go_on`` lets ``/waits`` answer."""

    def __init__(self, server: EdgeServer, port: int, go_on: asyncio.Event) -> None:
        self.server = server
        self.port = port
        self.go_on = go_on

    @property
    def connections(self) -> list[GuardedProtocol]:
        return [held for held in self.server.server_state.connections if isinstance(held, GuardedProtocol)]

    def look(self, later: float) -> None:
        """As if so many seconds had gone by."""
        for connection in self.connections:
            connection.look(asyncio.get_running_loop().time() + later)

    async def ask(self, *parts: bytes, host: str = "127.0.0.1") -> bytes:
        """Send, then read until the server closes; ``host``: from which address."""
        async with self.visit(host) as (reader, writer):
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await reader.read()

    @asynccontextmanager
    async def visit(
        self, host: str = "127.0.0.1"
    ) -> AsyncGenerator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, local_addr=(host, 0))
        try:
            async with asyncio.timeout(HANGS_SECONDS):
                yield reader, writer
        finally:
            writer.close()


@asynccontextmanager
async def running_edge(folder: Path, **limits: int) -> AsyncGenerator[Edge]:
    go_on = asyncio.Event()
    server = edge_server(small_application(go_on), Settings.model_validate({"data_folder": folder, **limits}))
    with listening_socket("127.0.0.1", 0) as sock:
        port = sock.getsockname()[1]
        serving = asyncio.create_task(server.serve([sock]))
        await until(lambda: server.started)
        try:
            yield Edge(server, port, go_on)
        finally:
            go_on.set()
            server.end()
            await serving


@pytest.fixture
async def edge(tmp_path: Path) -> AsyncGenerator[Edge]:
    async with running_edge(tmp_path) as edge:
        yield edge
