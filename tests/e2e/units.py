"""Using units: the demonstration's own, and new ones that the security administrator enters."""

from dataclasses import dataclass

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
    security = await people.sign_in("security-admin")
    made = await security.post(
        "/api/organizations", {"kind": "using_unit", "name": f"黄山市测试单位{number}", "address": "屯溪区"}
    )
    found: dict[str, tuple[Person, str]] = {}
    for role in ("clerk", "leader", "viewer"):
        login = f"e2e-{role}-{number}"
        form = {
            "name": f"测试{role}",
            "staff_number": f"E{number}-{role}",
            "roles": [f"unit_{role}"],
            "login": login,
        }
        entered = await security.post(f"/api/organizations/{made['id']}/persons", form)
        person = await people.enrol(login, entered["link"]["secret"], _PASSWORD.format(number))
        found[role] = (person, entered["person"]["id"])
    viewer, viewer_id = found["viewer"]
    return Unit(
        made["id"], made["name"], found["clerk"][0], found["leader"][0], viewer, viewer_id, "测试viewer"
    )
