"""Whatever goes wrong below a route is told as a problem document, by a code and with the remedy."""

from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, HTTPException
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from pinegate.adapters.database.groups import CrowdedError
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.entrypoints.http_api.shared.problems import ProblemError, install_problem_documents
from pinegate.usecases.errors import InvalidInputError, NotFoundError, StaleVersionError

SECRET = "hunter2"


async def told(error: Exception | None, query: str = "") -> tuple[httpx2.Response, Any]:
    """What a client sees of ``error``."""
    app = FastAPI()
    install_problem_documents(app)

    @app.get("/")
    async def route(number: int = 0) -> int:
        if error is not None:
            raise error
        return number

    transport = httpx2.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url="http://portal") as client:
        answer = await client.get(f"/{query}")
    assert answer.headers["content-type"] == "application/problem+json"
    return answer, answer.json()


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ProblemError("locked_out", "wait"), 429, "locked_out"),
        (ProblemError("something_else"), 400, "something_else"),
        (RuleRefusedError(Refusal.ROLE_MAY_NOT), 403, "role_may_not"),
        (RuleRefusedError(Refusal.NO_SUCH_STEP), 409, "no_such_step"),
        (RuleRefusedError(Refusal.UPLOADS_SPENT), 429, "uploads_spent"),
        (NotFoundError(), 404, "not_found"),
        (StaleVersionError(), 409, "conflict"),
        (OperationalError("select", {"password": SECRET}, Exception(SECRET)), 503, "unavailable"),
        (PoolTimeoutError(SECRET), 503, "unavailable"),
        (CrowdedError(), 503, "unavailable"),
        (DataError("select", {}, Exception(SECRET)), 422, "invalid_input"),
        (HTTPException(405), 405, "not_found"),
        (ZeroDivisionError(SECRET), 500, "internal_error"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
async def test_an_error_has_a_status_and_a_code_and_tells_nothing_of_our_insides(
    error: Exception, status: int, code: str
) -> None:
    answer, document = await told(error)
    assert (answer.status_code, document["status"], document["code"]) == (status, status, code)
    assert document["type"] == f"urn:pinegate:problem:{code}"
    assert SECRET not in answer.text


async def test_who_comes_while_the_database_is_away_is_told_when_to_come_again() -> None:
    answer, _ = await told(PoolTimeoutError())
    assert answer.headers["retry-after"] == "5"


async def test_a_refusal_names_the_field_that_is_at_fault() -> None:
    _, document = await told(RuleRefusedError(Refusal.FIELD_MISSING, {"field": "purpose"}))
    assert document["errors"] == [{"field": "purpose", "message": "field_missing"}]


async def test_what_is_wrong_with_a_value_is_told_with_its_name() -> None:
    _, document = await told(InvalidInputError("media_hosts", "too many"))
    assert document["errors"] == [{"field": "media_hosts", "message": "too many"}]
    answer, document = await told(None, "?number=many")
    assert (answer.status_code, [error["field"] for error in document["errors"]]) == (422, ["number"])
