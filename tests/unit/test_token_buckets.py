"""Attempts per key, in bounded memory."""

from pinegate.token_buckets import TokenBuckets


def test_a_burst_passes_and_then_so_many_a_second() -> None:
    limit = TokenBuckets(burst=3, per_second=2)
    assert [limit.allow("a", 0) for _ in range(4)] == [True, True, True, False]
    assert [limit.allow("a", 0.5), limit.allow("a", 0.5)] == [True, False]
    assert limit.allow("b", 0)


def test_a_flood_of_keys_forgets_the_one_longest_unused() -> None:
    limit = TokenBuckets(burst=1, per_second=0.001, most_keys=2)
    assert limit.allow("first", 0) and not limit.allow("first", 0)
    assert limit.allow("second", 0) and limit.allow("third", 0)
    assert limit.allow("first", 0)


def test_waiting_long_gives_no_more_than_a_burst() -> None:
    limit = TokenBuckets(burst=2, per_second=10)
    limit.allow("a", 0)
    assert [limit.allow("a", 1e6) for _ in range(3)] == [True, True, False]


def test_what_proved_honest_is_paid_back_but_never_above_the_burst() -> None:
    limit = TokenBuckets(burst=2, per_second=0)
    assert limit.allow("a", 0)
    assert limit.allow("a", 0)
    limit.pay_back("a", 9)
    assert [limit.allow("a", 0) for _ in range(3)] == [True, True, False]


def test_who_is_unknown_is_paid_nothing() -> None:
    limit = TokenBuckets(burst=1, per_second=0)
    limit.pay_back("unknown", 9)
    assert len(limit) == 0
    assert [limit.allow("unknown", 0) for _ in range(2)] == [True, False]


def test_the_table_is_bounded() -> None:
    limit = TokenBuckets(burst=1, per_second=1, most_keys=10)
    for number in range(100):
        limit.allow(str(number), 0)
    assert len(limit) == 10


def test_who_is_refused_knows_when_the_next_is_due() -> None:
    limit = TokenBuckets(burst=1, per_second=0.5)
    assert limit.allow("a", 0) and not limit.allow("a", 1)
    assert limit.seconds_to_next("a") == 1
    assert limit.allow("a", 2)
