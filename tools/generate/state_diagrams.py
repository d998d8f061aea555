"""Writes docs/architecture/states.md from the state tables that the program itself asks."""

from pathlib import Path
from typing import Any

from pinegate.domain.agreements.agreement import AGREEMENT
from pinegate.domain.applications.states import APPLICATION
from pinegate.domain.catalogue.listing import LISTING
from pinegate.domain.grants.grant import GRANT
from pinegate.domain.organizations.person_states import PERSON
from pinegate.domain.state_table import StateTable, Transition
from pinegate.domain.work_orders.work_order import WORK_ORDER

PAGE = Path(__file__).parents[2] / "docs/architecture/states.md"

_HEAD = """\
# States

Generated from the tables in `src/pinegate/domain` by `make generate`; do not edit.

A step that is not in a table does not exist. “program” means that no person takes the step: a date was reached, or it
follows from another. The clause is where the regulation asks for it; `[D]` is our own design.
"""


def _chapter(title: str, source: str, table: StateTable[Any, Any]) -> str:
    rows = "".join(_row(row) for row in table.rows)
    return (
        f"\n## {title}\n\n`{source}`\n\n```mermaid\n{table.as_mermaid()}```\n\n"
        f"| from | event | by | to | clause |\n|---|---|---|---|---|\n{rows}"
    )


def _row(row: Transition[Any, Any]) -> str:
    source = "—" if row.source is None else f"`{row.source.value}`"
    by = ", ".join(f"`{role.value}`" for role in sorted(row.roles)) or "program"
    return f"| {source} | {row.event.value} | {by} | `{row.target.value}` | {row.clause} |\n"


def page() -> str:
    """The whole page."""
    chapters = (
        ("Application", "domain/applications/states.py", APPLICATION),
        ("Agreement", "domain/agreements/agreement.py", AGREEMENT),
        ("Work order", "domain/work_orders/work_order.py", WORK_ORDER),
        ("Grant", "domain/grants/grant.py", GRANT),
        ("Person", "domain/organizations/person_states.py", PERSON),
        ("Camera point", "domain/catalogue/listing.py", LISTING),
    )
    return _HEAD + "".join(_chapter(*chapter) for chapter in chapters)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
