"""A grant: system × point × operations × validity. Born pending; only ``active`` lets anything through."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pinegate.domain.applications.application import Application
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.state_table import StateTable, Transition


class GrantState(StrEnum):
    """Where a grant stands."""

    PENDING = "pending"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    REVOKED = "revoked"
    EXPIRED = "expired"


class GrantEvent(StrEnum):
    """What happens to a grant."""

    PREPARE = "prepare"
    ACTIVATE = "activate"
    SUSPEND = "suspend"
    RESUME = "resume"
    REVOKE = "revoke"
    EXPIRE = "expire"


_S, _E = GrantState, GrantEvent

GRANT = StateTable(
    "grant",
    [
        Transition(None, _E.PREPARE, _S.PENDING, clause="article 5"),
        Transition(_S.PENDING, _E.ACTIVATE, _S.ACTIVE, clause="article 5"),
        Transition(_S.ACTIVE, _E.SUSPEND, _S.SUSPENDED, clause="article 7"),
        Transition(_S.SUSPENDED, _E.RESUME, _S.ACTIVE),
        Transition(_S.PENDING, _E.REVOKE, _S.REVOKED, clause="article 7"),
        Transition(_S.ACTIVE, _E.REVOKE, _S.REVOKED, clause="article 7"),
        Transition(_S.SUSPENDED, _E.REVOKE, _S.REVOKED, clause="article 7"),
        Transition(_S.ACTIVE, _E.EXPIRE, _S.EXPIRED),
        Transition(_S.SUSPENDED, _E.EXPIRE, _S.EXPIRED),
    ],
)
"""A grant follows its application, or an order; who may is asked there (``applications.steps``, ``check_order``)."""


@dataclass(frozen=True, slots=True)
class Grant:
    """One point of one approved application. ``valid_until`` is exclusive."""

    id: str
    application_id: str
    organization_id: str
    system_id: str
    point_id: str
    operations: frozenset[Operation]
    state: GrantState
    valid_from: datetime
    valid_until: datetime
    version: int = 1


def grants_from(
    application: Application, ids: Iterable[str], valid_from: datetime, valid_until: datetime
) -> tuple[Grant, ...]:
    """The pending grants of an approved application: exactly what the police consented to and the bureau approved.

    A point without consented operations gives no grant.
    """
    fresh, pending = iter(ids), GRANT.step(None, GrantEvent.PREPARE)
    return tuple(
        Grant(
            id=next(fresh),
            application_id=application.id,
            organization_id=application.organization_id,
            system_id=application.system_id,
            point_id=point.point_id,
            operations=point.consented,
            state=pending,
            valid_from=valid_from,
            valid_until=valid_until,
        )
        for point in application.points
        if point.consented
    )


def move(grant: Grant, event: GrantEvent) -> Grant:
    """The grant after ``event``; its version rises so that every decision made on the old one is seen to be stale."""
    return replace(grant, state=GRANT.step(grant.state, event), version=grant.version + 1)
