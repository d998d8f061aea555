"""Pictures of every page for the eye, into test-artifacts/: `PYTHONPATH=src:. python tests/e2e/screenshots.py`."""

import asyncio
from pathlib import Path

from tests.e2e.browser import Chromium, Window, running_chromium
from tests.e2e.city import ROOT, city_in_a_folder_of_its_own
from tests.e2e.people import People
from tests.e2e.test_portal_story import frames_come
from tests.e2e.tour import pages

_FOLDER = ROOT / "test-artifacts"
_SIZES = ((1440, 900), (1920, 1080))
_LOGINS = (
    "tour-clerk", "tour-leader", "tour-viewer", "police-reviewer", "police-leader", "committee", "bureau-reviewer",
    "bureau-approver", "cataloguer", "lister", "provisioner", "system-admin", "security-admin", "audit-admin",
)  # fmt: skip


async def _photograph(url: str) -> None:
    async with running_chromium(url) as chromium, People(url, {}) as people:
        for width, height in _SIZES:
            folder = _FOLDER / f"{width}x{height}"
            folder.mkdir(parents=True, exist_ok=True)
            await _sign_in_page(chromium, width, height, folder)
            await _live(chromium, people, width, height, folder)
            for login in _LOGINS:
                window = await chromium.window(width=width, height=height)
                await window.sign_in(login)
                async for page in pages(window):
                    await _keep(window, folder / f"{login}-{page}.png")
                await window.click("language")
                async for page in pages(window):
                    await _keep(window, folder / f"{login}-{page}-english.png")
                await window.page.context.close()
        for fault in chromium.faults():
            print("fault:", fault)


async def _sign_in_page(chromium: Chromium, width: int, height: int, folder: Path) -> None:
    window = await chromium.window(width=width, height=height)
    await window.go("/login")
    await window.test_id("demo-unit-viewer").wait_for()
    await _keep(window, folder / "login.png")
    await window.page.context.close()


async def _live(chromium: Chromium, people: People, width: int, height: int, folder: Path) -> None:
    """Nine pictures, and what becomes of them when one point is delisted and listed again."""
    window = await chromium.window(width=width, height=height)
    await window.sign_in("tour-viewer")
    await window.go("/live")
    await window.click("layout-9")
    points = window.page.locator("[data-testid^=granted-]")
    await points.first.wait_for()
    for index in range(9):
        await points.nth(index).click()
        if index == 0:
            await window.fill("reason-text", "节假日客流监测")
            await window.click("reason-confirm")
        await frames_come(window, index)
    await _keep(window, folder / "live-9.png")
    lister = await people.sign_in("lister")
    point = (await points.first.get_attribute("data-testid") or "").removeprefix("granted-")
    await lister.post("/api/points/move", {"point_ids": [point], "event": "delist", "reason": "检修"})
    await window.state("live-tile-0", "ended")
    await _keep(window, folder / "live-cut.png")
    await lister.post("/api/points/move", {"point_ids": [point], "event": "list"})
    await window.page.context.close()


async def _keep(window: Window, file: Path) -> None:
    await window.page.screenshot(path=file)
    print(file.relative_to(ROOT), flush=True)


def main() -> None:
    with city_in_a_folder_of_its_own() as city:
        city.start()
        asyncio.run(_photograph(city.url))
        city.stop()


if __name__ == "__main__":
    main()
