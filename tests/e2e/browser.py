"""Chromium, and a window for each person who works in the portal; every fault that a window reports is kept."""

import json
import re
import shutil
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, async_playwright
from tests.e2e.city import ROOT

_FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
_PATIENCE_MS = 20_000
_WIDTH, _HEIGHT = 1440, 900
_NOT_SIGNED_IN_YET = re.compile(r"status of 401 .*/api/session$")
_MESSAGES = ROOT / "portal" / "src" / "locales" / "zh-CN"


def _key_pattern() -> re.Pattern[str]:
    """What a missing message would look like on the page: its key."""
    names = "|".join(sorted(["city", *(file.stem for file in _MESSAGES.glob("*.json"))]))
    return re.compile(rf"(?<![\w.@/-])(?:{names})(?:\.\w+)+")


class Window:
    """One person's window. ``faults``: errors of the console, of scripts, and breaches of the security policy."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self._url = url
        self.faults: list[str] = []
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.faults.append(f"{self.page.url}: {error}"))

    def _heard(self, message: ConsoleMessage) -> None:
        text = f"{message.text} {message.location.get('url', '')}"
        if message.type == "error" and not _NOT_SIGNED_IN_YET.search(text):
            self.faults.append(f"{self.page.url}: {text}")

    async def sign_in(self, login: str) -> None:
        """By the demonstration's one click."""
        await self.page.goto(f"{self._url}/")
        await self.test_id(f"demo-{login}").click()
        await self.test_id("account-menu").wait_for()

    async def go(self, path: str) -> None:
        """``path`` as the portal's router knows it; read anew when it is shown already."""
        target = f"{self._url}/#{path}"
        if self.page.url == target:
            await self.page.reload()
        else:
            await self.page.goto(target)

    def test_id(self, name: str) -> Locator:
        return self.page.get_by_test_id(name)

    async def click(self, name: str) -> None:
        await self.test_id(name).click()

    async def fill(self, name: str, text: str) -> None:
        await self.test_id(name).fill(text)

    async def choose(self, name: str, option: str) -> None:
        """One option of a selection, by its words."""
        await self.click(name)
        await self.page.locator(".el-select-dropdown__item:visible", has_text=option).first.click()
        await self.page.keyboard.press("Escape")

    async def state(self, name: str, wanted: str) -> None:
        """Wait until the thing's ``data-state`` is ``wanted``."""
        await self.page.locator(
            f"[data-testid={json.dumps(name)}][data-state={json.dumps(wanted)}]"
        ).wait_for()

    async def missing_messages(self) -> list[str]:
        """Keys that the page shows instead of words; what is set as code (names of audit events) is meant."""
        shown = await self.page.locator("body").inner_text()
        code = " ".join(await self.page.locator(".mono, code").all_inner_texts())
        return [key for key in _key_pattern().findall(shown) if key not in code]


class Chromium:
    """``window`` opens one with cookies of its own."""

    def __init__(self, browser: Browser, url: str) -> None:
        self._browser = browser
        self._url = url
        self._persons: dict[str, Window] = {}
        self.windows: list[Window] = []

    async def window(self, *, width: int = _WIDTH, height: int = _HEIGHT) -> Window:
        context: BrowserContext = await self._browser.new_context(
            viewport={"width": width, "height": height}, locale="zh-CN", accept_downloads=True
        )
        context.set_default_timeout(_PATIENCE_MS)
        window = Window(await context.new_page(), self._url)
        self.windows.append(window)
        return window

    async def person(self, login: str) -> Window:
        """Signed in already; the same window whenever the person has something to do."""
        if login not in self._persons:
            self._persons[login] = await self.window()
            await self._persons[login].sign_in(login)
        return self._persons[login]

    def faults(self) -> list[str]:
        return [fault for window in self.windows for fault in window.faults]


@asynccontextmanager
async def running_chromium(url: str) -> AsyncGenerator[Chromium, None]:
    """The machine's own Chromium, without a head, with an empty profile."""
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert program, "the browser tests need Chromium (package chromium)"
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=list(_FLAGS))
        try:
            yield Chromium(browser, url)
        finally:
            await browser.close()
