"""SSRCs as GB/T 28181-2022 wants them (``y=``): 0 for live, five digits of the domain, four of our own."""

_OWN_NUMBERS = 10_000


class SsrcExhaustedError(Exception):
    """All ten thousand are in use: more sources than one SIP domain can tell apart."""


class SsrcNumbers:
    """Hands out SSRCs that differ among the running sources; each number rests as long as others are free."""

    def __init__(self, sip_domain: str) -> None:
        """``sip_domain``: ten digits; its fourth to eighth are part of every SSRC."""
        self._prefix = "0" + sip_domain[3:8]
        self._in_use: set[int] = set()
        self._next = 1

    def take(self) -> str:
        """Ten digits for ``y=``. Raises :class:`SsrcExhaustedError`."""
        for step in range(_OWN_NUMBERS):
            number = (self._next + step) % _OWN_NUMBERS
            # 0000000000 is no usable SSRC where the domain's digits are zeros too.
            if number and number not in self._in_use:
                self._in_use.add(number)
                self._next = number + 1
                return f"{self._prefix}{number:04d}"
        raise SsrcExhaustedError

    def give_back(self, ssrc: str) -> None:
        self._in_use.discard(int(ssrc[-4:]))
