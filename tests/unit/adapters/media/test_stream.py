import asyncio
from collections.abc import Iterable
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.adapters.media import stream as stream_module
from pinegate.adapters.media.stream import Stream
from pinegate.adapters.media.viewer import Viewer
from pinegate.domain.access.session_end import End, EndReason
from pinegate.domain.access.tracks import PICTURE, PICTURE_AND_SOUND, Track
from pinegate.protocols.media.aac import audio_specific_config
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.usecases.streams.media_engine import PlayProtocol

PARAMETERS = bytes.fromhex("000000016764000dacd94141fa1000000300100000030320f14299600000000168ebe3cb22c0")
AUDIO_CONFIG = audio_specific_config(16_000, 1)


class Watcher:
    """Stands for a viewer: remembers what it is given."""

    def __init__(self, protocol: PlayProtocol, tracks: frozenset[Track]) -> None:
        self.protocol = protocol
        self.tracks = tracks
        self.first: bytes | None = None
        self.pieces: list[tuple[bytes, bool]] = []
        self.ended: list[End] = []

    def begin(self, first: bytes, group: Iterable[bytes]) -> None:
        self.first = first + b"".join(group)

    def offer(self, piece: bytes, key: bool) -> None:
        self.pieces.append((piece, key))

    def end(self, end: End) -> None:
        self.ended.append(end)


class Screen:
    """A stream with shorthand for feeding and watching it."""

    def __init__(self, transcodes: bool = False) -> None:
        self.settled: list[AccessUnit] = []
        self.stream = Stream(lambda _, key: self.settled.append(key), transcodes)
        self._time = 0

    def picture(
        self, key: bool = False, codec: Codec = Codec.H264, size: int = 100, torn: bool = False
    ) -> None:
        self._time += 3600
        kind = b"\x65\x88" if key else b"\x41\x9a"
        payload = (PARAMETERS if key else b"") + b"\x00\x00\x00\x01" + kind + b"\x7f" * size
        self.stream.push(AccessUnit(codec, self._time, self._time, key, payload, torn=torn))

    def broken_key_picture(self) -> None:
        self._time += 3600
        payload = b"\x00\x00\x00\x01\x67\xff\xff\x00\x00\x00\x01\x65\x88\x7f"
        self.stream.push(AccessUnit(Codec.H264, self._time, self._time, True, payload))

    def sound(self, codec: Codec = Codec.AAC) -> None:
        config = AUDIO_CONFIG if codec is Codec.AAC else b""
        self.stream.push(AccessUnit(codec, self._time, self._time, False, b"\x21" * 50, config))

    def watch(
        self, protocol: PlayProtocol = PlayProtocol.FLV, tracks: frozenset[Track] = PICTURE_AND_SOUND
    ) -> Watcher:
        watcher = Watcher(protocol, tracks)
        self.stream.join(cast(Viewer, watcher))
        return watcher


@pytest.fixture
async def screen() -> Screen:
    return Screen()


async def test_a_viewer_starts_at_the_last_key_frame(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True)
    screen.picture()
    screen.picture(key=True, size=5000)
    screen.picture(size=300)
    watcher = screen.watch()
    assert watcher.first is not None and watcher.first.startswith(b"FLV\x01\x05")
    assert 5300 < len(watcher.first) < 6300


async def test_pictures_before_the_first_key_frame_are_of_no_use(screen: Screen) -> None:
    watcher = screen.watch()
    screen.sound()
    screen.picture()
    assert watcher.first is None and screen.stream.key_picture is None
    screen.picture(key=True)
    assert watcher.first is not None


async def test_viewers_of_one_output_share_the_same_bytes(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True)
    one, two = screen.watch(), screen.watch()
    screen.picture()
    assert one.pieces[0][0] is two.pieces[0][0]


