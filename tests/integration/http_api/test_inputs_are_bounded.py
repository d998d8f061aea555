"""Input limits (S19): nothing that a request may hold is without a bound, on any route."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Annotated, Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel, TypeAdapter, ValidationError

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


_NEVER_SHOWN = {"password", "current", "new", "secret", "code", "totp"}
_UNSEEN = ("\x00", "\x1b", "\x85", "\u200f", "\u202e", "\u2067")


def _texts(schema: dict[str, Any]) -> Iterator[Callable[[str], object]]:
    """How a free text can be put into a value of this schema."""
    for choice in schema.get("anyOf", ()):
        yield from _texts(choice)
    match schema.get("type"):
        case "string" if not {"enum", "const", "pattern", "format"} & set(schema):
            yield lambda text: text
        case "array":
            yield from (partial(_within, inner, "array") for inner in _texts(schema["items"]))
        case "object" if isinstance(inner := schema.get("additionalProperties"), dict):
            yield from (partial(_within, made, "object") for made in _texts(inner))
        case _:
            return


def _within(inner: Callable[[str], object], kind: str, text: str) -> object:
    return [inner(text)] if kind == "array" else {"name": inner(text)}


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models in a type, and those in their fields."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for inner in get_args(annotation):
        yield from _models(inner)


def _asked(dependant: Dependant) -> Iterator[Any]:
    yield from (*dependant.query_params, *dependant.body_params)
    for inner in dependant.dependencies:
        yield from _asked(inner)


def _inputs() -> Iterator[tuple[str, Any]]:
    """Each parameter of a query, and each field of a body or of a model of parameters, with its type."""
    models: set[type[BaseModel]] = set()
    for router in ROUTERS:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for given in _asked(route.dependant):
                    models.update(_models(given.field_info.annotation))
                    yield given.name, Annotated[given.field_info.annotation, "", *given.field_info.metadata]
    for model in models:
        for name, field in model.model_fields.items():
            yield name, Annotated[field.annotation, "", *field.metadata]


def test_no_free_text_of_a_request_holds_what_is_not_seen() -> None:
    tried: set[str] = set()
    for name, annotation in _inputs():
        if name in _NEVER_SHOWN:
            continue
        adapter = TypeAdapter(annotation)
        for made in _texts(adapter.json_schema()):
            tried.add(name)
            for unseen in _UNSEEN:
                with pytest.raises(ValidationError):
                    print(name, adapter.validate_python(made(f"甲{unseen}乙")))
    assert {"reason", "text", "name", "purpose", "q", "signature_name"} <= tried
