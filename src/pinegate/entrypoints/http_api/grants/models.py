"""Grants in JSON."""

from typing import Annotated

from pydantic import BaseModel, Field

from pinegate.domain.grants.grant import GRANT, GrantEvent, GrantState
from pinegate.entrypoints.http_api.shared.inputs import ONE_LINE, After, PageSize


class GrantQuery(BaseModel):
    """``open_to``: in a state where that step is possible."""

    system_id: Annotated[str, Field(max_length=64), ONE_LINE] = ""
    point_id: Annotated[str, Field(max_length=64), ONE_LINE] = ""
    state: GrantState | None = None
    open_to: GrantEvent | None = None
    after: After = ""
    page_size: PageSize = 50

    def states(self) -> tuple[GrantState, ...] | None:
        """What ``state`` and ``open_to`` leave; None: all."""
        if self.open_to is None:
            return None if self.state is None else (self.state,)
        possible = GRANT.states_of(self.open_to)
        return tuple(state for state in possible if self.state in (None, state))