async def test_a_piece_with_a_key_frame_begins_with_it(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True)
    watcher = screen.watch()
    screen.picture()
    screen.picture()
    screen.picture(key=True)
    async with asyncio.timeout(5):
        while len(watcher.pieces) < 3:
            await asyncio.sleep(0)
    assert [key for _, key in watcher.pieces] == [False, False, True]
    assert watcher.pieces[2][0][11] == 0x17  # FLV: key frame, AVC


async def test_what_waits_to_be_flushed_reaches_a_newcomer_once_and_all_others_at_once(
    screen: Screen,
) -> None:
    screen.sound()
    screen.picture(key=True)
    early = screen.watch()
    screen.picture()
    screen.picture()  # so soon after the one before, it waits
    assert len(early.pieces) == 1
    late = screen.watch()
    assert len(early.pieces) == 2
    assert late.first is not None and late.first.endswith(early.pieces[1][0])
    assert late.pieces == []


async def test_a_websocket_viewer_gets_the_same_in_binary_frames(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True)
    plain, framed = screen.watch(), screen.watch(PlayProtocol.WS_FLV)
    screen.picture()
    assert (
        framed.pieces[0][0] == b"\x82\x7e" + len(plain.pieces[0][0]).to_bytes(2, "big") + plain.pieces[0][0]
    )


async def test_a_camera_without_sound_starts_a_little_later(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "SETTLE_SECONDS", 0.01)
    watcher = screen.watch()
    screen.picture(key=True)
    assert watcher.first is None
    async with asyncio.timeout(5):
        while watcher.first is None:
            await asyncio.sleep(0)
    assert watcher.first.startswith(b"FLV\x01\x01")
    assert len(screen.settled) == 1


async def test_sound_that_comes_too_late_is_left_out(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "SETTLE_SECONDS", 0.0)
    screen.picture(key=True)
    async with asyncio.timeout(5):
        while not screen.settled:
            await asyncio.sleep(0)
    screen.sound()
    assert (screen.stream.audio, screen.stream.camera_audio) == (None, Codec.AAC)


async def test_sound_from_before_the_group_still_configures_a_new_output(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True)
    screen.picture(key=True)
    for protocol in PlayProtocol:
        assert screen.watch(protocol).first is not None


async def test_sound_that_is_being_transcoded_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "SETTLE_SECONDS", 0.0)
    monkeypatch.setattr(stream_module, "TRANSCODED_SECONDS", 60.0)
    screen = Screen(transcodes=True)
    screen.picture(key=True)
    screen.sound(Codec.G711A)
    for _ in range(10):  # turns in which a timer of no seconds would have gone off
        await asyncio.sleep(0)
    assert not screen.settled
    screen.sound(Codec.AAC)
    assert (screen.stream.audio, screen.stream.camera_audio) == (Codec.AAC, Codec.G711A)
    assert screen.settled
    screen.stream.reset(End(EndReason.DONE))


async def test_g711_itself_is_in_no_browser_output(screen: Screen) -> None:
    screen.sound(Codec.G711A)
    screen.picture(key=True)
    assert (screen.stream.audio, screen.stream.camera_audio) == (None, Codec.G711A)


async def test_another_video_codec_ends_the_viewers(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True)
    watcher = screen.watch()
    screen.picture(key=True, codec=Codec.H265)
    assert watcher.ended == [End(EndReason.SOURCE_CHANGED)]


async def test_unreadable_parameter_sets_only_delay_the_viewers(screen: Screen) -> None:
    watchers = [screen.watch(protocol) for protocol in PlayProtocol]
    screen.sound()
    screen.broken_key_picture()
    screen.picture()
    assert all(watcher.first is None for watcher in watchers)
    screen.picture(key=True)
    assert all(watcher.first is not None for watcher in watchers)


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 80), st.integers(0, 255)), max_size=30))
def test_no_picture_breaks_the_outputs(mutations: list[tuple[bool, int, int]]) -> None:
    async def feed() -> None:
        screen = Screen()
        for protocol in PlayProtocol:
            screen.watch(protocol)
        screen.sound()
        for number, (key, place, value) in enumerate(mutations):
            payload = bytearray((PARAMETERS if key else b"") + b"\x00\x00\x00\x01\x65\x88\x7f\x7f")
            payload[place % len(payload)] = value
            at = 3600 * (number + 1)
            screen.stream.push(AccessUnit(Codec.H264, at, at, key, bytes(payload)))
        screen.stream.reset(End(EndReason.DONE))

    asyncio.run(feed())


