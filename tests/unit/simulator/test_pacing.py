from pinegate_simulator.pacing import Timetable


def test_turns_are_taken_in_the_order_of_their_times() -> None:
    timetable, taken = Timetable(), []
    for name, when in (("late", 3.0), ("early", 1.0), ("middle", 2.0)):
        timetable.add(lambda now, name=name: taken.append(name), when)
    assert timetable.next_time == 1.0
    timetable.run(2.5)
    assert taken == ["early", "middle"]
    assert timetable.next_time == 3.0


def test_a_turn_that_is_due_again_at_once_does_not_starve_the_others() -> None:
    timetable, taken = Timetable(), []

    def greedy(now: float) -> float:
        taken.append("greedy")
        return now

    timetable.add(greedy, 0.0)
    timetable.add(lambda now: taken.append("other"), 0.0)
    timetable.run(0.0)
    assert taken == ["greedy", "other"]


def test_an_empty_timetable_wants_nothing() -> None:
    timetable = Timetable()
    timetable.add(lambda now: None, 1.0)
    timetable.run(1.0)
    assert timetable.next_time is None
