"""The driver's connection, with an end to every wait: a database that hangs must not hang what asks it."""

import asyncio
import os
import socket
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen

T = TypeVar("T")

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 15
ANSWER_SECONDS = 20.0
"""More than a statement may take: who says nothing for so long says nothing any more."""
IDLE_ANSWER_SECONDS = 3.0
"""Of a connection from the pool that is asked whether it still lives."""
OPENING_ANSWER_SECONDS = 5.0
"""Of the few short statements that open a picture: somebody is waiting."""
IDLE_IN_TRANSACTION_SECONDS = 60
_POLL_SECONDS = 0.1


class BoundedConnection(psycopg.AsyncConnection[Any]):
    """Hangs up when the server says nothing for ``patience`` seconds; whoever waits gets an ``OperationalError``.

    The server's own limits (``connection_options``) do not help when the server itself has stopped, and TCP's
    do not when its machine still answers for it. The socket is shut down, not the wait cancelled: a cancelled
    wait would ask the same server to cancel the statement, and wait for that.
    """

    patience = ANSWER_SECONDS

    async def wait(
        self,
        gen: PQGen[T],
        interval: float = _POLL_SECONDS,
        timeout: float | None = None,  # noqa: ASYNC109 -- the driver's own signature
    ) -> T:
        limit = self.patience + (timeout or 0.0)
        end = asyncio.get_running_loop().call_later(limit, self._hang_up)
        try:
            return await super().wait(gen, interval, timeout)
        finally:
            end.cancel()

    def _hang_up(self) -> None:
        with socket.socket(fileno=os.dup(self.pgconn.socket)) as line:
            line.shutdown(socket.SHUT_RDWR)


def connection_options() -> dict[str, Any]:
    """Limits that server and kernel keep; those of TCP have no meaning on a Unix socket."""
    limits = {
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_IN_TRANSACTION_SECONDS,
    }
    return {
        "connect_timeout": CONNECT_SECONDS,
        "keepalives": 1,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": int(ANSWER_SECONDS * 1000),
        "options": " ".join(f"-c {name}={seconds}s" for name, seconds in limits.items()),
    }
