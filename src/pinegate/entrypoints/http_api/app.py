"""The application: every feature's door, problem documents, security headers, and the portal's files."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI, Request, Response

from pinegate.entrypoints.http_api import (
    access,
    access_interface,
    agreements,
    applications,
    catalogue,
    credentials,
    devices,
    documents,
    grants,
    identity,
    organizations,
    register,
    revocations,
    work_orders,
    workbench,
)
from pinegate.entrypoints.http_api.body_limit import BodyLimit
from pinegate.entrypoints.http_api.portal_files import PortalFiles
from pinegate.entrypoints.http_api.problems import install_problem_documents
from pinegate.entrypoints.services import Services

ROUTERS: Sequence[APIRouter] = (
    identity.router,
    workbench.router,
    organizations.router,
    catalogue.router,
    devices.router,
    documents.router,  # before applications: its paths would read as steps there
    applications.router,
    agreements.router,
    work_orders.router,
    grants.router,
    access.router,
    revocations.router,
    credentials.router,
    access_interface.router,
    register.router,
)
"""One per feature."""


def content_security_policy(media_origins: Sequence[str]) -> str:
    """Nothing but our own files; pictures come from the media workers' origins."""
    media = " ".join(media_origins)
    return (
        "default-src 'self'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        "img-src 'self' data: blob:; "
        f"connect-src 'self' {media}; media-src 'self' blob:; worker-src 'self' blob:; font-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


def create_app(
    services: Services, *, media_origins: Sequence[str] = (), portal: Path | None = None
) -> FastAPI:
    """The ASGI application. ``portal``: the folder of the built portal, served at ``/``."""
    app = FastAPI(title="Pinegate", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.services = services
    install_problem_documents(app)
    headers = {
        "Content-Security-Policy": content_security_policy(media_origins),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }

    @app.middleware("http")
    async def add_security_headers(  # pyright: ignore[reportUnusedFunction]
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        for name, value in headers.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith(("/api/", "/access/")):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    app.add_middleware(BodyLimit)
    for router in ROUTERS:
        app.include_router(router)
    if portal is not None:
        app.mount("/", PortalFiles(portal))
    return app
