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
_COUNTED_FROM_BYTES: Final = 65_536
_SHORT_START_CODE: Final = b"\x00\x00\x01"


class _Picture:
    """What a scan up to the first slice finds."""

    __slots__ = ("begins", "key", "nal_units", "parameter_sets", "slices")

    def __init__(self) -> None:
        self.parameter_sets: dict[int, list[bytes]] = {}
        self.nal_units = False
        self.slices = False
        self.begins = False
        self.key = False


class Assembler:
    """Pictures in decoding order in, access units out.

    - Nothing before the first key picture, and nothing from a loss to the next key picture when
      ``wait_for_key`` (counted in ``skipped``).
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

    def video(self, codec: Codec, stream: bytes, pts: int, dts: int | None) -> AccessUnit | None:
        """One picture in, one unit out, or ``None`` when it is withheld. ``stream``: Annex B. ``pts``/``dts``: raw
        33-bit values of 90 kHz.
        """
        if codec is not self._codec:
            self._codec, self._parameter_sets, self._prefix, self._waiting = codec, {}, b"", True
        if self._prefix:
            stream = self._prefix + stream
            self._prefix = b""
        if len(stream) > _COUNTED_FROM_BYTES and stream.count(_SHORT_START_CODE) > _MAX_NAL_UNITS:
            self.damage()
            return None
        picture = _scan(stream, _SCANNERS[codec])
        if not picture.nal_units:
            self.damage()
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
            return AccessUnit(codec, shown, decoded, True, complete + stream)
        if self._waiting:
            self.skipped += 1
            return None
        return AccessUnit(codec, shown, decoded, False, stream)

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
        (h264.SPS, h264.PPS),
        h264.begins_picture,
        _is_h264_key,
    ),
    Codec.H265: _Scanner(
        h265.nal_type,
        frozenset(range(h265.LAST_SLICE + 1)),  # ITU-T H.265 table 7-1
        (h265.VPS, h265.SPS, h265.PPS),
        h265.begins_picture,
        _is_h265_key,
    ),
}


def _scan(stream: bytes, scanner: _Scanner) -> _Picture:
    """Read NAL unit headers up to the first slice; the rest, which is most of the picture, is not touched."""
    picture = _Picture()
    at = stream.find(_SHORT_START_CODE)
    while at >= 0 and at + 3 < len(stream):
        start = at + 3
        kind = scanner.nal_type(stream[start])
        picture.nal_units = True
        if kind in scanner.is_slice:
            picture.slices = True
            picture.begins = scanner.begins_picture(stream, start)
            picture.key = scanner.is_key(stream, start, bool(picture.parameter_sets))
            break
        at = stream.find(_SHORT_START_CODE, start)
        if kind in scanner.parameter_sets:
            _remember(picture.parameter_sets, kind, stream[start : at if at >= 0 else None].rstrip(b"\x00"))
    return picture


def _remember(found: dict[int, list[bytes]], kind: int, parameter_set: bytes) -> None:
    if parameter_set and len(parameter_set) <= _MAX_PARAMETER_SET_BYTES:
        known = found.setdefault(kind, [])
        if len(known) < _MAX_PARAMETER_SETS:
            known.append(parameter_set)
