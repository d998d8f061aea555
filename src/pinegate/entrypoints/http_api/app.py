"""The application: every feature's routes, secured, problem documents, and the portal's files."""

from collections.abc import Collection, Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

from pinegate.entrypoints.http_api.access import routes as access
from pinegate.entrypoints.http_api.access_interface import credential_routes as credentials
from pinegate.entrypoints.http_api.access_interface import routes as access_interface
from pinegate.entrypoints.http_api.agreements import routes as agreements
from pinegate.entrypoints.http_api.applications import routes as applications
from pinegate.entrypoints.http_api.audit import routes as audit
from pinegate.entrypoints.http_api.catalogue import routes as catalogue
from pinegate.entrypoints.http_api.devices import routes as devices
from pinegate.entrypoints.http_api.documents import routes as documents
from pinegate.entrypoints.http_api.grants import routes as grants
from pinegate.entrypoints.http_api.identity import enrolment
from pinegate.entrypoints.http_api.identity import routes as identity
from pinegate.entrypoints.http_api.organizations import proposals
from pinegate.entrypoints.http_api.organizations import routes as organizations
from pinegate.entrypoints.http_api.register import routes as register
from pinegate.entrypoints.http_api.revocations import routes as revocations
from pinegate.entrypoints.http_api.shared.body_limit import BodyLimit
from pinegate.entrypoints.http_api.shared.gate import gate_of
from pinegate.entrypoints.http_api.shared.portal_files import PortalFiles
from pinegate.entrypoints.http_api.shared.problems import install_problem_documents
from pinegate.entrypoints.http_api.shared.secured_application import SecuredApplication
from pinegate.entrypoints.http_api.work_orders import routes as work_orders
from pinegate.entrypoints.http_api.workbench import routes as workbench
from pinegate.entrypoints.services import Services

ROUTERS: Sequence[APIRouter] = (
    identity.router,
    enrolment.router,
    workbench.router,
    organizations.router,
    proposals.router,
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
    audit.router,
)
"""One per feature."""


def create_app(
    services: Services,
    *,
    media_origins: Sequence[str] = (),
    portal: Path | None = None,
    hosts: Collection[str] = (),
    routers: Sequence[APIRouter] = ROUTERS,
) -> FastAPI:
    """The ASGI application. ``portal``: the folder of the built portal, served at ``/``; ``hosts``: the names under
    which it answers, any when empty.

    Raises:
        NoGateError: a route does not say who may ask it.
    """
    app = SecuredApplication(media_origins, hosts)
    app.state.services = services
    install_problem_documents(app)
    app.add_middleware(BodyLimit)
    for router in routers:
        for route in router.routes:
            gate_of(route)
        app.include_router(router)
    if portal is not None:
        app.mount("/", PortalFiles(portal))
    return app
