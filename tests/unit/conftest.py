"""Holds unit tests to computing only."""

import asyncio
import multiprocessing.process
import time
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from tests.categories import refuse, watched


@pytest.fixture(autouse=True)
def nothing_but_computing(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Fails the test that reaches out of the process or lets time pass; what it did so far."""
    passing = asyncio.sleep

    async def turns_only(delay: float, result: Any = None) -> Any:
        if delay > 0:
            refuse(f"asyncio.sleep({delay})")
        return await passing(delay, result)

    monkeypatch.setattr(asyncio, "sleep", turns_only)
    monkeypatch.setattr(time, "sleep", lambda _: refuse("time.sleep"))
    for connecting in (psycopg, psycopg.Connection, psycopg.AsyncConnection):
        monkeypatch.setattr(connecting, "connect", lambda *_, **__: refuse("psycopg.connect"))
    monkeypatch.setattr(multiprocessing.process.BaseProcess, "start", lambda _: refuse("Process.start"))
    with watched() as seen:
        yield seen
    assert not seen, f"a unit test may not: {', '.join(seen)}"
