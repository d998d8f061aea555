"""Enrolment in HTTP: the one page that a person without a password opens.

The link's secret stands behind the ``#`` of the address, which no browser sends and no proxy logs; the page posts it.
"""

import hashlib
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from pinegate.entrypoints.http_api.identity.models import Code
from pinegate.entrypoints.http_api.shared.gate import anyone
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import (
    CurrentServices,
    client_host_of,
    refuse_foreign_sites,
    token_digest,
)
from pinegate.entrypoints.services import Services
from pinegate.usecases.act import Act
from pinegate.usecases.identity.change_password import weakness_of
from pinegate.usecases.identity.enrol import EnrolmentForm, enrol_person
from pinegate.usecases.identity.enrolment_step import Enrollee, EnrolmentRefusal
from pinegate.usecases.identity.read_enrolment import read_enrolment

router = APIRouter()


class EnrolmentIn(BaseModel):
    """Without ``password``: whose link it is. ``code``: what another person than the link's bearer handed over."""

    model_config = ConfigDict(extra="forbid")
    secret: Annotated[str, Field(min_length=20, max_length=100)]
    code: Annotated[str, Field(max_length=40)] = ""
    totp: Code | None = None
    password: Annotated[str, Field(max_length=1024)] | None = None


class EnrolmentOut(BaseModel):
    """``done``: the password is kept, and the link opens nothing more."""

    name: str
    login: str
    organization_name: str
    asks_code: bool
    asks_totp: bool
    expires_at: datetime
    done: bool


@router.post("/api/enrolment", dependencies=[anyone()])
async def enrol(form: EnrolmentIn, request: Request, services: CurrentServices) -> EnrolmentOut:
    """Whose link it is; with a password, that person's from now on."""
    refuse_foreign_sites(request, services)
    host = client_host_of(request)
    if not services.sign_in_limit.allow(host, services.monotonic()):
        raise ProblemError("too_many_requests", "wait a minute", headers={"Retry-After": "60"})
    act = Act(None, services.now(), services.new_id, host)
    digest = token_digest(form.secret)
    async with services.database.transaction() as tx:
        found = await read_enrolment(tx, digest, act)
    if isinstance(found, EnrolmentRefusal):
        raise ProblemError(found.value)
    if form.password is None:
        return _out(found, done=False)
    kept = EnrolmentForm(
        digest, code_digest(form.code), form.totp or "", await _hashed(form.password, found, services)
    )
    async with services.database.transaction() as tx:
        settled = await enrol_person(
            tx, kept, act, secret_box=services.secret_box, codes=services.one_time_codes
        )
    if isinstance(settled, EnrolmentRefusal):
        raise ProblemError(settled.value)
    services.reevaluator.wake()
    return _out(settled, done=True)


def code_digest(code: str) -> bytes:
    """Of a code however it was typed: in small letters, without the hyphens, with spaces."""
    return hashlib.sha256("".join(c for c in code.upper() if c.isalnum()).encode()).digest()


async def _hashed(password: str, found: Enrollee, services: Services) -> str:
    weakness = weakness_of(password, found.account.login, found.account.actor.name)
    if weakness is not None:
        errors = [{"field": "password", "message": weakness}]
        raise ProblemError("invalid_input", "correct the named fields", errors=errors)
    return await services.passwords.hash(password)


def _out(found: Enrollee, *, done: bool) -> EnrolmentOut:
    return EnrolmentOut(
        name=found.account.actor.name,
        login=found.account.login,
        organization_name=found.account.organization_name,
        asks_code=found.asks_code,
        asks_totp=found.asks_totp,
        expires_at=found.enrolment.expires_at,
        done=done,
    )