async def test_a_group_beyond_the_cap_is_not_kept(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream_module, "GOP_CAP", 10_000)
    screen.sound()
    screen.picture(key=True)
    early = screen.watch()
    for _ in range(3):
        screen.picture(size=5000)
    late = screen.watch()
    assert early.first is not None and late.first is None
    screen.picture(key=True)
    assert late.first is not None


async def test_an_output_nobody_watches_is_not_packed(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True)
    watcher = screen.watch()
    assert screen.stream.watched
    screen.stream.leave(cast(Viewer, watcher))
    assert not screen.stream.watched


@pytest.mark.parametrize("protocol", PlayProtocol)
async def test_sound_reaches_only_those_whose_session_carries_it(
    screen: Screen, protocol: PlayProtocol
) -> None:
    screen.sound()
    screen.picture(key=True)
    hears, sees = screen.watch(protocol), screen.watch(protocol, PICTURE)
    screen.sound()
    screen.picture(key=True)
    heard = b"".join([hears.first or b"", *(piece for piece, _ in hears.pieces)])
    seen = b"".join([sees.first or b"", *(piece for piece, _ in sees.pieces)])
    sound = b"\x21" * 50
    assert sound in heard and sound not in seen
    assert AUDIO_CONFIG in heard and AUDIO_CONFIG not in seen
    assert seen.count(b"\x7f" * 100) == 2


async def test_who_may_not_hear_waits_for_no_sound(screen: Screen) -> None:
    sees, may_hear = screen.watch(tracks=PICTURE), screen.watch()
    screen.picture(key=True)
    assert sees.first is not None and may_hear.first is None
    later = screen.watch(tracks=PICTURE)
    assert later.first is not None
    screen.sound()
    assert may_hear.first is not None and may_hear.first.startswith(b"FLV\x01\x05")
    assert sees.first.startswith(b"FLV\x01\x01")


async def test_of_a_silent_camera_all_share_one_output(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "SETTLE_SECONDS", 0.0)
    screen.picture(key=True)
    may_hear, sees = screen.watch(), screen.watch(tracks=PICTURE)
    async with asyncio.timeout(5):
        while may_hear.first is None:
            await asyncio.sleep(0)
    screen.picture()
    assert may_hear.pieces[-1][0] is sees.pieces[-1][0]


async def test_a_camera_that_says_it_has_no_sound_starts_with_its_first_picture(screen: Screen) -> None:
    screen.stream.silent = True
    watcher = screen.watch()
    screen.picture(key=True)
    assert watcher.first is not None and watcher.first.startswith(b"FLV\x01\x01")


async def test_a_group_that_is_no_longer_live_is_given_to_nobody(
    screen: Screen, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen.sound()
    screen.picture(key=True)
    early = screen.watch()
    loop = asyncio.get_running_loop()
    later = loop.time() + 36
    monkeypatch.setattr(loop, "time", lambda: later)
    screen.picture()
    late = screen.watch()
    assert early.first is not None and late.first is None
    screen.picture(key=True)
    assert late.first is not None


async def test_a_torn_key_picture_is_no_beginning_while_there_is_a_better_one(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True, size=3000)
    early = screen.watch()
    screen.picture(key=True, size=20, torn=True)
    late = screen.watch()
    assert late.first is not None and len(late.first) > 3000
    assert [key for _, key in early.pieces] == [False]


async def test_a_torn_key_picture_is_a_beginning_where_there_is_no_other(screen: Screen) -> None:
    screen.sound()
    screen.picture(key=True, torn=True)
    assert screen.watch().first is not None
