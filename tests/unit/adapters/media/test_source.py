import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pinegate.adapters.media.source import SETUP_SECONDS, SILENCE_SECONDS, Source, SourceHooks
from pinegate.protocols.media.frames import TIMESCALE, AccessUnit, Codec
from pinegate.protocols.media.key_frames import NO_PICTURE_SECONDS
from pinegate.protocols.media.mpeg_ps import PsMuxer
from pinegate.protocols.media.rtp import Packetizer
from pinegate_simulator.faults import without_program_stream_map

CAMERA = ("10.0.0.1", 5000)
KEY = bytes.fromhex(
    "000000016764000dacd94141fa1000000300100000030320f14299600000000168ebe3cb22c00000000165888400"
)


class Heard:
    """What a source called."""

    def __init__(self) -> None:
        self.units: list[AccessUnit] = []
        self.second: list[str] = []
        self.lost: list[str] = []
        self.key_frames_wanted = 0
        self.coming: list[bool] = []

    @property
    def hooks(self) -> SourceHooks:
        return SourceHooks(
            self.units.append, self.second.append, self.lost.append, self._wanted, self.coming.append
        )

    def _wanted(self) -> None:
        self.key_frames_wanted += 1


def _source(heard: Heard, ssrc: int | None = 7, *, strict: bool = False) -> Source:
    return Source("camera", CAMERA[0], ssrc, ordered=False, hooks=heard.hooks, now=0.0, strict_ssrc=strict)


