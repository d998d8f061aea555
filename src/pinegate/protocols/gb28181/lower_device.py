"""A device or lower platform: registers with an upper platform and answers it. Sans-IO; our simulator is
one.

The owner feeds bytes and time and drains ``data_to_send()``, ``next_event()`` and ``next_timer()`` after
every call::

    device.start(now)
    for data, flow in device.data_to_send(): ...  # a datagram, or bytes for the TCP connection
    device.receive_data(data, flow, now)
    device.handle_timer(now)                      # when now >= device.next_timer()
    while (event := device.next_event()) is not None: ...
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pinegate.protocols.gb28181.lower_events import LowerEvent
from pinegate.protocols.manscdp.catalog import CatalogItem
from pinegate.protocols.sdp.session import SessionDescription
from pinegate.protocols.sip.flow import Flow, Transmit


@dataclass(frozen=True, slots=True)
class LowerDeviceConfig:
    """Who we are, and whom we register with. Times in seconds.

    ``platform``: the upper platform's address and our transport; with ``tcp`` the owner opens the
    connection when the first bytes are to be sent, and reports its end by ``connection_lost``.
    ``local_host``/``local_port``: what Via and Contact say. ``realm``: the only realm whose challenge gets
    an answer (SIPDigestLeak); default ``platform_domain``.
    """

    device_id: str
    platform_id: str
    platform_domain: str
    platform: Flow
    local_host: str
    local_port: int
    password: str = field(repr=False)
    realm: str = ""
    expires: int = 86_400
    keepalive_interval: float = 60.0
    keepalive_limit: int = 3
    retry_after: float = 60.0
    version: str = "3.0"
    encoding: str = "GB18030"
    name: str = "Pinegate simulator"
    manufacturer: str = "Pinegate"
    model: str = "Simulator"
    firmware: str = "1"
    items_per_message: int = 0
    """Catalogue items a message; 0: as many as fit (1,300 octets on UDP, 48 KiB on TCP)."""


class LowerDevice:
    """See the module. ``random_bytes(n)``: unpredictable bytes; ``wall_time(now)``: civil time (Beijing)
    at ``now``.
    """

    def __init__(
        self,
        config: LowerDeviceConfig,
        *,
        random_bytes: Callable[[int], bytes],
        wall_time: Callable[[float], datetime],
    ) -> None:
        raise NotImplementedError

    def start(self, now: float) -> None:
        """REGISTER, and stay registered (refresh, retry, keepalive) until ``stop``."""
        raise NotImplementedError

    def stop(self, now: float) -> None:
        """BYE all calls and log off (Expires 0); ends with :class:`Unregistered`."""
        raise NotImplementedError

    def set_catalog(self, items: Sequence[CatalogItem]) -> None:
        """What Catalog queries get: items with ``device_id`` equal to ours, its channels, groups and
        regions.
        """
        raise NotImplementedError

    def change_catalog(self, changes: Sequence[CatalogItem], now: float) -> None:
        """Apply changes (``event``: ON, OFF, ADD, UPDATE, DEL …) and NOTIFY them if the platform
        subscribed.
        """
        raise NotImplementedError

    def answer_invite(self, call: str, answer: SessionDescription, now: float) -> None:
        """200 with our SDP; ``CallConfirmed`` follows on ACK. Raises ``KeyError`` for a call that is not
        waiting.
        """
        raise NotImplementedError

    def reject_invite(self, call: str, status: int, now: float) -> None:
        """A final answer of 400–699. Raises ``KeyError`` for a call that is not waiting."""
        raise NotImplementedError

    def hang_up(self, call: str, now: float) -> None:
        """BYE a confirmed call; without effect when it is over already."""
        raise NotImplementedError

    def receive_data(self, data: bytes, flow: Flow, now: float) -> None:
        """One UDP datagram, or bytes from the TCP connection; whatever they are, nothing is raised."""
        raise NotImplementedError

    def connection_lost(self, flow: Flow, now: float) -> None:
        """The TCP connection ended or could not be opened: calls end, and we register again after a
        while.
        """
        raise NotImplementedError

    def next_timer(self) -> float | None:
        """When ``handle_timer`` wants to be called next."""
        raise NotImplementedError

    def handle_timer(self, now: float) -> None:
        """Do what is due."""
        raise NotImplementedError

    def next_event(self) -> LowerEvent | None:
        """The oldest event not yet fetched, or ``None``."""
        raise NotImplementedError

    def data_to_send(self) -> list[Transmit]:
        """Everything to send since the last call, in order."""
        raise NotImplementedError
