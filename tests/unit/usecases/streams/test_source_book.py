"""One INVITE a camera, a grace period, and coming back by itself."""

from collections.abc import Sequence

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from pinegate.usecases.streams.signalling import InviteFailure
from pinegate.usecases.streams.source_book import Action, CloseSource, NotifyViewers, OpenSource, SourceBook

CAMERA = "camera-1"


def running(book: SourceBook, now: float = 0) -> SourceBook:
    book.join(CAMERA, "first", now)
    book.opened(CAMERA)
    book.started(CAMERA)
    return book


def test_however_many_watch_the_camera_is_asked_once() -> None:
    book = SourceBook()
    assert book.join(CAMERA, "first", 0) == [OpenSource(CAMERA)]
    assert [book.join(CAMERA, f"viewer {n}", 0) for n in range(50)] == [[]] * 50
    book.opened(CAMERA)
    book.started(CAMERA)
    assert book.join(CAMERA, "late", 5) == []


def test_after_the_last_viewer_the_source_ends_with_the_grace_period() -> None:
    book = running(SourceBook(grace_seconds=10))
    book.leave("first", 100)
    assert book.next_due() == 110
    assert book.tick(109.9) == []
    assert book.tick(110) == [CloseSource(CAMERA)]
    assert book.sources() == () and book.next_due() is None


def test_a_viewer_who_comes_within_the_grace_period_finds_the_source_running() -> None:
    book = running(SourceBook(grace_seconds=10))
    book.leave("first", 100)
    assert book.join(CAMERA, "second", 105) == []
    assert book.tick(200) == []
    assert book.has_started(CAMERA)


def test_viewers_learn_at_once_of_a_failure_that_does_not_pass() -> None:
    book = SourceBook()
    book.join(CAMERA, "a", 0)
    book.join(CAMERA, "b", 0)
    told = book.failed(CAMERA, InviteFailure.DEVICE_OFFLINE, 1)
    assert told == [NotifyViewers(("a", "b"), InviteFailure.DEVICE_OFFLINE)]
    assert book.sources() == ()


def test_a_busy_camera_is_asked_again_before_anybody_is_told() -> None:
    book = SourceBook()
    book.join(CAMERA, "a", 0)
    now = 0.0
    for wait in (1.0, 2.0, 4.0):
        assert book.failed(CAMERA, InviteFailure.BUSY, now) == []
        assert book.tick(now + wait - 0.1) == []
        now += wait
        assert book.tick(now) == [OpenSource(CAMERA)]
    assert book.failed(CAMERA, InviteFailure.BUSY, now) == [NotifyViewers(("a",), InviteFailure.BUSY)]


def test_a_source_that_breaks_off_comes_back_by_itself() -> None:
    book = running(SourceBook())
    book.leave("first", 50)  # the engine ended its session with the source
    assert book.lost(CAMERA, 50) == []
    assert book.next_due() == 51
    assert book.tick(51) == [OpenSource(CAMERA)]
    book.opened(CAMERA)
    book.started(CAMERA)
    assert book.tick(79) == []
    assert book.join(CAMERA, "first again", 79) == []


def test_a_source_nobody_comes_back_to_is_given_up() -> None:
    book = running(SourceBook())
    book.leave("first", 50)
    book.lost(CAMERA, 50)
    book.tick(51)
    book.opened(CAMERA)
    assert book.tick(80) == [CloseSource(CAMERA)]


def test_a_source_without_a_first_picture_fails_for_want_of_one() -> None:
    book = SourceBook()
    book.join(CAMERA, "a", 0)
    told = list[Action]()
    for attempt in range(4):
        book.opened(CAMERA)
        told = book.lost(CAMERA, attempt * 10)
        book.tick(attempt * 10 + 5)
    assert told == [NotifyViewers(("a",), InviteFailure.NO_PICTURE)]


def test_what_is_not_known_is_ignored() -> None:
    book = SourceBook()
    book.leave("nobody", 0)
    book.opened("none")
    book.started("none")
    assert book.lost("none", 0) == [] and book.failed("none", InviteFailure.BUSY, 0) == []


class AnyHistory(RuleBasedStateMachine):
    """Whatever happens in whatever order: at most one open INVITE a camera, and no camera runs for nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.book = SourceBook()
        self.now = 0.0
        self.open: set[str] = set()
        self.viewers: dict[str, str] = {}

    def do(self, actions: Sequence[Action]) -> None:
        for action in actions:
            match action:
                case OpenSource(source):
                    assert source not in self.open
                    self.open.add(source)
                case CloseSource(source):
                    assert source in self.open
                    assert source not in self.viewers.values()
                    self.open.discard(source)
                case NotifyViewers(sessions, _):
                    for session in sessions:
                        del self.viewers[session]

    cameras = st.sampled_from(["a", "b"])

    @rule(camera=cameras, viewer=st.integers(0, 5))
    def join(self, camera: str, viewer: int) -> None:
        session = f"{camera}{viewer}"
        if session not in self.viewers:
            self.viewers[session] = camera
            self.do(self.book.join(camera, session, self.now))

    @rule(camera=cameras, viewer=st.integers(0, 5))
    def leave(self, camera: str, viewer: int) -> None:
        self.viewers.pop(f"{camera}{viewer}", None)
        self.book.leave(f"{camera}{viewer}", self.now)

    @rule(camera=cameras)
    def answered(self, camera: str) -> None:
        if camera in self.open:
            self.book.opened(camera)

    @rule(camera=cameras)
    def pictured(self, camera: str) -> None:
        if camera in self.open:
            self.book.started(camera)

    @rule(camera=cameras, failure=st.sampled_from(InviteFailure))
    def fails(self, camera: str, failure: InviteFailure) -> None:
        if camera in self.open:
            self.open.discard(camera)
            self.do(self.book.failed(camera, failure, self.now))

    @rule(seconds=st.floats(0.1, 40))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self.do(self.book.tick(self.now))

    @invariant()
    def whoever_watches_is_served_or_will_be(self) -> None:
        assert set(self.viewers.values()) <= set(self.book.sources())


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=60, stateful_step_count=30)
