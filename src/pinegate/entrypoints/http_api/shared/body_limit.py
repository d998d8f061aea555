"""No request body is read beyond its limit, whatever its headers say."""

import re

from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

_MOST_BYTES = 1 << 20
_UPLOAD_PATH = re.compile(r"/api/applications/[^/]+/documents")
"""Exactly the one upload: elsewhere bodies are read before anybody is known (S19)."""
_MOST_UPLOAD_BYTES = 101 << 20
"""A little above the largest that ``PINEGATE_UPLOAD_MAX_BYTES`` allows; the upload's own route says it exactly."""


class BodyLimit:
    """ASGI middleware: 1 MiB for a request, more only where scans are handed in. Beyond it: 413."""

    def __init__(self, app: ASGIApp) -> None:
        self._ordinary = RequestBodyLimitMiddleware(app, _MOST_BYTES)
        self._uploads = RequestBodyLimitMiddleware(app, _MOST_UPLOAD_BYTES)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        uploads = scope.get("method") == "POST" and _UPLOAD_PATH.fullmatch(str(scope.get("path", "")))
        await (self._uploads if uploads else self._ordinary)(scope, receive, send)
