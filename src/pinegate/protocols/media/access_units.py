"""The last step of every input: pictures and audio frames become access units that an output can trust."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from pinegate.protocols.media import h264, h265, nal
from pinegate.protocols.media.frames import AccessUnit, Codec
from pinegate.protocols.media.timeline import Timeline

_MAX_PARAMETER_SETS: Final = 16
_MAX_PARAMETER_SET_BYTES: Final = 4096
_MAX_PREFIX_BYTES: Final = 65_536
_MAX_NAL_UNITS: Final = 1024
_SHORT_START_CODE: Final = b"\x00\x00\x01"
_LEAST_TORN_SLICE: Final = 64
"""Bytes that hold a slice header and some macroblocks: a decoder that finds no whole header gives the picture up."""


class _Picture:
    """What a scan finds of one picture, which begins at ``start`` of the stream."""

    __slots__ = ("begins", "first_slice", "key", "parameter_sets", "slices", "start")

    def __init__(self, start: int) -> None:
        self.start = start
        self.parameter_sets: dict[int, list[bytes]] = {}
        self.slices = False
        self.first_slice = start + (1 << 30)
        self.begins = False
        self.key = False


class Assembler:
    """Pictures in decoding order in, access units out.

    - What comes as one picture and holds several is cut before each access unit delimiter and each first slice:
      ZLMediaKit sends a key picture and the next with one PTS, and a decoder that gets both as one stops.
    - Nothing before the first key picture, and nothing from a loss to the next key picture when
      ``wait_for_key`` (counted in ``skipped``).
    - A torn picture (its end was lost) keeps what it has, unless that is too little for any decoder.
    - What does not begin with a picture's first slice is a fragment and goes the way of a loss (``damaged``).
    - A picture of more than 1,024 NAL units, which would take every packer's time, is discarded (``damaged``).
    - Parameter sets sent on their own are put before the next picture; a key picture without any gets the
      last ones, so that every key unit can start a decoder.
    """

    def __init__(self, *, wait_for_key: bool) -> None:
        self.damaged = 0
        self.skipped = 0
        self._wait_for_key = wait_for_key
        self._waiting = True
        self._prefix: bytes = b""
        self._codec: Codec | None = None
        self._parameter_sets: dict[int, list[bytes]] = {}
        self._timeline = Timeline()

    def lose(self) -> None:
        """Packets are missing: what is shown next must not refer to them."""
        self._prefix = b""
        self._waiting = self._waiting or self._wait_for_key

    def damage(self) -> None:
        """A picture was discarded."""
        self.damaged += 1
        self.lose()

    def video(
        self, codec: Codec, stream: bytes, pts: int, dts: int | None, torn: bool = False
    ) -> list[AccessUnit]:
        """What came as one picture in, its units out: one as a rule, none when it is withheld. ``stream``: Annex B.
        ``pts``/``dts``: raw 33-bit values of 90 kHz. ``torn``: its end was lost.
        """
        if codec is not self._codec:
            self._codec, self._parameter_sets, self._prefix, self._waiting = codec, {}, b"", True
        if self._prefix:
            stream = self._prefix + stream
            self._prefix = b""
        pictures = _scan(stream, _SCANNERS[codec])
        if not pictures:
            self.damage()
            return []
        units: list[AccessUnit] = []
        end = len(stream)
        for number, picture in enumerate(pictures, 1):
            following = pictures[number].start if number < len(pictures) else end
            part = stream if picture.start == 0 and following == end else stream[picture.start : following]
            unit = self._unit(codec, picture, part, pts, dts, torn and following == end)
            if unit is not None:
                units.append(unit)
        return units

    def _unit(
        self, codec: Codec, picture: _Picture, stream: bytes, pts: int, dts: int | None, torn: bool
    ) -> AccessUnit | None:
        if torn and picture.first_slice + _LEAST_TORN_SLICE > picture.start + len(stream):
            self.damage()  # parameter sets that are cut short would be worse than none
            return None
        if not picture.slices:
            self._prefix = stream if len(stream) <= _MAX_PREFIX_BYTES else b""
            return None
        shown, decoded = self._timeline.place_video(pts, dts)
        if not picture.begins:
            self.damage()
            return None
        if picture.key:
            complete = self._complete(picture.parameter_sets)
            if complete is None:
                self.skipped += 1
                return None
            self._waiting = False
            return AccessUnit(codec, shown, decoded, True, complete + stream, torn=torn)
        if self._waiting:
            self.skipped += 1
            return None
        return AccessUnit(codec, shown, decoded, False, stream, torn=torn)

    def audio(
        self, codec: Codec, frame: bytes, pts: int | None, duration: int, config: bytes = b""
    ) -> AccessUnit:
        """``pts``: raw 33-bit value, ``None`` right behind the last frame. ``duration``: 90 kHz ticks."""
        time = self._timeline.place_audio(pts, duration)
        return AccessUnit(codec, time, time, False, frame, config)

    def _complete(self, found: dict[int, list[bytes]]) -> bytes | None:
        """The parameter sets that a key picture lacks, as Annex B; ``None`` when they were never sent."""
        kinds = _SCANNERS[self._codec or Codec.H264].parameter_sets
        missing = [kind for kind in kinds if kind not in found]
        if not missing:
            self._parameter_sets = found
            return b""
        if any(kind not in self._parameter_sets for kind in missing):
            self._parameter_sets = self._parameter_sets | found
            return None
        prefix = nal.join([unit for kind in missing for unit in self._parameter_sets[kind]])
        self._parameter_sets = self._parameter_sets | found
        return prefix


@dataclass(frozen=True, slots=True)
class _Scanner:
    """How to read one codec's NAL units."""

    nal_type: Callable[[int], int]
    is_slice: frozenset[int]
    delimiter: int
    leads_picture: frozenset[int]
    """What stands before a picture's first slice, and so ends the picture before it."""
    parameter_sets: tuple[int, ...]
    begins_picture: Callable[[bytes, int], bool]
    is_key: Callable[[bytes, int, bool], bool]


