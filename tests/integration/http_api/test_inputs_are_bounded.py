"""Input limits (S19): nothing that a request may hold is without a bound, on any route."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from pinegate.entrypoints.http_api.app import ROUTERS

_BOUNDED_FORMATS = {"date", "date-time", "binary"}
_ONLY_COMPARED = "version"


def _document() -> dict[str, Any]:
    app = FastAPI()
    for router in ROUTERS:
        app.include_router(router)
    return app.openapi()


DOCUMENT = _document()


def _unbounded(schema: dict[str, Any], where: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Where ``schema`` lets a value grow without end."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name not in where:
            yield from _unbounded(DOCUMENT["components"]["schemas"][name], (*where, name))
        return
    if not _has_bound(schema):
        yield where
    for name, inner in _parts(schema):
        yield from _unbounded(inner, (*where, name))


def _has_bound(schema: dict[str, Any]) -> bool:
    match schema.get("type"):
        case "string":
            return bool({"maxLength", "enum", "const", "pattern"} & set(schema)) or (
                schema.get("format") in _BOUNDED_FORMATS
            )
        case "array":
            return "maxItems" in schema
        case "integer" | "number":
            return bool({"maximum", "exclusiveMaximum", "enum", "const"} & set(schema))
        case "object":
            return not schema.get("additionalProperties") or "maxProperties" in schema
        case _:
            return True


def _parts(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from (("choice", choice) for choice in (*schema.get("anyOf", ()), *schema.get("allOf", ())))
    yield from schema.get("properties", {}).items()
    yield from ((name, schema[name]) for name in ("items", "additionalProperties") if schema.get(name))


def _requests() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            for parameter in operation.get("parameters", ()):
                yield f"{method} {path} {parameter['name']}", parameter["schema"]
            for content in operation.get("requestBody", {}).get("content", {}).values():
                yield f"{method} {path}", content["schema"]


def test_every_string_list_and_number_of_a_request_has_a_bound() -> None:
    found = {where for name, schema in _requests() for where in _unbounded(schema, (name,))}
    assert sorted(where for where in found if _ONLY_COMPARED not in where) == []
