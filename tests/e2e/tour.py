"""Every page of the portal that somebody can open, by who opens it."""

from collections.abc import AsyncIterator

from tests.e2e.browser import Window
from tests.waiting import until

LOGINS = (
    "tour-leader", "police-leader", "bureau-approver", "cataloguer", "provisioner", "security-admin", "audit-admin",
)  # fmt: skip
"""Between them they open every page."""

_DETAILS = {
    "catalogue": "/api/points?page_size=1",
    "applications": "/api/applications?page_size=1",
    "work-orders": "/api/work-orders",
    "organizations": "/api/organizations",
    "revocations": "/api/revocations?page_size=1",
}
"""Pages of lists whose things have a page each, and where the first of them is asked for."""


async def pages(window: Window) -> AsyncIterator[str]:
    """Shows one page after the other; gives its name when it is there."""
    entries = [
        await entry.get_attribute("data-testid") or ""
        for entry in await window.page.locator("nav [data-testid^=menu-]").all()
    ]
    for entry in entries:
        await window.click(entry)
        await settled(window)
        name = entry.removeprefix("menu-")
        yield name
        if name in _DETAILS and await _open_first(window, name):
            yield f"{name}-one"
    await window.go("/account")
    await settled(window)
    yield "account"


async def _open_first(window: Window, name: str) -> bool:
    origin = window.page.url.split("/#")[0]
    answer = await window.page.request.get(origin + _DETAILS[name])
    items = (await answer.json())["items"]
    if not items:
        return False
    await window.go(f"/{name}/{items[0]['id']}")
    await settled(window)
    return True


async def settled(window: Window) -> None:
    """Nothing is being loaded any more and the words stand still."""
    seen: list[str] = []
    waiting = window.page.locator(".el-skeleton, .el-loading-mask:not([style*='display: none'])")

    async def still() -> bool:
        seen.append(await window.page.locator("body").inner_text())
        return len(seen) > 2 and seen[-1] == seen[-2] == seen[-3] and await waiting.count() == 0

    await window.page.locator("main > *").first.wait_for()
    await until(still, 20)
