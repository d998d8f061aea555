"""Orders of revocation and of emergency suspension."""

from typing import Any

from tests.e2e.people import People


async def revoke(people: People, login: str, scope: str, target: str, *, emergency: bool = False) -> Any:
    order = {"scope": scope, "target_id": target, "reason": "违规使用", "emergency": emergency}
    return await (await people.sign_in(login)).post("/api/revocations", order)
