"""What became of a play, as the API tells it."""

import asyncio
import json
from collections.abc import AsyncGenerator
from typing import Any

from pinegate.adapters.access.session_ends import PictureNews, PlayNews
from pinegate.domain.access.session_end import End, EndReason
from pinegate.entrypoints.http_api.access.models import PlayState
from pinegate.entrypoints.services import Services
from pinegate.usecases.access.ports import ClosedEntry

MOST_LISTENERS = 8
_STILL_HERE_SECONDS = 15.0
_MOST_SILENCES = 40
"""Ten minutes; the browser comes again by itself, and is asked again who it is."""


async def events_of(portal_session_id: str, services: Services) -> AsyncGenerator[str, None]:
    queue = services.end_listeners.listen(portal_session_id)
    try:
        yield ": listening\n\n"
        for _ in range(_MOST_SILENCES):
            try:
                async with asyncio.timeout(_STILL_HERE_SECONDS):
                    news = await queue.get()
            except TimeoutError:
                yield ": still here\n\n"
                continue
            yield _event(news)
            if isinstance(news, ClosedEntry) and news.end.reason is EndReason.SIGNED_OUT:
                return
    finally:
        services.end_listeners.stop_listening(portal_session_id, queue)


def state_of(found: Any, services: Services) -> PlayState:
    """Of a play as the database knows it; ``no_picture``: it goes on, and its camera sends nothing to be shown."""
    reason, code = split_reason(found.end_reason)
    if found.ended_at:
        state = "ended"
    elif not found.started_at:
        state = "waiting"
    else:
        state = "no_picture" if found.point_id in services.end_listeners.without_picture else "live"
    return PlayState(state=state, end_reason=reason, end_code=code)


def _event(news: PlayNews) -> str:
    if isinstance(news, PictureNews):
        return f"event: pictures\ndata: {json.dumps({'session_id': news.id, 'coming': news.coming})}\n\n"
    ended = news
    reason, code = split_reason(str(ended.end))
    data = json.dumps({"session_id": ended.id, "reason": reason, "code": code})
    return f"event: session_ended\ndata: {data}\n\n"


def split_reason(end_reason: str | None) -> tuple[str | None, str | None]:
    """``source_unavailable:busy`` → the reason, and the code that says more."""
    if end_reason is None:
        return None, None
    end = End.read(end_reason)
    return end.reason, end.detail
