"""A catalogue is asked for again by and by, and soon after a hint, but not without end."""

from pinegate.adapters.gb28181.catalogue_refresh import LEAST_SECONDS, REFRESH_SECONDS, CatalogueRefresh


def test_a_catalogue_is_asked_for_again_after_a_while() -> None:
    refresh = CatalogueRefresh(lambda: 0.5)
    refresh.asked("a", 0.0)
    assert refresh.due(REFRESH_SECONDS - 1) == []
    assert refresh.due(REFRESH_SECONDS) == ["a"]
    assert refresh.due(2 * REFRESH_SECONDS) == []
    refresh.asked("a", 2 * REFRESH_SECONDS)
    assert refresh.due(3 * REFRESH_SECONDS) == ["a"]


def test_devices_that_came_together_are_not_asked_together() -> None:
    spread = iter((0.0, 1.0))
    refresh = CatalogueRefresh(lambda: next(spread))
    refresh.asked("a", 0.0)
    refresh.asked("b", 0.0)
    assert refresh.due(REFRESH_SECONDS) == ["a"]
    assert refresh.due(1.25 * REFRESH_SECONDS) == ["b"]


def test_hints_ask_soon_but_not_more_often_than_allowed() -> None:
    refresh = CatalogueRefresh(lambda: 0.5)
    refresh.asked("a", 0.0)
    asked = 0
    for tenth in range(3_000):
        now = tenth / 10
        refresh.hinted("a", now)
        for code in refresh.due(now):
            refresh.asked(code, now)
            asked += 1
    assert asked == 300 // LEAST_SECONDS - 1
    assert len(refresh._queue) < 100


def test_who_is_gone_is_not_asked() -> None:
    refresh = CatalogueRefresh(lambda: 0.5)
    refresh.asked("a", 0.0)
    refresh.gone("a")
    refresh.hinted("a", 1.0)
    refresh.hinted("b", 1.0)
    assert refresh.due(2 * REFRESH_SECONDS) == []
