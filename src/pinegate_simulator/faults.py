"""Ways in which a simulated device breaks the rules, so that a platform can be tried against them."""

from dataclasses import dataclass
from typing import Final

_PSM: Final = b"\x00\x00\x01\xbc"


@dataclass(frozen=True, slots=True)
class Faults:
    """All off by default.

    ``loss``, ``reorder``: shares 0–1 of RTP packets that are not sent, or that arrive behind later ones; ``delay``:
    seconds that each takes at most (see ``bad_line``). ``wrong_ssrc``: send with another SSRC than told.
    ``no_psm``: leave the program stream map out. ``no_y``: leave ``y=`` out of the answer.
    ``ignore_bye``: go on sending after a BYE. ``answer``: refuse every INVITE with this status.
    ``drop_after``: vanish this many seconds after registration, without a word. ``miss_keepalives``: send
    no keepalive.
    """

    loss: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    wrong_ssrc: bool = False
    no_psm: bool = False
    no_y: bool = False
    ignore_bye: bool = False
    answer: int | None = None
    drop_after: float | None = None
    miss_keepalives: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.loss <= 1 or not 0 <= self.reorder <= 1:
            raise ValueError("loss and reorder are shares from 0 to 1")
        if not 0 <= self.delay <= 10:
            raise ValueError("delay is 0 to 10 s")
        if self.answer is not None and not 400 <= self.answer <= 699:
            raise ValueError("an INVITE is refused with a status from 400 to 699")


def without_program_stream_map(pack: bytes) -> bytes:
    """The pack without its PSM (start code BC, ISO/IEC 13818-1 section 2.5.4.1)."""
    start = pack.find(_PSM)
    if start < 0:
        return pack
    end = start + 6 + int.from_bytes(pack[start + 4 : start + 6], "big")
    return pack[:start] + pack[end:]
