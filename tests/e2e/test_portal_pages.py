"""Every page, for everybody, in both languages: it loads, it has all of its words, and nothing complains."""

import re

import pytest
from tests.e2e.browser import Chromium, Window
from tests.e2e.tour import LOGINS, pages, settled

pytestmark = pytest.mark.browser

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_HEADED_BY_A_NAME = ("-one", "my-organization", "workbench")


@pytest.mark.parametrize("login", LOGINS)
async def test_every_page_has_all_its_words_in_both_languages_and_no_complaints(
    chromium: Chromium, login: str
) -> None:
    window = await chromium.person(login)
    async for page in pages(window):
        assert await window.missing_messages() == [], page
        assert await window.test_id("load-problem").count() == 0, page
        await _in_english(window)
        assert await window.missing_messages() == [], page
        assert not _CHINESE.search(await _portals_own_words(window, page)), page
        await window.click("language")
    assert chromium.faults() == []


async def _in_english(window: Window) -> None:
    """English is loaded on first use."""
    await window.click("language")
    await window.page.locator("html[lang=en]").wait_for()
    await settled(window)


async def _portals_own_words(window: Window, page: str) -> str:
    """The menu, and the heading where it names nobody and nothing."""
    words = await window.page.locator("nav").first.inner_text()  # a long list has one to turn its pages
    if not page.endswith(_HEADED_BY_A_NAME):
        words += " ".join(await window.page.locator("main h1").all_inner_texts())
    return words


async def test_the_sign_in_page_offers_every_account_by_role_in_both_languages(chromium: Chromium) -> None:
    window = await chromium.window()
    await window.go("/login")
    await window.test_id("demo-unit-viewer").wait_for()
    assert await window.page.locator("[data-testid^=demo-]").count() >= 17
    assert await window.missing_messages() == []
    await window.click("language")
    await window.page.get_by_role("heading", name="Sign in").first.wait_for()
    assert await window.missing_messages() == []
    assert chromium.faults() == []
