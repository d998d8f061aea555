"""Writes docs/architecture/permissions.md: which role may ask which route, from the gates of the routes themselves."""

from collections.abc import Iterator
from pathlib import Path

from fastapi.routing import APIRoute

from pinegate.domain.organizations.permissions import ROLES_WITH, Permission
from pinegate.domain.organizations.roles import Role
from pinegate.entrypoints.http_api.app import ROUTERS
from pinegate.entrypoints.http_api.shared.gate import Gate, gate_of

PAGE = Path(__file__).parents[2] / "docs/architecture/permissions.md"

_HEAD = """\
# Who may ask what

Generated from the gates of the routes (`src/pinegate/entrypoints/http_api`), the permissions
(`src/pinegate/domain/organizations/permissions.py`) and the state tables by `make generate`; do not edit.

● may ask; ◐ may ask and gets a part, or may do a part; an empty cell is refused with 403 `role_may_not`, before
anything is looked up. What somebody may ask is not yet theirs: people of a using unit reach their own unit's things
only, a file is read by its parties, a step wants the right state, a picture is given by `decide_access`.
`tests/integration/http_api/test_permissions.py` asks every route as every role.
"""
_SHORT = {
    Role.UNIT_CLERK: "unit clerk",
    Role.UNIT_LEADER: "unit leader",
    Role.UNIT_VIEWER: "unit viewer",
    Role.POLICE_REVIEWER: "police reviewer",
    Role.POLICE_LEADER: "police leader",
    Role.POLITICAL_LEGAL_LIAISON: "liaison",
    Role.BUREAU_REVIEWER: "bureau reviewer",
    Role.BUREAU_APPROVER: "bureau approver",
    Role.OPERATOR_CATALOGUER: "cataloguer",
    Role.OPERATOR_LISTER: "lister",
    Role.OPERATOR_PROVISIONER: "provisioner",
    Role.SYSTEM_ADMIN: "system admin",
    Role.SECURITY_ADMIN: "security admin",
    Role.AUDIT_ADMIN: "audit admin",
}


def _table(first: str, rows: Iterator[str]) -> str:
    heads = "".join(f" {_SHORT[role]} |" for role in Role)
    return f"\n| {first} |{heads}\n|{'---|' * (first.count('|') + 1)}{':-:|' * len(Role)}\n" + "".join(rows)


def _cells(gate: Gate, event: str) -> str:
    may, lesser = gate.roles()[event], gate.lesser()
    return "".join(f" {'◐' if role in lesser else '●' if role in may else ''} |" for role in Role)


def _routes() -> Iterator[str]:
    for router in ROUTERS:
        for route in router.routes:
            gate = gate_of(route)
            if not isinstance(route, APIRoute):
                continue
            for method, event in ((m, e) for m in sorted(route.methods or ()) for e in gate.roles()):
                path = route.path.replace("{event}", event) if event else route.path
                yield f"| `{method} {path}` | {gate.words()} |{_cells(gate, event)}\n"


def _permissions() -> Iterator[str]:
    for permission in Permission:
        cells = "".join(f" {'●' if role in ROLES_WITH[permission] else ''} |" for role in Role)
        yield f"| `{permission}` |{cells}\n"


def _others() -> Iterator[str]:
    for router in ROUTERS:
        for route in router.routes:
            gate = gate_of(route)
            if isinstance(route, APIRoute) and not gate.roles():
                yield from (
                    f"| `{method} {route.path}` | {gate.words()} |\n"
                    for method in sorted(route.methods or ())
                )


def page() -> str:
    """The whole page."""
    return (
        _HEAD
        + "\n## Routes of the portal\n"
        + _table("route | asks for", _routes())
        + "\n## Routes without a portal session\n\n| route | who |\n|---|---|\n"
        + "".join(_others())
        + "\n## Permissions\n"
        + _table("permission", _permissions())
    )


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