def _is_h264_key(stream: bytes, start: int, with_parameter_sets: bool) -> bool:
    """An IDR picture, or an I picture right behind parameter sets: with open GOPs no second IDR comes."""
    kind = stream[start] & 0x1F
    # ITU-T H.264 7.4.1, table 7-1: nal_unit_type 5 is an IDR picture.
    return kind == h264.IDR_SLICE or (with_parameter_sets and h264.is_intra_slice(stream, start))


def _is_h265_key(stream: bytes, start: int, with_parameter_sets: bool) -> bool:
    return h265.FIRST_IRAP <= h265.nal_type(stream[start]) <= h265.LAST_IRAP  # ITU-T H.265 7.4.2.2


_SCANNERS: Final = {
    Codec.H264: _Scanner(
        h264.nal_type,
        frozenset(range(h264.SLICE, h264.IDR_SLICE + 1)),  # ITU-T H.264 table 7-1
        h264.ACCESS_UNIT_DELIMITER,
        frozenset((h264.SEI, h264.SPS, h264.PPS, *range(14, 19))),  # ITU-T H.264 7.4.1.2.3
        (h264.SPS, h264.PPS),
        h264.begins_picture,
        _is_h264_key,
    ),
    Codec.H265: _Scanner(
        h265.nal_type,
        frozenset(range(h265.LAST_SLICE + 1)),  # ITU-T H.265 table 7-1
        h265.ACCESS_UNIT_DELIMITER,
        # ITU-T H.265 7.4.2.4.4
        frozenset((h265.VPS, h265.SPS, h265.PPS, h265.PREFIX_SEI, *range(41, 45), *range(48, 56))),
        (h265.VPS, h265.SPS, h265.PPS),
        h265.begins_picture,
        _is_h265_key,
    ),
}


def _scan(stream: bytes, scanner: _Scanner) -> list[_Picture]:
    """The pictures of ``stream``; none when it holds no NAL unit, or too many.

    Only headers are read, and the parameter sets. What leads a picture makes one only when a first slice follows:
    devices put SEI behind their slices too.
    """
    find, nal_type, is_slice = stream.find, scanner.nal_type, scanner.is_slice
    current, leading = _Picture(0), None
    pictures: list[_Picture] = []
    count = 0
    at = find(_SHORT_START_CODE)
    while 0 <= at < len(stream) - 3:
        start = at + 3
        kind = nal_type(stream[start])
        following = find(_SHORT_START_CODE, start)
        count += 1
        if count > _MAX_NAL_UNITS:
            return []
        if kind in is_slice:
            begins = scanner.begins_picture(stream, start)
            if begins and current.slices:
                pictures.append(current)
                current = leading or _Picture(_code_start(stream, at))
            leading = None
            if not current.slices:
                current.slices, current.begins, current.first_slice = True, begins, start
                current.key = scanner.is_key(stream, start, bool(current.parameter_sets))
        elif kind == scanner.delimiter and current.slices:
            pictures.append(current)
            current, leading = _Picture(_code_start(stream, at)), None
        else:
            if leading is None and current.slices and kind in scanner.leads_picture:
                leading = _Picture(_code_start(stream, at))
            if kind in scanner.parameter_sets:
                parameter_set = stream[start : following if following >= 0 else None].rstrip(b"\x00")
                _remember((leading or current).parameter_sets, kind, parameter_set)
        at = following
    return [*pictures, current] if count else []


def _code_start(stream: bytes, at: int) -> int:
    """The zero byte of a start code of four bytes belongs to it (ITU-T H.264 B.1.1)."""
    return at - 1 if not stream[at - 1] else at


def _remember(found: dict[int, list[bytes]], kind: int, parameter_set: bytes) -> None:
    if parameter_set and len(parameter_set) <= _MAX_PARAMETER_SET_BYTES:
        known = found.setdefault(kind, [])
        if len(known) < _MAX_PARAMETER_SETS:
            known.append(parameter_set)