def _packets(ssrc: int = 7, pictures: int = 4, sequence: int = 0) -> list[bytes]:
    muxer, packetizer = PsMuxer(Codec.H264), Packetizer(ssrc, sequence=sequence)
    units = [
        AccessUnit(Codec.H264, at, at, True, KEY)
        for at in range(0, pictures * TIMESCALE // 25, TIMESCALE // 25)
    ]
    return [packet for unit in units for packet in packetizer.packetize(muxer.mux(unit), unit.dts)]


def test_the_camera_is_heard() -> None:
    heard = Heard()
    source = _source(heard)
    for packet in _packets():
        source.packet(packet, CAMERA, 0.0)
    assert len(heard.units) >= 3 and heard.units[0].key
    assert not heard.second


def test_another_host_never_becomes_the_source() -> None:
    heard = Heard()
    source = _source(heard)
    for packet in _packets():
        source.packet(packet, ("10.0.0.66", 5000), 0.0)
    assert (heard.units, heard.second) == ([], ["10.0.0.66"])
    assert source.faults["second_source"] == len(_packets())


def test_the_first_valid_packet_fixes_the_port() -> None:
    heard = Heard()
    source = _source(heard)
    first, *rest = _packets()
    source.packet(first, CAMERA, 0.0)
    for packet in rest:
        source.packet(packet, ("10.0.0.1", 6666), 0.0)
    assert (heard.units, heard.second) == ([], ["10.0.0.1"])


def test_an_invalid_packet_fixes_nothing() -> None:
    heard = Heard()
    source = _source(heard)
    source.packet(b"garbage", ("10.0.0.1", 6666), 0.0)
    source.packet(_packets(ssrc=99)[0], ("10.0.0.1", 6666), 0.0)
    for packet in _packets():
        source.packet(packet, CAMERA, 0.0)
    assert heard.units


def test_an_ssrc_is_learned_once() -> None:
    heard = Heard()
    source = _source(heard, ssrc=None)
    source.packet(_packets(ssrc=3)[0], CAMERA, 0.0)
    source.packet(_packets(ssrc=4)[0], CAMERA, 0.0)
    assert (source.ssrc, heard.second) == (3, [CAMERA[0]])


def test_an_ssrc_that_was_not_announced_is_learned_when_the_announced_one_does_not_come() -> None:
    heard = Heard()
    source = _source(heard)
    early, late = _packets(ssrc=9)[:2], _packets(ssrc=9, sequence=100)
    for packet in early:
        source.packet(packet, CAMERA, 1.0)
    assert (source.sender, heard.second) == (None, [CAMERA[0]])
    for packet in late:
        source.packet(packet, CAMERA, 2.0)
    assert heard.units
    assert (source.ssrc, source.sender, source.counters()["ssrc_not_announced"]) == (9, CAMERA, 1)


@pytest.mark.parametrize("answered", [None, 7])
def test_a_strict_device_s_other_ssrc_is_never_learned(answered: int | None) -> None:
    heard = Heard()
    source = _source(heard, strict=True)
    source.bind(CAMERA[0], answered, 0.5)
    for at in (1.0, 2.0, 5.0):
        for packet in _packets(ssrc=9, sequence=int(at) * 100):
            source.packet(packet, CAMERA, at)
    assert (heard.units, source.sender, heard.second[:1]) == ([], None, [CAMERA[0]])
    for packet in _packets():
        source.packet(packet, CAMERA, 6.0)
    assert heard.units


def test_the_ssrc_that_a_strict_device_answers_is_the_one_agreed() -> None:
    heard = Heard()
    source = _source(heard, strict=True)
    source.bind(CAMERA[0], 9, 0.5)
    for packet in _packets(ssrc=9):
        source.packet(packet, CAMERA, 1.0)
    assert heard.units


def test_another_sender_starts_the_wait_for_the_announced_ssrc_anew() -> None:
    heard = Heard()
    source = _source(heard)
    source.packet(_packets(ssrc=9)[0], CAMERA, 1.0)
    source.packet(_packets(ssrc=9)[0], ("10.0.0.1", 6666), 1.5)
    source.packet(_packets(ssrc=9)[0], CAMERA, 2.0)
    source.packet(_packets(ssrc=9)[0], ("10.0.0.66", 5000), 3.5)
    assert source.sender is None


def test_the_announced_ssrc_is_the_cameras_whenever_it_comes() -> None:
    heard = Heard()
    source = _source(heard)
    for at in (1.0, 2.0):
        source.packet(_packets(ssrc=9)[0], ("10.0.0.1", 6666), at)
    assert source.ssrc == 9
    source.packet(_packets()[0], ("10.0.0.66", 5000), 3.0)
    assert source.ssrc == 9
    for packet in _packets():
        source.packet(packet, CAMERA, 3.0)
    assert (source.ssrc, source.sender) == (7, CAMERA)
    assert heard.units


def test_the_answers_ssrc_replaces_that_of_early_media() -> None:
    heard = Heard()
    source = _source(heard, ssrc=None)
    source.packet(_packets(ssrc=3)[0], ("10.0.0.1", 6666), 0.0)
    source.bind("10.0.0.1", 7, now=1.0)
    for packet in _packets():
        source.packet(packet, CAMERA, 1.0)
    assert heard.units and not heard.second


def test_the_answers_media_address_may_send_too() -> None:
    heard = Heard()
    source = _source(heard)
    assert not source.may_send("10.0.0.2")
    source.bind("10.0.0.2", 7, now=1.0)
    assert source.may_send("10.0.0.2")


def test_a_second_source_is_reported_once_a_second() -> None:
    heard = Heard()
    source = _source(heard)
    for tenth in range(25):
        source.refuse("10.0.0.66", tenth / 10)
    assert len(heard.second) == 3
    assert source.faults["second_source"] == 25


def test_silence_is_a_loss() -> None:
    heard = Heard()
    source = _source(heard)
    source.packet(_packets()[0], CAMERA, 5.0)
    source.check(5.0 + SILENCE_SECONDS - 0.1)
    assert not heard.lost
    source.check(5.0 + SILENCE_SECONDS)
    assert heard.lost == ["no packet for 10 s"]


def test_a_camera_that_never_sends_is_lost_after_the_time_to_set_up() -> None:
    heard = Heard()
    source = _source(heard)
    source.packet(b"garbage", CAMERA, SETUP_SECONDS - 1)
    source.check(SETUP_SECONDS - 0.1)
    assert not heard.lost
    source.check(SETUP_SECONDS)
    assert heard.lost == ["no packet came"]


@settings(max_examples=200)
@given(st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 400), st.integers(0, 255)), max_size=20))
def test_no_bytes_break_a_source(mutations: list[tuple[bytes, int, int]]) -> None:
    heard = Heard()
    source = _source(heard, ssrc=None)
    valid = _packets()
    for number, (garbage, place, value) in enumerate(mutations):
        packet = bytearray(valid[number % len(valid)])
        packet[place % len(packet)] = value
        source.packet(bytes(packet), CAMERA, 0.0)
        source.packet(garbage, CAMERA, 0.0)
    assert source.counters()["second_source"] >= 0


