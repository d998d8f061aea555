"""Media workers, the sources that feed them, and the re-evaluation that closes what may no longer be watched."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from pinegate.adapters.access.reevaluator import Reevaluator
from pinegate.adapters.access.session_ends import SessionEndListeners, SessionEndWriter
from pinegate.adapters.clock import monotonic_seconds, utc_now
from pinegate.adapters.database.connection import Database
from pinegate.adapters.media.settings import MediaSettings
from pinegate.adapters.media.supervisor import MediaSupervisor
from pinegate.adapters.settings import Settings
from pinegate.adapters.streams.media_events import MediaEventHandler
from pinegate.adapters.streams.source_runner import SourceRunner
from pinegate.entrypoints.http_api.shared.signed_in import ABSOLUTE_LIMIT, IDLE_LIMIT
from pinegate.entrypoints.wiring.kept_running import kept_running
from pinegate.entrypoints.wiring.new_id import new_id
from pinegate.entrypoints.wiring.origins import portal_origins
from pinegate.entrypoints.wiring.signalling import Signalling


@dataclass(frozen=True, slots=True)
class Media:
    engine: MediaSupervisor
    sources: SourceRunner
    reevaluator: Reevaluator
    end_listeners: SessionEndListeners


@contextlib.asynccontextmanager
async def running_workers(
    settings: Settings, database: Database, signalling: Signalling
) -> AsyncGenerator[Media, None]:
    """Start the workers. ``signalling`` will be told of the sources, and need not listen yet."""
    events = SessionEndListeners()
    ends = SessionEndWriter(database, events, utc_now, new_id)
    media_events = MediaEventHandler(database, ends, utc_now, monotonic_seconds, new_id)
    engine = MediaSupervisor(media_settings(settings), media_events)
    sources = SourceRunner(
        engine, signalling.server, database, monotonic_seconds, sip_domain=signalling.domain
    )
    reevaluator = Reevaluator(
        database,
        engine,
        ends,
        utc_now,
        monotonic_seconds,
        idle_limit=IDLE_LIMIT,
        longest_session=ABSOLUTE_LIMIT,
    )
    media_events.serve(sources)
    signalling.server.streams = sources
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(kept_running(ends.run))
        # When the workers have stopped: what is then still open is closed.
        stack.push_async_callback(reevaluator.begin)
        await engine.start()
        stack.push_async_callback(engine.stop)
        yield Media(engine, sources, reevaluator, events)


@contextlib.asynccontextmanager
async def watched_over(media: Media) -> AsyncGenerator[None, None]:
    """Re-evaluation and sources run: inside ``listening``, so that sources hang up while signalling still speaks."""
    await media.reevaluator.begin()
    async with kept_running(media.reevaluator.run), kept_running(media.sources.run):
        yield


def media_settings(settings: Settings) -> MediaSettings:
    """The media workers' part of the settings."""
    return MediaSettings(
        workers=settings.worker_count,
        http_bind_host=settings.media_host,
        http_base_port=settings.media_http_port,
        rtp_bind_host=settings.media_host,
        rtp_host=settings.media_host,
        rtp_ports=(settings.rtp_port_first, settings.rtp_port_last),
        portal_origins=portal_origins(settings),
        play_bases=tuple(str(url) for url in settings.media_public_urls),
        trusted_proxies=settings.trusted_proxies,
        on_loss=settings.on_loss,
    )
