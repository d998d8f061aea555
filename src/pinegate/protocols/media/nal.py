"""NAL units in an Annex B byte stream (ITU-T H.264 and H.265, annex B), and the bits of their payload."""

from typing import Final

START_CODE: Final = b"\x00\x00\x00\x01"  # ITU-T H.264 B.1.1: zero_byte and start_code_prefix_one_3bytes
_SHORT_START_CODE: Final = b"\x00\x00\x01"
_MAX_EXP_GOLOMB_ZEROS: Final = 32


def spans(stream: bytes) -> list[tuple[int, int]]:
    """Start and end of each NAL unit, without start codes and trailing zeros; empty ones left out."""
    found: list[tuple[int, int]] = []
    find = stream.find
    position = find(_SHORT_START_CODE)
    while position >= 0:
        start = position + 3
        position = find(_SHORT_START_CODE, start)
        end = position if position >= 0 else len(stream)
        # A NAL unit never ends in a zero byte: zeros belong to the next start code (ITU-T H.264 7.4.1, B.1.1).
        while end > start and not stream[end - 1]:
            end -= 1
        if end > start:
            found.append((start, end))
    return found


def split(stream: bytes) -> list[bytes]:
    """The NAL units of an Annex B stream, as :func:`spans` finds them."""
    return [stream[start:end] for start, end in spans(stream)]


def join(nals: list[bytes]) -> bytes:
    """An Annex B stream with 4-byte start codes."""
    return b"".join([part for nal in nals for part in (START_CODE, nal)])


def to_length_prefixed(stream: bytes) -> bytes:
    """Each NAL unit behind its length of 4 bytes, as FLV and MP4 want it (ISO/IEC 14496-15 5.3.2)."""
    parts: list[bytes] = []
    for start, end in spans(stream):
        parts.append((end - start).to_bytes(4, "big"))
        parts.append(stream[start:end])
    return b"".join(parts)


def without_emulation_prevention(nal: bytes) -> bytes:
    """The raw byte sequence payload (ITU-T H.264 7.3.1, 7.4.1; ITU-T H.265 7.3.1.1): 00 00 03 becomes
    00 00.
    """
    return nal.replace(b"\x00\x00\x03", b"\x00\x00")


class BitReader:
    """Reads a raw byte sequence payload; ``EOFError`` behind its end, ``ValueError`` for an absurd code."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._left = 8 * len(data)

    def bits(self, count: int) -> int:
        """u(n), most significant bit first."""
        self._left -= count
        if self._left < 0:
            raise EOFError
        return (self._value >> self._left) & ((1 << count) - 1)

    def flag(self) -> bool:
        """u(1)."""
        return self.bits(1) == 1

    def unsigned(self) -> int:
        """ue(v): ITU-T H.264 9.1, ITU-T H.265 9.2."""
        zeros = 0
        while not self.bits(1):
            zeros += 1
            if zeros > _MAX_EXP_GOLOMB_ZEROS:
                raise ValueError("Exp-Golomb code too long")
        return (1 << zeros) - 1 + self.bits(zeros)

    def signed(self) -> int:
        """se(v): ITU-T H.264 9.1.1, ITU-T H.265 9.2.2."""
        code = self.unsigned()
        return (code + 1) >> 1 if code & 1 else -(code >> 1)
