"""A revocation and its receipts as the API shows them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row

from pinegate.entrypoints.http_api.revocations.models import Receipt, ReceiptsOfApplication, Revocation


def revocation_out(row: Row[*tuple[Any, ...]], target_name: str) -> Revocation:
    return Revocation(
        id=row.id,
        scope=row.scope,
        target_id=row.target_id,
        target_name=target_name,
        emergency=row.emergency,
        reason=row.reason,
        ordered_by_name=row.ordered_by_name,
        ordered_at=row.ordered_at,
        sessions_cut=row.sessions_cut,
    )


def by_application(rows: Sequence[Row[*tuple[Any, ...]]]) -> list[ReceiptsOfApplication]:
    found: dict[str, ReceiptsOfApplication] = {}
    for row in rows:
        entry = found.setdefault(
            row.id, ReceiptsOfApplication(id=row.id, number=row.number, state=row.state, receipts=[])
        )
        if row.kind is not None:
            entry.receipts.append(Receipt(kind=row.kind, affected=row.affected, done_at=row.done_at))
    return list(found.values())
