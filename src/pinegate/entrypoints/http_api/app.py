"""The application: every feature's door behind the outer one, problem documents, and the portal's files."""

from collections.abc import Collection, Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

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
from pinegate.entrypoints.http_api.outer_door import OuterDoor
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


def create_app(
    services: Services,
    *,
    media_origins: Sequence[str] = (),
    portal: Path | None = None,
    hosts: Collection[str] = (),
) -> FastAPI:
    """The ASGI application. ``portal``: the folder of the built portal, served at ``/``; ``hosts``: the names under
    which it answers, any when empty.
    """
    app = OuterDoor(media_origins, hosts)
    app.state.services = services
    install_problem_documents(app)
    app.add_middleware(BodyLimit)
    for router in ROUTERS:
        app.include_router(router)
    if portal is not None:
        app.mount("/", PortalFiles(portal))
    return app
