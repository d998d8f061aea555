from pinegate.places import MOST_BODIES, Places


class Visitor:
    def __init__(self) -> None:
        self.closed = False

    def give_way(self) -> None:
        self.closed = True


def entered(places: Places, host: str, count: int) -> list[Visitor]:
    visitors = [Visitor() for _ in range(count)]
    assert {places.enter(visitor, host) for visitor in visitors} == {None}
    return visitors


def test_whoever_holds_all_places_in_silence_shuts_out_nobody() -> None:
    places = Places(most=10, most_an_address=10)
    silent = entered(places, "192.0.2.1", 10)
    assert places.enter(Visitor(), "192.0.2.2") is None
    assert [visitor.closed for visitor in silent] == [True] + [False] * 9
    assert len(places) == 10


def test_an_office_behind_one_address_gets_in_beside_its_own_silent_ones() -> None:
    places = Places(most=100, most_an_address=4)
    silent = entered(places, "192.0.2.1", 4)
    places.heard(silent[0])
    assert places.enter(Visitor(), "192.0.2.1") is None
    assert [visitor.closed for visitor in silent] == [False, True, False, False]


def test_who_is_being_served_is_not_closed() -> None:
    places = Places(most=100, most_an_address=2)
    served = entered(places, "192.0.2.1", 2)
    for visitor in served:
        places.served(visitor)
    assert places.enter(Visitor(), "192.0.2.1") == "address"
    assert places.enter(Visitor(), "192.0.2.2") is None
    places.heard(served[0])
    assert places.enter(Visitor(), "192.0.2.1") is None
    assert [visitor.closed for visitor in served] == [True, False]


def test_where_all_are_served_the_next_is_told_so() -> None:
    places = Places(most=2, most_an_address=2)
    for visitor in entered(places, "192.0.2.1", 2):
        places.served(visitor)
    assert places.enter(Visitor(), "192.0.2.2") == "all"


def test_who_left_is_forgotten() -> None:
    places = Places(most=2, most_an_address=2)
    for visitor in entered(places, "192.0.2.1", 2):
        places.leave(visitor)
        places.heard(visitor)  # bytes that were on their way
        places.leave(visitor)
    assert len(places) == 0
    later = entered(places, "192.0.2.1", 2)
    assert not any(visitor.closed for visitor in later)


def test_a_network_of_ipv6_is_one_address_and_a_mapped_one_is_its_ipv4() -> None:
    places = Places(most=100, most_an_address=2)
    for visitor in entered(places, "2001:db8::1", 1) + entered(places, "2001:db8::ffff:2", 1):
        places.served(visitor)
    assert places.enter(Visitor(), "2001:db8::3") == "address"
    assert places.enter(Visitor(), "2001:db8:0:1::3") is None
    entered(places, "::ffff:192.0.2.1", 2)
    (second,) = entered(places, "192.0.2.1", 1)  # by closing a silent one
    assert not second.closed


def test_a_trusted_proxy_brings_as_many_as_there_are_places() -> None:
    places = Places(most=5, most_an_address=2, unlimited=["192.0.2.9"])
    for visitor in entered(places, "192.0.2.9", 5):
        places.served(visitor)
    assert places.enter(Visitor(), "192.0.2.9") == "all"


def test_of_bodies_that_do_not_end_so_many_are_kept() -> None:
    places = Places(most=1000, most_an_address=1000)
    slow = entered(places, "192.0.2.1", MOST_BODIES)
    for visitor in slow:
        places.owes_body(visitor)
    places.heard(slow[0])
    places.served(slow[2])
    (first, second) = entered(places, "192.0.2.2", 2)
    places.owes_body(first)
    assert not any(visitor.closed for visitor in slow), "one of them had become whole"
    places.owes_body(second)
    assert [number for number, visitor in enumerate(slow) if visitor.closed] == [1]
