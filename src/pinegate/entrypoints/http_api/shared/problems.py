"""Errors as problem documents (RFC 9457): what went wrong, by a code that the portal translates, and the remedy."""

import math
from collections.abc import Mapping, Sequence

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException

from pinegate.adapters.database.groups import CrowdedError
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.access.spending import BudgetSpentError
from pinegate.usecases.errors import InvalidInputError, NotFoundError, StaleVersionError

_log = structlog.get_logger(__name__)

_STATUS_OF_CODE: Mapping[str, int] = {
    "invalid_input": 422,
    "not_signed_in": 401,
    "wrong_credentials": 401,
    "totp_required": 401,
    "enrolment_closed": 404,
    "enrolment_code_wrong": 403,
    "forbidden": 403,
    "csrf": 403,
    "second_factor_missing": 403,
    "not_found": 404,
    "conflict": 409,
    "too_many_requests": 429,
    "locked_out": 429,
    "unavailable": 503,
}
_FORBIDDEN_REFUSALS = frozenset(
    {
        Refusal.ROLE_MAY_NOT,
        Refusal.OTHER_ORGANIZATION,
        Refusal.REVIEWS_OWN_FILING,
        Refusal.SAME_PERSON_TWICE,
        Refusal.LISTS_OWN_EDIT,
    }
)
_LATER_REFUSALS = frozenset({Refusal.UPLOADS_SPENT})
_FIELD_REFUSALS = frozenset({Refusal.FIELD_MISSING, Refusal.VALIDITY_INVALID, Refusal.REASON_MISSING})


def _status_of(refusal: Refusal) -> int:
    for status, refusals in ((403, _FORBIDDEN_REFUSALS), (422, _FIELD_REFUSALS), (429, _LATER_REFUSALS)):
        if refusal in refusals:
            return status
    return 409


class ProblemError(Exception):
    """Raised by a route to answer with a problem document. ``code`` from ``docs/architecture/http_api.md``."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        status: int | None = None,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail
        self.status = status or _STATUS_OF_CODE.get(code, 400)
        self.errors = list(errors)
        self.headers = dict(headers or {})


def problem(
    status: int,
    code: str,
    detail: str = "",
    errors: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The response itself."""
    body: dict[str, object] = {
        "type": f"urn:pinegate:problem:{code}",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    return JSONResponse(body, status, dict(headers or {}), media_type="application/problem+json")


async def _on_spent(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BudgetSpentError)  # noqa: S101
    detail = f"the {error.whose} may ask {error.limit} times a minute"
    headers = {"Retry-After": str(math.ceil(error.seconds))}
    return problem(429, f"{error.activity}_spent", detail, headers=headers)


def install_problem_documents(app: FastAPI) -> None:
    """Every error that leaves ``app`` is a problem document, and none tells about our insides."""

    async def on_problem(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, ProblemError)  # noqa: S101 -- registered for exactly this type
        return problem(error.status, error.code, error.detail, error.errors, error.headers)

    async def on_refusal(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RuleRefusedError)  # noqa: S101
        refusal, detail = error.refusal, dict(error.detail)
        status = _status_of(refusal)
        errors = [{"field": detail["field"], "message": refusal.value}] if "field" in detail else []
        text = ", ".join(f"{key}: {value}" for key, value in detail.items())
        return problem(status, refusal.value, text, errors)

    async def on_unknown(_request: Request, _error: Exception) -> JSONResponse:
        return problem(404, "not_found")

    async def on_stale(_request: Request, _error: Exception) -> JSONResponse:
        return problem(409, "conflict", "somebody else changed it; read it again")

    async def on_bad_value(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, InvalidInputError)  # noqa: S101
        errors = [{"field": error.field, "message": error.message}]
        return problem(422, "invalid_input", "correct the named fields", errors)

    async def on_invalid(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)  # noqa: S101
        errors = [
            {"field": ".".join(str(part) for part in item["loc"][1:]) or "body", "message": str(item["msg"])}
            for item in error.errors()
        ]
        return problem(422, "invalid_input", "correct the named fields", errors)

    async def on_http(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)  # noqa: S101
        code = {401: "not_signed_in", 403: "forbidden", 404: "not_found", 405: "not_found"}.get(
            error.status_code, "invalid_input"
        )
        return problem(error.status_code, code, headers=error.headers)

    async def on_database_away(_request: Request, error: Exception) -> JSONResponse:
        _log.error("database_unanswered", error=type(error).__name__)
        return problem(503, "unavailable", "the database is away; try again", headers={"Retry-After": "5"})

    async def on_crowd(_request: Request, _error: Exception) -> JSONResponse:
        return problem(
            503, "unavailable", "too many ask for pictures; try again", headers={"Retry-After": "1"}
        )

    async def on_unstorable(_request: Request, _error: Exception) -> JSONResponse:
        # PostgreSQL keeps no NUL in a text; nobody types one.
        return problem(422, "invalid_input", "a text holds characters that cannot be kept")

    async def on_fault(_request: Request, _error: Exception) -> JSONResponse:
        return problem(500, "internal_error", "our fault; it has been logged")

    app.add_exception_handler(ProblemError, on_problem)
    app.add_exception_handler(OperationalError, on_database_away)
    app.add_exception_handler(CrowdedError, on_crowd)
    app.add_exception_handler(BudgetSpentError, _on_spent)
    app.add_exception_handler(DataError, on_unstorable)
    app.add_exception_handler(PoolTimeoutError, on_database_away)
    app.add_exception_handler(Exception, on_fault)
    app.add_exception_handler(RuleRefusedError, on_refusal)
    app.add_exception_handler(NotFoundError, on_unknown)
    app.add_exception_handler(StaleVersionError, on_stale)
    app.add_exception_handler(InvalidInputError, on_bad_value)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
