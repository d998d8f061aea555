"""Where bytes came from and go to."""

from typing import Literal, NamedTuple

Transport = Literal["udp", "tcp"]


class Flow(NamedTuple):
    """One peer as our socket sees it: for UDP the datagram's source, for TCP the connection's remote end.

    A flow never comes from inside a message: what Via, Contact or SDP claim is not where we answer (RFC 3581 4 for
    responses; stricter than RFC 3261 18.2.2).
    """

    transport: Transport
    host: str
    port: int


class Transmit(NamedTuple):
    """Bytes to send: one datagram on UDP; on TCP bytes for the connection of that flow (to be opened if
    there is none).
    """

    data: bytes
    flow: Flow
