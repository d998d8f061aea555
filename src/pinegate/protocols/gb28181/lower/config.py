"""Settings of a lower device."""

from dataclasses import dataclass, field

from pinegate.protocols.sip.flow import Flow


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
    domain: str = ""
    """Behind the @ of our own address; default the first ten digits of ``device_id``."""
    expires: int = 86_400  # GB/T 28181-2022 9.1.1 d)
    keepalive_interval: float = 60.0  # GB/T 28181-2022 9.6
    keepalive_limit: int = 3  # GB/T 28181-2022 9.6
    retry_after: float = 60.0  # GB/T 28181-2022 9.1.1
    version: str = "3.0"  # GB/T 28181-2022 annex I
    encoding: str = "GB18030"
    name: str = "Pinegate simulator"
    manufacturer: str = "Pinegate"
    model: str = "Simulator"
    firmware: str = "1"
    items_per_message: int = 0
    """Catalogue items a message; 0: as many as fit (1,300 octets on UDP, 48 KiB on TCP)."""