def test_a_camera_whose_map_names_no_audio_is_silent() -> None:
    heard = Heard()
    source = _source(heard)
    silent_at = list[bool]()
    for packet in _packets():
        source.packet(packet, CAMERA, 0.0)
        silent_at += [source.silent] * (len(heard.units) - len(silent_at))
    assert silent_at[0]


def test_a_camera_whose_map_names_audio_or_that_has_no_map_may_be_heard_yet() -> None:
    key = AccessUnit(Codec.H264, 0, 0, True, KEY)
    announced = PsMuxer(Codec.H264, Codec.G711A).mux(key)
    for pack in (announced, without_program_stream_map(announced)):
        source = _source(Heard())
        for packet in Packetizer(7).packetize(pack * 2, 0):
            source.packet(packet, CAMERA, 0.0)
        assert not source.silent


def _lossy(source: Source, packets: list[bytes], lost: set[int], start: float = 0.0) -> None:
    for number, packet in enumerate(packets):
        if number not in lost:
            source.packet(packet, CAMERA, start + number / 100)


def _inter_packets() -> list[bytes]:
    """A key picture and nine others, two packets each."""
    muxer, packetizer = PsMuxer(Codec.H264), Packetizer(7, mtu=200)
    packets: list[bytes] = []
    for number in range(10):
        payload = KEY + b"\x7f" * 200 if number == 0 else b"\x00\x00\x00\x01\x41\x9a" + b"\x7f" * 250
        at = number * TIMESCALE // 25
        packets += packetizer.packetize(muxer.mux(AccessUnit(Codec.H264, at, at, not number, payload)), at)
    return packets


def test_without_a_loss_no_key_frame_is_wanted() -> None:
    heard = Heard()
    _lossy(_source(heard), _inter_packets(), set())
    assert len(heard.units) >= 9 and heard.key_frames_wanted == 0


def test_after_a_loss_pictures_go_on_unless_the_source_is_strict() -> None:
    shown = dict[bool, int]()
    for strict in (False, True):
        heard = Heard()
        source = Source("camera", CAMERA[0], 7, ordered=True, hooks=heard.hooks, now=0.0, strict=strict)
        packets = _inter_packets()
        _lossy(source, packets, {len(packets) // 2})
        shown[strict] = len(heard.units)
        assert heard.key_frames_wanted == 1
    assert shown[False] >= 8
    assert shown[True] <= 5


def test_that_no_picture_comes_is_told_once_and_that_one_comes_again() -> None:
    heard = Heard()
    source = _source(heard)
    packets = _packets(pictures=8)
    for packet in packets[:4]:
        source.packet(packet, CAMERA, 0.0)
    for second in (1.0, 2.0, 3.0, 4.0, 5.0):
        source.check(second)
        assert heard.coming == ([] if second < NO_PICTURE_SECONDS else [False])
    for packet in packets[4:]:
        source.packet(packet, CAMERA, 5.5)
    source.check(6.0)
    assert heard.coming == [False, True]
    assert not heard.lost


def test_a_camera_whose_packets_never_make_a_picture_shows_none() -> None:
    heard = Heard()
    source = _source(heard)
    for number, packet in enumerate(_inter_packets()[2:]):
        source.packet(packet, CAMERA, number / 5)
    source.check(NO_PICTURE_SECONDS)
    assert heard.coming == [False]
    assert heard.key_frames_wanted >= 1
