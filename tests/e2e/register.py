"""The access register as the bureau reads it."""

from typing import Any

from tests.e2e.people import People
from tests.e2e.pictures import Picture
from tests.e2e.sharing import Sharing
from tests.waiting import until


async def register_entry(people: People, sharing: Sharing, picture: Picture) -> Any:
    """The picture's line, once it has ended by the register's word."""
    bureau = await people.sign_in("bureau-reviewer")
    found: list[Any] = []

    async def is_closed() -> bool:
        page = await bureau.get("/api/access-register", system_id=sharing.system_id, page_size=100)
        found[:] = [entry for entry in page["items"] if entry["id"] == picture.session_id]
        return bool(found) and found[0]["ended_at"] is not None

    await until(is_closed)
    return found[0]
