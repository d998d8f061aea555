from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.media.timeline import Timeline

SECOND = 90_000
WRAP = 1 << 33


@given(st.lists(st.tuples(st.booleans(), st.integers(0, WRAP - 1), st.integers(-5000, 5000)), max_size=60))
def test_any_clock_gives_rising_times_from_0_on(stamps: list[tuple[bool, int, int]]) -> None:
    timeline = Timeline()
    last = {True: -1, False: -1}
    for video, raw, offset in stamps:
        time = (
            timeline.place_video((raw + offset) % WRAP, raw)[1] if video else timeline.place_audio(raw, 1800)
        )
        assert time > last[video]
        last[video] = time


@given(st.integers(0, WRAP - 1), st.lists(st.integers(1, 9 * SECOND), max_size=30))
def test_a_running_clock_is_kept_exactly_wherever_it_wraps(base: int, steps: list[int]) -> None:
    timeline = Timeline()
    time = 0
    assert timeline.place_video(base) == (0, 0)
    for step in steps:
        time += step
        assert timeline.place_video((base + time + 7200) % WRAP, (base + time) % WRAP) == (time + 7200, time)


def test_both_tracks_share_one_base() -> None:
    timeline = Timeline()
    assert timeline.place_video(1_000_000) == (0, 0)
    assert timeline.place_audio(1_000_900, 1800) == 900
    assert timeline.place_video(1_003_600) == (3600, 3600)
    assert timeline.place_audio(1_002_700, 1800) == 2700


def test_a_track_with_another_base_starts_beside_the_first() -> None:
    timeline = Timeline()
    timeline.place_video(0)
    timeline.place_video(3600)
    assert timeline.place_audio(77 * SECOND, 1800) == 3600
    assert timeline.place_audio(77 * SECOND + 1800, 1800) == 5400


def test_a_clock_that_jumps_goes_on_without_a_gap() -> None:
    timeline = Timeline()
    times = [
        timeline.place_video(raw)[1] for raw in (0, 3600, 7200, 500 * SECOND, 500 * SECOND + 3600, 9, 3609)
    ]
    assert times == [0, 3600, 7200, 10_800, 14_400, 18_000, 21_600]


def test_b_frames_without_dts_are_shown_where_their_pts_says() -> None:
    timeline = Timeline()
    placed = [timeline.place_video(raw) for raw in (0, 14_400, 3600, 7200, 10_800, 18_000)]
    assert [shown for shown, _ in placed] == [0, 14_400, 3600, 7200, 10_800, 18_000]
    assert [decoded for _, decoded in placed] == [0, 14_400, 14_401, 14_402, 14_403, 18_000]


def test_an_audio_clock_that_stands_still_follows_the_video() -> None:
    timeline = Timeline()
    sound = 0
    for picture in range(0, 60 * SECOND, 3600):
        timeline.place_video(picture)
        sound = timeline.place_audio(0, 1800)
        assert abs(picture - sound) <= 3 * SECOND + 3600
