"""Grants in JSON."""

from typing import Annotated

from pydantic import BaseModel, Field

from pinegate.domain.grants.grant import GrantState


class GrantQuery(BaseModel):
    system_id: Annotated[str, Field(max_length=64)] = ""
    point_id: Annotated[str, Field(max_length=64)] = ""
    state: GrantState | None = None
    page: Annotated[int, Field(ge=1, le=100_000)] = 1
    page_size: Annotated[int, Field(ge=1, le=500)] = 50
