"""The cap on strangers."""

from pinegate.protocols.gb28181.upper.source_limiter import SourceLimiter


def test_a_burst_then_the_rate() -> None:
    limiter = SourceLimiter(rate=2, burst=3)
    assert [limiter.allow("a", 0) for _ in range(4)] == [True, True, True, False]
    assert [limiter.allow("a", 1) for _ in range(3)] == [True, True, False]
    assert limiter.allow("b", 1)


def test_what_proved_honest_is_paid_back_but_never_above_the_burst() -> None:
    limiter = SourceLimiter(rate=0, burst=2)
    assert limiter.allow("a", 0)
    assert limiter.allow("a", 0)
    limiter.pay_back("a", 9)
    assert [limiter.allow("a", 0) for _ in range(3)] == [True, True, False]
    limiter.pay_back("unknown", 9)


def test_the_table_is_bounded() -> None:
    limiter = SourceLimiter(capacity=10)
    for number in range(100):
        limiter.allow(str(number), 0)
    assert len(limiter._buckets) == 10
