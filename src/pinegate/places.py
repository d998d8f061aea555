"""Who may hold a connection: so many in all, so many an address; who has been silent longest makes room.

A connection owes while the next byte is its client's to send: it is new, idle between two requests, or in the middle
of a head or a body. Where there is no place left, the one that has owed longest without a byte gives way, so that
those who hold connections and say nothing shut nobody out, not even their own office behind one address.
"""

from collections import Counter, OrderedDict
from collections.abc import Collection
from ipaddress import IPv6Address, ip_address
from typing import Literal, Protocol

MOST_BODIES = 128
"""Bodies that have begun and are not whole: up to 1 MiB of each is kept, whoever sends it."""
_IPV6_HOST_BITS = 64
"""Whoever has an IPv6 address has the network of 2⁶⁴ about it."""

Crowd = Literal["address", "all"]


class Connection(Protocol):
    """What holds a place."""

    def give_way(self) -> None:
        """Close: the place was given to somebody else."""
        ...


class Places:
    """``unlimited``: addresses of trusted proxies, behind which many people come; the limit of all counts them too."""

    def __init__(self, most: int, most_an_address: int, unlimited: Collection[str] = ()) -> None:
        self.most = most
        self._most_an_address = most_an_address
        self._unlimited = frozenset(map(_peer, unlimited))
        self._peer_of: dict[Connection, str] = {}
        self._held_by: Counter[str] = Counter()
        self._owing: OrderedDict[Connection, None] = OrderedDict()
        self._owing_of: dict[str, OrderedDict[Connection, None]] = {}
        self._bodies: OrderedDict[Connection, None] = OrderedDict()

    def __len__(self) -> int:
        return len(self._peer_of)

    def enter(self, connection: Connection, host: str) -> Crowd | None:
        """Take a place for a connection that owes its first byte; otherwise whose crowd is in the way."""
        peer = _peer(host)
        if peer not in self._unlimited and self._held_by[peer] >= self._most_an_address:
            if not self._made_room(self._owing_of.get(peer)):
                return "address"
        elif len(self._peer_of) >= self.most and not self._made_room(self._owing):
            return "all"
        self._peer_of[connection] = peer
        self._held_by[peer] += 1
        self.heard(connection)
        return None

    def heard(self, connection: Connection) -> None:
        """It owes, and its silence begins now."""
        peer = self._peer_of.get(connection)
        if peer is not None:
            for owing in (self._owing, self._owing_of.setdefault(peer, OrderedDict())):
                owing[connection] = None
                owing.move_to_end(connection)
            if connection in self._bodies:
                self._bodies.move_to_end(connection)

    def owes_body(self, connection: Connection) -> None:
        """Its body has begun and goes on."""
        if connection in self._peer_of and connection not in self._bodies:
            if len(self._bodies) >= MOST_BODIES:
                self._made_room(self._bodies)
            self._bodies[connection] = None

    def served(self, connection: Connection) -> None:
        """It has sent what it owed: the next turn is ours."""
        self._owing.pop(connection, None)
        self._bodies.pop(connection, None)
        peer = self._peer_of.get(connection)
        owing = None if peer is None else self._owing_of.get(peer)
        if peer is not None and owing is not None:
            owing.pop(connection, None)
            if not owing:
                del self._owing_of[peer]

    def leave(self, connection: Connection) -> None:
        """It is closed, or closing."""
        self.served(connection)
        peer = self._peer_of.pop(connection, None)
        if peer is not None:
            self._held_by[peer] -= 1
            if not self._held_by[peer]:
                del self._held_by[peer]

    def _made_room(self, owing: OrderedDict[Connection, None] | None) -> bool:
        if not owing:
            return False
        silent = next(iter(owing))
        self.leave(silent)
        silent.give_way()
        return True


def _peer(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return f"{int(address) >> _IPV6_HOST_BITS:x}"
