from pinegate.protocols.media.key_frames import NO_PICTURE_SECONDS, GroupAge, KeyFrameRequests


def _asked(requests: KeyFrameRequests, until: float) -> list[float]:
    return [tenth / 10 for tenth in range(round(until * 10)) if requests.due(tenth / 10)]


def test_nothing_is_asked_for_while_nothing_is_missing() -> None:
    assert _asked(KeyFrameRequests(), 10) == []


def test_a_camera_that_does_not_answer_is_asked_ever_more_rarely() -> None:
    requests = KeyFrameRequests()
    requests.need()
    assert _asked(requests, 120) == [0, 0.5, 1.5, 3.5, 7.5, 15.5, 31.5, 47.5, 63.5, 79.5, 95.5, 111.5]


def test_a_whole_key_frame_ends_the_need_and_the_next_damage_waits_a_second_from_the_last_request() -> None:
    requests = KeyFrameRequests()
    requests.need()
    assert requests.due(5.0)
    requests.key_came(whole=True)
    assert not requests.due(7.0)
    requests.need()
    assert requests.due(7.0)
    requests.key_came(whole=True)
    requests.need()
    assert not requests.due(7.9)
    assert requests.due(8.0)


def test_a_torn_key_frame_repairs_nothing_but_shows_that_the_camera_answers() -> None:
    requests = KeyFrameRequests()
    requests.need()
    for half_seconds in range(8):
        assert requests.due(half_seconds / 2)
        requests.key_came(whole=False)


def _group(*keys: float) -> GroupAge:
    age = GroupAge()
    for key in keys:
        assert age.begins(False, key)
        age.picture(key)
    return age


def test_a_group_lives_for_twice_the_usual_distance_while_pictures_come() -> None:
    age = _group(0, 4, 8, 12)
    age.picture(19.9)
    assert age.is_live(20.0)
    assert not age.is_live(20.1)


def test_lost_key_frames_do_not_make_old_groups_usual() -> None:
    age = _group(0, 2, 4, 6, 22, 24, 26, 62)
    age.picture(67)
    assert not age.is_live(67)


def test_a_group_whose_camera_fell_silent_is_not_live() -> None:
    age = _group(0, 10, 20)
    assert age.is_live(20 + NO_PICTURE_SECONDS - 0.1)
    assert not age.is_live(20 + NO_PICTURE_SECONDS)


def test_a_torn_key_frame_begins_a_group_only_when_there_is_no_live_one() -> None:
    age = GroupAge()
    assert not age.is_live(0)
    assert age.begins(True, 0)
    age.picture(0)
    assert not age.begins(True, 1)
    age.picture(60)
    assert age.begins(True, 60)


def test_a_camera_of_key_frames_alone_has_live_groups() -> None:
    age = _group(0, 0.04, 0.08)
    assert age.is_live(0.5)
