"""What holds for every answer and every request, before any route is known: headers, and whose name was asked for."""

import contextlib
from collections.abc import Collection, Sequence

from fastapi import FastAPI
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import Message, Receive, Scope, Send

from pinegate.entrypoints.http_api.shared.problems import problem


def content_security_policy(media_origins: Sequence[str]) -> str:
    """Nothing but our own files; pictures come from the media workers' origins, PDF previews from our own blobs."""
    media = " ".join(media_origins)
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data: blob:; "
        f"connect-src 'self' {media}; media-src 'self' blob:; frame-src blob:; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


class SecuredApplication(FastAPI):
    """The application with what no answer may go without.

    It stands outside of the whole middleware stack, because Starlette answers a fault of ours (500) and a body too
    large (413) outside of every middleware.
    """

    def __init__(self, media_origins: Sequence[str], hosts: Collection[str]) -> None:
        """``hosts``: the names under which the portal is reached, without ports; empty: any.

        A web page elsewhere may let its own name resolve to this machine (DNS rebinding); it cannot choose the
        ``Host`` that the browser then sends.
        """
        super().__init__(title="Pinegate", docs_url=None, redoc_url=None, openapi_url=None)
        self._hosts = frozenset(hosts)
        self._headers = {
            "Content-Security-Policy": content_security_policy(media_origins),
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if scope["path"].startswith(("/api/", "/access/")):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        if self._hosts and _name(Headers(scope=scope).get("host", "")) not in self._hosts:
            refused = problem(421, "unknown_host", "ask for the portal by its own name")
            await refused(scope, receive, send_with_headers)
            return
        # Who went away is not told, and does not fill the log.
        with contextlib.suppress(ClientDisconnect):
            await super().__call__(scope, receive, send_with_headers)


def _name(host: str) -> str:
    """Without the port, in lower case; an IPv6 address keeps its brackets."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdigit() else host.lower()
