"""One person steers a camera at a time."""

from pinegate.usecases.access.ptz_locks import PtzLocks


def test_the_first_keeps_the_camera_for_sixty_seconds_after_the_last_command() -> None:
    locks = PtzLocks()
    assert locks.take("point", "first", 0)
    assert locks.take("point", "first", 50)
    assert not locks.take("point", "second", 100)
    assert locks.take("point", "second", 110)
    assert not locks.take("point", "first", 111)


def test_cameras_are_held_each_by_itself() -> None:
    locks = PtzLocks()
    assert locks.take("one", "first", 0) and locks.take("other", "second", 0)
