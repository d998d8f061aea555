"""Using units: the demonstration's own, and new ones that the security administrator enters."""

from dataclasses import dataclass
from typing import Any

from tests.e2e.people import People, Person

_PASSWORD = "Songmen-kaimen-{}-2026!"


@dataclass(frozen=True)
class Unit:
    """A unit with its three people. ``name`` as the register shows it."""

    id: str
    name: str
    clerk: Person
    leader: Person
    viewer: Person
    viewer_id: str
    viewer_name: str


async def unit_of_demonstration(people: People, prefix: str) -> Unit:
    """``unit`` (urban management) or ``tour`` (tourism)."""
    clerk, leader, viewer = [await people.sign_in(f"{prefix}-{who}") for who in ("clerk", "leader", "viewer")]
    me = await viewer.me()
    own = me["organization"]
    return Unit(own["id"], own["name"], clerk, leader, viewer, me["person_id"], me["name"])


async def found_unit(people: People, number: int) -> Unit:
    """A new unit, whose people choose their own passwords."""
    name = f"黄山市测试单位{number}"
    new_unit = {"kind": "using_unit", "name": name, "address": "屯溪区"}
    unit_id = (await _by_two(people, {"kind": "organization", "organization": new_unit}))["organization_id"]
    security = await people.sign_in("security-admin")
    found: dict[str, tuple[Person, str]] = {}
    for role in ("clerk", "leader", "viewer"):
        login = f"e2e-{role}-{number}"
        form = {
            "name": f"测试{role}",
            "staff_number": f"E{number}-{role}",
            "roles": [f"unit_{role}"],
            "login": login,
        }
        draft = {"kind": "person", "organization_id": unit_id, "person": form}
        entered = await _by_two(people, draft)
        link = await security.post(f"/api/persons/{entered['person_id']}/enrolment-link")
        person = await people.enrol(login, link["secret"], entered["code"], _PASSWORD.format(number))
        found[role] = (person, entered["person_id"])
    viewer, viewer_id = found["viewer"]
    return Unit(unit_id, name, found["clerk"][0], found["leader"][0], viewer, viewer_id, "测试viewer")


async def _by_two(people: People, draft: dict[str, Any]) -> Any:
    """Proposed by the security administrator, confirmed by the audit administrator."""
    security, auditor = [await people.sign_in(f"{who}-admin") for who in ("security", "audit")]
    made = await security.post("/api/proposals", {"reason": "新单位接入", **draft})
    return await auditor.post(f"/api/proposals/{made['id']}/confirm")
