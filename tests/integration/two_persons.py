"""What two persons do in tests: the security administrator proposes, the audit administrator confirms."""

from typing import Any

import httpx2


async def proposed(client: httpx2.AsyncClient, kind: str, **body: Any) -> str:
    """The proposal's id."""
    answer = await client.post("/api/proposals", json={"kind": kind, "reason": "机构调整", **body})
    assert answer.status_code == 202, answer.text
    return answer.json()["id"]


async def confirmed(client: httpx2.AsyncClient, proposal_id: str) -> Any:
    answer = await client.post(f"/api/proposals/{proposal_id}/confirm", json={})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def enrol(anonymous: httpx2.AsyncClient, secret: str, code: str, password: str) -> None:
    form = {"secret": secret, "code": code, "password": password}
    answer = await anonymous.post("/api/enrolment", json=form)
    assert answer.status_code == 200, answer.text
