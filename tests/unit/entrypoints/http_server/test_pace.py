from pinegate.entrypoints.http_server.pace import Pace


def test_silence_ends_it() -> None:
    pace = Pace(10, 100)
    assert not pace.over(1e9)
    pace.begin(5)
    assert not pace.over(14.9)
    assert pace.over(15)
    pace.stop()
    assert not pace.over(1e9)


def test_so_many_bytes_a_second_put_it_off() -> None:
    pace = Pace(10, 100)
    pace.begin(0)
    for second in range(1, 100):
        pace.moved(100, second)
        assert not pace.over(second)


def test_a_byte_a_second_does_not() -> None:
    pace = Pace(10, 100)
    pace.begin(0)
    ended = next(second for second in range(1, 100) if pace.moved(1, second) or pace.over(second))
    assert ended == 11


def test_a_great_deal_at_once_buys_no_more_than_its_seconds() -> None:
    pace = Pace(10, 100)
    pace.begin(0)
    pace.moved(1_000_000, 1)
    assert not pace.over(10.9)
    assert pace.over(11)
