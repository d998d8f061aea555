"""What several routes take, with its bounds."""

import re
from ipaddress import ip_address, ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

_WHAT_IS_SEEN = (
    "no control characters and no marks of writing direction: what is written must be what is seen"
)
_UNSEEN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff"
_OF_ONE_LINE = re.compile(f"[{_UNSEEN}\t\n\r\u2028\u2029]")
_OF_LINES = re.compile(f"[{_UNSEEN}]")


def one_line(text: str) -> str:
    """``text`` if it is what it looks like: a name or reason that turns itself round, or goes on in a line of its own,
    deceives whoever reads register, log and forms (S26). ``ValueError``.
    """
    if _OF_ONE_LINE.search(text):
        raise ValueError(_WHAT_IS_SEEN)
    return text


def _lines(text: str) -> str:
    if _OF_LINES.search(text):
        raise ValueError(_WHAT_IS_SEEN)
    return text


ONE_LINE = AfterValidator(one_line)
LINES = AfterValidator(_lines)
"""Marks of every free text that a request may hold: of one line, or of several."""

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[0-9A-Za-z_-]+$")]
Words = Annotated[str, Field(max_length=100), ONE_LINE]
After = Annotated[str, Field(max_length=2_000), ONE_LINE]
"""Where a page begins: ``next`` of the page before it; empty for the first."""
Page = Annotated[int, Field(ge=1, le=10_000)]
PageSize = Annotated[int, Field(ge=1, le=500)]


def _single_host(host: str) -> str:
    address = ip_address(host)
    if address.is_unspecified or address.is_multicast or address.is_link_local:
        raise ValueError("one host's own address")
    return str(address)


Host = Annotated[str, Field(max_length=45, pattern=r"^[0-9A-Fa-f:.]+$"), AfterValidator(_single_host)]
"""An IP address of one host. No names, which would be resolved anew (S07); no scope, which may hold any text; nothing
link-local, where machines keep what is only meant for themselves."""


def _network(text: str) -> str:
    if "/" not in text:
        return _single_host(text)
    network = ip_network(text)
    if network.prefixlen < _SHORTEST_PREFIX[network.version]:
        raise ValueError("a smaller network")
    _single_host(str(network.network_address))
    return str(network)


_SHORTEST_PREFIX = {4: 16, 6: 48}
"""What one platform's media servers need; the whole world is no list."""

Network = Annotated[
    str, Field(max_length=49, pattern=r"^[0-9A-Fa-f:.]+(/[0-9]{1,3})?$"), AfterValidator(_network)
]
"""As ``Host``, or a network (CIDR) of at most 65,536 addresses."""
