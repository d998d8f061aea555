"""Settings of the upper platform, and what it must know of a device before it lets it in."""

from collections.abc import Callable
from dataclasses import dataclass, field

from pinegate.protocols.sip.digest import Algorithm


@dataclass(frozen=True, slots=True)
class DeviceAccount:
    """What a device must prove, and how it wants to be written to.

    ``minimum_algorithm``: SHA-256 refuses MD5 from this device (no downgrade). ``encoding``: of our XML to it.
    """

    password: str = field(repr=False)
    minimum_algorithm: Algorithm = Algorithm.MD5
    encoding: str = "GB18030"


AccountLookup = Callable[[str], DeviceAccount | None]
"""Device code → account, ``None`` for a stranger. Called inside the machine: it must not wait (a table in memory)."""


@dataclass(frozen=True, slots=True)
class UpperPlatformConfig:
    """Times in seconds. ``host``/``port``: what Via and Contact say. ``realm``: default the domain.

    ``source_rate``/``source_burst``: requests of one host that is not registered. ``send_date``: off for devices whose
    clocks are reset by our Date. ``answers_when_kept``: a REGISTER gets its 200 by ``registration_kept`` alone, so that
    what a device was promised survives the owner.
    """

    platform_id: str
    domain: str
    host: str
    port: int = 5060
    realm: str = ""
    version: str = "3.0"  # GB/T 28181-2022 annex I
    default_expires: int = 86_400  # GB/T 28181-2022 9.1.1 d)
    max_expires: int = 86_400
    keepalive_interval: float = 60.0  # GB/T 28181-2022 9.6
    keepalive_limit: int = 3  # GB/T 28181-2022 9.6
    nonce_lifetime: float = 300.0
    catalog_quiet: float = 30.0
    invite_timeout: float = 20.0
    subscription_expires: int = 3_600
    max_devices: int = 50_000
    max_catalog_items: int = 200_000
    max_body_udp: int = 65_536
    max_body_tcp: int = 262_144
    """Only for registered peers on TCP (a catalogue in few messages); 1 MiB of ill will costs 0.3 s of parsing."""
    source_rate: float = 50.0
    source_burst: float = 500.0
    send_date: bool = True
    answers_when_kept: bool = False
