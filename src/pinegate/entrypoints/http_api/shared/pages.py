"""What every long list says beside its items."""

from typing import TypedDict

from pydantic import BaseModel

from pinegate.adapters.database.keyset_pages import Page


class PageOut(BaseModel):
    """``next``: pass it as ``after`` for the following page; null at the end. ``total`` of the first page only;
    ``total_at_least``: counting stopped there.
    """

    next: str | None
    total: int | None
    total_at_least: bool


class PageWords(TypedDict):
    """The fields of ``PageOut``."""

    next: str | None
    total: int | None
    total_at_least: bool


def page_words(page: Page) -> PageWords:
    """How a page stands among its like."""
    found = page.found
    return {
        "next": page.next,
        "total": None if found is None else found.total,
        "total_at_least": found is not None and found.at_least,
    }
