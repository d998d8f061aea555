"""Attempts per key, in bounded memory."""

from pinegate.usecases.rate_limit import RateLimit


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    limit = RateLimit(burst=3, per_second=2)
    assert [limit.allow("a", 0) for _ in range(4)] == [True, True, True, False]
    assert [limit.allow("a", 0.5), limit.allow("a", 0.5)] == [True, False]
    assert limit.allow("b", 0)


def test_a_flood_of_keys_forgets_the_one_longest_unused() -> None:
    limit = RateLimit(burst=1, per_second=0.001, most_keys=2)
    assert limit.allow("first", 0) and not limit.allow("first", 0)
    assert limit.allow("second", 0) and limit.allow("third", 0)
    assert limit.allow("first", 0)


def test_waiting_long_gives_no_more_than_a_burst() -> None:
    limit = RateLimit(burst=2, per_second=10)
    limit.allow("a", 0)
    assert [limit.allow("a", 1e6) for _ in range(3)] == [True, True, False]
