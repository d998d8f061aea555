from itertools import pairwise

import numpy

from pinegate_simulator.bad_line import BadLine

SENT = [number.to_bytes(2, "big") for number in range(2000)]


def _arrivals(loss: float = 0, reorder: float = 0, delay: float = 0) -> list[tuple[float, int]]:
    """A packet a millisecond; when which arrived."""
    line = BadLine(loss, reorder, delay, numpy.random.default_rng(1))
    arrived: list[tuple[float, int]] = []
    for number, packet in enumerate(SENT):
        while (due := line.next_arrival) is not None and due <= number / 1000:
            arrived += [(due, int.from_bytes(other, "big")) for other in line.carry([], due)]
        arrived += [
            (number / 1000, int.from_bytes(other, "big")) for other in line.carry([packet], number / 1000)
        ]
    while (due := line.next_arrival) is not None:
        arrived += [(due, int.from_bytes(other, "big")) for other in line.carry([], due)]
    return arrived


def test_a_good_line_changes_nothing() -> None:
    assert _arrivals() == [(number / 1000, number) for number in range(len(SENT))]


def test_so_many_are_lost_and_the_others_stay_in_order() -> None:
    numbers = [number for _, number in _arrivals(loss=0.05)]
    assert 50 < len(SENT) - len(numbers) < 150
    assert numbers == sorted(numbers)


def test_so_many_arrive_behind_later_ones_and_none_is_lost() -> None:
    numbers = [number for _, number in _arrivals(reorder=0.05)]
    assert sorted(numbers) == list(range(len(SENT)))
    assert 50 < sum(later < before for before, later in pairwise(numbers)) < 150


def test_delay_is_uneven_bounded_and_keeps_the_order() -> None:
    arrived = _arrivals(delay=0.04)
    assert [number for _, number in arrived] == list(range(len(SENT)))
    taken = [at - number / 1000 for at, number in arrived]
    assert min(taken) >= -1e-9 and max(taken) <= 0.04 + 1e-9
    assert max(taken) - min(taken) > 0.01
