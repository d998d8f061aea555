"""Carries out what the source book says: INVITE, bind, BYE, and telling those who wait in vain."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Collection, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy.exc import SQLAlchemyError

from pinegate.adapters.database.connection import Database
from pinegate.domain.access.session_end import End, EndReason, InviteFailure
from pinegate.usecases.streams.media_engine import (
    MediaEngine,
    MediaEngineError,
    SourceRequest,
    Transport,
)
from pinegate.usecases.streams.signalling import (
    Answered,
    Camera,
    Invitation,
    InviteFailed,
    VideoSignalling,
)
from pinegate.usecases.streams.source_book import Action, CloseSource, NotifyViewers, OpenSource, SourceBook
from pinegate.usecases.streams.ssrc import SsrcExhaustedError, SsrcNumbers

_log = structlog.get_logger(__name__)

_PICTURE_SECONDS = 12.0


@dataclass(frozen=True, slots=True)
class _Dialog:
    id: str
    ssrc: str
    camera: Camera


class SourceRunner:
    """The running cameras. Implements ``usecases.streams.signalling.SignallingEvents``."""

    def __init__(
        self,
        media: MediaEngine,
        signalling: VideoSignalling,
        database: Database,
        monotonic: Callable[[], float],
        *,
        sip_domain: str,
        grace_seconds: float = 10.0,
    ) -> None:
        self._media = media
        self._signalling = signalling
        self._database = database
        self._monotonic = monotonic
        self._book = SourceBook(grace_seconds=grace_seconds)
        self._ssrcs = SsrcNumbers(sip_domain)
        self._dialogs: dict[str, _Dialog] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()
        self._started = asyncio.Condition()

    async def run(self) -> None:
        """Serve until cancelled; then end every stream."""
        try:
            while True:
                self._do(self._book.tick(self._monotonic()))
                due = self._book.next_due()
                self._changed.clear()
                wait = None if due is None else max(0.01, due - self._monotonic())
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._changed.wait()
        finally:
            for task in self._tasks:
                task.cancel()
            dialogs, self._dialogs = self._dialogs, {}
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(2):
                    await asyncio.gather(*(self._signalling.bye(dialog.id) for dialog in dialogs.values()))

    # What happens to sessions and sources

    def join(self, source_id: str, session_id: str) -> None:
        """A session wants this point's pictures."""
        self._do(self._book.join(source_id, session_id, self._monotonic()))

    def leave(self, session_id: str) -> None:
        self._book.leave(session_id, self._monotonic())
        self._changed.set()

    async def source_started(self, source_id: str) -> None:
        self._book.started(source_id)
        async with self._started:
            self._started.notify_all()

    async def sources_lost(self, source_ids: Collection[str]) -> None:
        """The engine lost these; their ports are closed already."""
        for source_id in source_ids:
            await self._hang_up(source_id)
            self._do(self._book.lost(source_id, self._monotonic()))

    def viewers(self, source_id: str) -> Sequence[str]:
        """The sessions that want this point's pictures."""
        return self._book.viewers(source_id)

    def want_key_frame(self, source_id: str) -> None:
        """The pictures are damaged: ask the camera. Who asks limits how often."""
        dialog = self._dialogs.get(source_id)
        if dialog is not None:
            camera = dialog.camera
            self._spawn(self._signalling.request_key_frame(camera.device_code, camera.channel_code))

    def note_refused(self, source_id: str, host: str) -> None:
        """Media from an address that is not the camera's: told by name, so that an administrator can list it."""
        dialog = self._dialogs.get(source_id)
        known = dialog is not None and dialog.camera.allows(host)
        device = "" if dialog is None else dialog.camera.device_code
        _log.warning("media_refused", source=source_id, device=device, host=host, listed=known)
        if dialog is not None and not known:
            self._signalling.note_refused_media(device, host)

    async def dialog_ended(self, dialog_id: str) -> None:
        source_id = next((key for key, dialog in self._dialogs.items() if dialog.id == dialog_id), None)
        if source_id is None:
            return
        self._ssrcs.give_back(self._dialogs.pop(source_id).ssrc)
        await self._close_media(source_id, End(EndReason.SOURCE_LOST))
        self._do(self._book.lost(source_id, self._monotonic()))

    @asynccontextmanager
    async def borrowed(self, source_id: str, session_id: str) -> AsyncGenerator[bool, None]:
        """The source for a moment, for a snapshot: True once its first picture is there, False if none comes."""
        self.join(source_id, session_id)
        try:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PICTURE_SECONDS), self._started:
                    await self._started.wait_for(lambda: self._settled(source_id))
            yield self._book.has_started(source_id)
        finally:
            self.leave(session_id)

    def _settled(self, source_id: str) -> bool:
        return self._book.has_started(source_id) or source_id not in self._book.sources()

    # Carrying out

    def _do(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case OpenSource(source_id):
                    self._spawn(self._open(source_id))
                case CloseSource(source_id):
                    self._spawn(self._close(source_id))
                case NotifyViewers(session_ids, failure):
                    self._spawn(self._notify(session_ids, End.unavailable(failure)))
        self._changed.set()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _open(self, source_id: str) -> None:
        try:
            failure = await self._try_to_open(source_id)
        except (MediaEngineError, SsrcExhaustedError, SQLAlchemyError) as error:
            _log.warning("source_not_opened", source=source_id, error=type(error).__name__)
            failure = InviteFailure.MEDIA_UNAVAILABLE
        if failure is None:
            return
        await self._hang_up(source_id)
        await self._close_media(source_id, End.unavailable(failure))
        self._do(self._book.failed(source_id, failure, self._monotonic()))
        async with self._started:
            self._started.notify_all()

    async def _try_to_open(self, source_id: str) -> InviteFailure | None:
        async with self._database.transaction() as tx:
            camera = await tx.access.camera(source_id)
        if camera is None or not camera.registered_host:
            return InviteFailure.DEVICE_OFFLINE
        ssrc = self._ssrcs.take()
        answer = await self._invite(source_id, camera, ssrc)
        if isinstance(answer, InviteFailed):
            self._ssrcs.give_back(ssrc)
            return answer.failure
        self._dialogs[source_id] = _Dialog(answer.dialog_id, ssrc, camera)
        host = answer.host
        if not camera.allows(host):
            if camera.transport is Transport.TCP_ACTIVE:
                self.note_refused(source_id, host)
                return InviteFailure.ANSWER_INVALID
            # Behind NAT a device names a private address and sends from where it registered.
            host = camera.registered_host
        # Recorded before the worker is told: a key frame may be in its socket already.
        self._book.opened(source_id)
        await self._media.bind_source(source_id, host, answer.port, answer.ssrc)
        return None

    async def _invite(self, source_id: str, camera: Camera, ssrc: str) -> Answered | InviteFailed:
        try:
            endpoint = await self._media.open_source(
                SourceRequest(
                    source_id, camera.transport, int(ssrc), camera.registered_host, camera.strict_ssrc
                )
            )
            return await self._signalling.invite(
                Invitation(
                    camera.device_code,
                    camera.channel_code,
                    camera.transport,
                    ssrc,
                    endpoint.host,
                    endpoint.port,
                )
            )
        except BaseException:
            self._ssrcs.give_back(ssrc)
            raise

    async def _close(self, source_id: str) -> None:
        # The media first: a camera that hangs up on our BYE would look like one that was lost.
        await self._close_media(source_id, End(EndReason.DONE))
        await self._hang_up(source_id)

    async def _hang_up(self, source_id: str) -> None:
        dialog = self._dialogs.pop(source_id, None)
        if dialog is not None:
            self._ssrcs.give_back(dialog.ssrc)
            await self._signalling.bye(dialog.id)

    async def _close_media(self, source_id: str, end: End) -> None:
        with contextlib.suppress(MediaEngineError):
            await self._media.close_source(source_id, end)

    async def _notify(self, session_ids: Collection[str], end: End) -> None:
        with contextlib.suppress(MediaEngineError):
            await self._media.close_sessions(session_ids, end)
