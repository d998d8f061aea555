"""One end of the socketpair between control and a media worker: requests, answers and notices."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from pinegate.adapters.media.messages import (
    MAX_MESSAGE,
    Answer,
    ChannelViolationError,
    Failed,
    Message,
    Notice,
    Request,
    decode,
    encode,
)

_MAX_UNSENT = 4 * MAX_MESSAGE
_MAX_OPEN_REQUESTS = 4096


class ChannelClosedError(Exception):
    """The other side is gone, or did not answer in time."""


class Channel:
    """Both sides are alike: each may ask (:meth:`request`) and tell (:meth:`notify`).

    ``on_request`` answers the other side's requests, each in a task of its own; ``on_notice`` is called in
    the order of arrival and must not block.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        on_request: Callable[[Request], Awaitable[Answer]],
        on_notice: Callable[[Notice], None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._on_request = on_request
        self._on_notice = on_notice
        self._next_id = 1
        self._waiting: dict[int, asyncio.Future[Answer]] = {}
        self._answering: set[asyncio.Task[None]] = set()

    @classmethod
    async def connect(
        cls,
        sock: socket.socket,
        on_request: Callable[[Request], Awaitable[Answer]],
        on_notice: Callable[[Notice], None],
    ) -> "Channel":
        """Take over one end of a Unix socketpair."""
        reader, writer = await asyncio.open_unix_connection(sock=sock)
        return cls(reader, writer, on_request, on_notice)

    async def request(self, request: Request, timeout_seconds: float = 5.0) -> Answer:
        """Ask and wait for the answer. Raises :class:`ChannelClosedError`."""
        number = self._next_id
        self._next_id += 1
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            self._send(number, request)
            async with asyncio.timeout(timeout_seconds):
                return await answer
        except TimeoutError:
            raise ChannelClosedError(
                f"no answer to {type(request).__name__} within {timeout_seconds:g} s"
            ) from None
        finally:
            self._waiting.pop(number, None)

    def notify(self, notice: Notice) -> None:
        """Tell without waiting; silently nothing once the channel is closed."""
        if not self._writer.is_closing():
            self._send(0, notice)

    def close(self) -> None:
        self._writer.close()

    async def run(self) -> None:
        """Serve until the other side is gone. Raises :class:`ChannelViolationError` when it misbehaves.

        Requests that are being answered then go on: a ticket half redeemed must not be forgotten.
        """
        try:
            while True:
                length = int.from_bytes(await self._reader.readexactly(4), "big")
                if length > MAX_MESSAGE:
                    raise ChannelViolationError(f"a message of {length} bytes")
                self._receive(*decode(await self._reader.readexactly(length)))
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            self._writer.close()
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(ChannelClosedError("the channel to the media worker is closed"))

    def _receive(self, number: int, message: Message) -> None:
        if isinstance(message, Request):
            if len(self._answering) >= _MAX_OPEN_REQUESTS:
                raise ChannelViolationError("too many open requests")
            task = asyncio.create_task(self._answer(number, message))
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        elif isinstance(message, Notice):
            self._on_notice(message)
        else:
            waiting = self._waiting.get(number)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)

    async def _answer(self, number: int, request: Request) -> None:
        answer = await self._on_request(request)
        if not self._writer.is_closing():
            try:
                self._send(number, answer)
            except ValueError as error:
                self._send(number, Failed("unavailable", str(error)))

    def _send(self, number: int, message: Message) -> None:
        if self._writer.is_closing():
            raise ChannelClosedError("the channel to the media worker is closed")
        if self._writer.transport.get_write_buffer_size() > _MAX_UNSENT:
            self._writer.close()  # the other side hangs: fail closed rather than grow
            raise ChannelClosedError("the other side of the channel does not read")
        self._writer.write(encode(number, message))
