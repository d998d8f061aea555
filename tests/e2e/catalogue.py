"""Points of the demonstration's catalogue."""

from typing import Any

from tests.e2e.people import People

_EDITED = (
    "version", "name", "address", "division_code", "township_code", "category", "point_class",
    "source_class", "longitude", "latitude", "record",
)  # fmt: skip


async def listed_points(people: People, count: int, *, ptz: bool = False) -> list[str]:
    """Ids of points that are listed, whose cameras answer, and which no unit of the demonstration has."""
    lister = await people.sign_in("lister")
    page = await lister.get("/api/points", state="listed", shared="true", health="online", page_size=100)
    fitting = [point["id"] for point in page["items"] if point["ptz"] or not ptz]
    assert len(fitting) >= count, page["total"]
    return fitting[-count:]


async def unmarked_points(people: People, count: int, *, categorized: bool = False) -> list[str]:
    """Ids of points that came from the police platform and wait for everything.

    ``categorized``: of which the platform's catalogue told the kind.
    """
    cataloguer = await people.sign_in("cataloguer")
    page = await cataloguer.get(
        "/api/points", state="pending_check", shared="false", health="online", page_size=100
    )
    fitting = [point["id"] for point in page["items"] if point["category"] or not categorized]
    assert len(fitting) >= count, page["total"]
    return fitting[:count]


async def make_listed(people: People, points: list[str]) -> None:
    """The police mark, one operator completes the records and catalogues, another lists."""
    police = await people.sign_in("police-reviewer")
    body: dict[str, Any] = {"point_ids": points, "shareable": True, "reason": "可以共享"}
    assert await police.post("/api/points/sharing-mark", body) == {"changed": len(points)}
    cataloguer, lister = await people.sign_in("cataloguer"), await people.sign_in("lister")
    for point_id in points:
        record = await cataloguer.get(f"/api/points/{point_id}")
        if not record["category"]:
            edit = {name: record[name] for name in _EDITED} | {"category": "scenic"}
            await cataloguer.patch(f"/api/points/{point_id}", edit)
    for person, event in ((cataloguer, "catalogue"), (lister, "list")):
        moved = await person.post("/api/points/move", {"point_ids": points, "event": event})
        assert sorted(moved["moved"]) == sorted(points), moved
