"""Long bodies are read in a thread of their own, one at a time, so that SIP has no part in the wait."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from pinegate.protocols.gb28181.upper.long_bodies import BodyRead, LongBody


class BodyReader:
    """``read`` calls ``done`` in the event loop. Nobody shares the thread: what waits here is catalogues alone."""

    def __init__(self, done: Callable[[LongBody, BodyRead], None]) -> None:
        self._done = done
        self._thread = ThreadPoolExecutor(1, "sip-bodies")
        self.busy = False

    def read(self, body: LongBody) -> None:
        self.busy = True
        loop = asyncio.get_running_loop()

        def finished(reading: "asyncio.Future[BodyRead]") -> None:
            self.busy = False
            if not reading.cancelled():
                self._done(body, reading.result())

        loop.run_in_executor(self._thread, body.read).add_done_callback(finished)

    def close(self) -> None:
        self._thread.shutdown(wait=False, cancel_futures=True)
