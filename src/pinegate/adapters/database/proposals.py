"""What was proposed about organizations and persons, and what became of it."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import organizations, persons, proposals
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.proposal import Proposal, ProposalKind, ProposalState, may_know_all

_COLUMNS = [proposals.c[field.name] for field in fields(Proposal)]
_MOST = 500


class ProposalRows:
    """Implements ``usecases.organizations.ports.ProposalStore``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def get(self, proposal_id: str, *, lock: bool = False) -> Proposal | None:
        query = select(*_COLUMNS).where(proposals.c.id == proposal_id)
        row = (await self._connection.execute(query.with_for_update() if lock else query)).one_or_none()
        return None if row is None else _proposal(row)

    async def add(self, proposal: Proposal) -> None:
        await self._connection.execute(insert(proposals).values(**_values(proposal)))

    async def save(self, proposal: Proposal) -> None:
        row = update(proposals).where(proposals.c.id == proposal.id)
        await self._connection.execute(row.values(**_values(proposal)))


def _proposal(row: Row[*tuple[Any, ...]]) -> Proposal:
    values: dict[str, Any] = {field.name: getattr(row, field.name) for field in fields(Proposal)}
    values.update(kind=ProposalKind(row.kind), state=ProposalState(row.state))
    return Proposal(**values)


def _values(proposal: Proposal) -> dict[str, Any]:
    return {field.name: getattr(proposal, field.name) for field in fields(Proposal)}


async def proposals_for(
    connection: AsyncConnection, viewer: Actor, state: ProposalState | None
) -> Sequence[tuple[Proposal, Row[*tuple[Any, ...]]]]:
    """What ``viewer`` may know of, newest first, each with the names of those it is about and by."""
    by, decider, person = persons.alias("by"), persons.alias("decider"), persons.alias("person")
    query = (
        select(
            *_COLUMNS,
            organizations.c.name.label("organization_name"),
            person.c.name.label("person_name"),
            by.c.name.label("proposed_by_name"),
            decider.c.name.label("decided_by_name"),
        )
        .join(by, by.c.id == proposals.c.proposed_by)
        .outerjoin(decider, decider.c.id == proposals.c.decided_by)
        .outerjoin(person, person.c.id == proposals.c.person_id)
        .outerjoin(organizations, organizations.c.id == proposals.c.organization_id)
        .order_by(proposals.c.proposed_at.desc(), proposals.c.id)
        .limit(_MOST)
    )
    if state is not None:
        query = query.where(proposals.c.state == state)
    if not may_know_all(viewer):
        query = query.where(proposals.c.organization_id == viewer.organization_id)
    return [(_proposal(row), row) for row in await connection.execute(query)]
