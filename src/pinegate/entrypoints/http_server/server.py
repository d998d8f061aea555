"""HTTP for people and programs: uvicorn behind the edge's limits, until it is told to stop."""

import asyncio
import contextlib
import signal
import socket
from collections import Counter
from collections.abc import Generator

import structlog
import uvicorn
from fastapi import FastAPI

from pinegate.adapters.settings import Settings
from pinegate.entrypoints.http_server.guarded_protocol import GuardedProtocol, guarded
from pinegate.places import Places

_log = structlog.get_logger(__name__)
_DRAIN_SECONDS = 3
_TICKS_A_LOOK = 5
_TICKS_A_LINE = 600
_ACCEPTS_A_TURN = 16
_BACKLOG = 2048


class EdgeServer(uvicorn.Server):
    """Looks after slow connections, tells of refused ones in one line a minute, and leaves the signals to us: uvicorn
    would raise them anew after its end, in the middle of our own stopping.
    """

    def __init__(self, config: uvicorn.Config, counters: Counter[str]) -> None:
        super().__init__(config)
        self._counters = counters

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen. asyncio accepts as many in one turn as it lets the kernel queue, and a flood of connections would
        hold up everybody; so the kernel's queue is made long only afterwards.
        """
        await super().startup(sockets)
        for sock in sockets or []:
            sock.listen(_BACKLOG)

    async def on_tick(self, counter: int) -> bool:
        if counter % _TICKS_A_LOOK == 0:
            now = asyncio.get_running_loop().time()
            for connection in list(self.server_state.connections):
                if isinstance(connection, GuardedProtocol):
                    connection.look(now)
        if counter % _TICKS_A_LINE == 0 and self._counters:
            _log.warning("http_refusals_counted", counts=dict(self._counters))
            self._counters.clear()
        return await super().on_tick(counter)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.end)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)

    def end(self) -> None:
        """Stop soon; running requests get a few seconds to end."""
        self.should_exit = True


def edge_server(app: FastAPI, settings: Settings) -> EdgeServer:
    """The server, not yet listening; its ``serve`` takes the sockets."""
    counters: Counter[str] = Counter()
    places = Places(
        settings.http_connections, settings.http_connections_per_address, settings.trusted_proxies
    )
    config = uvicorn.Config(
        app,
        http=guarded(places, counters),
        ws="none",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=list(settings.trusted_proxies),
        timeout_graceful_shutdown=_DRAIN_SECONDS,
        backlog=_ACCEPTS_A_TURN,
    )
    return EdgeServer(config, counters)


async def serve_application(app: FastAPI, settings: Settings) -> None:
    """HTTP until SIGINT or SIGTERM; running requests get a few seconds to end.

    Raises:
        SystemExit: the port is taken.
    """
    with listening_socket(settings.http_host, settings.http_port) as sock:
        await edge_server(app, settings).serve([sock])


def listening_socket(host: str, port: int) -> socket.socket:
    """Bound. Raises SystemExit when the port is taken."""
    sock = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise SystemExit(f"pinegate: HTTP cannot listen on {host}:{port}: {error.strerror}") from None
    return sock
