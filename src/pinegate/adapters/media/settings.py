"""Settings of the built-in media engine."""

from dataclasses import dataclass

from pinegate.usecases.streams.media_engine import OnLoss


@dataclass(frozen=True, slots=True)
class MediaSettings:
    """What the operator may choose.

    ``http_base_port``: worker *n* listens on ``http_base_port + n``; 0 lets the kernel choose once, and the
    port is kept over restarts. ``play_bases``: the public address of each worker when a reverse proxy
    stands before it (``https://v.example.cn/w0``), else empty. ``rtp_host``: the address written into the
    SDP. ``rtp_ports``: first and last port, shared out among the workers. ``portal_origins``: the only web
    origins that may read pictures. ``trusted_proxies``: addresses whose ``X-Forwarded-For`` is believed.
    ``on_loss``: see :data:`OnLoss`.
    """

    workers: int = 1
    http_bind_host: str = "127.0.0.1"
    http_base_port: int = 0
    play_bases: tuple[str, ...] = ()
    rtp_bind_host: str = "127.0.0.1"
    rtp_host: str = "127.0.0.1"
    rtp_ports: tuple[int, int] = (30000, 31999)
    portal_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    transcode_g711: bool = True
    on_loss: OnLoss = "conceal"

    def __post_init__(self) -> None:
        first, last = self.rtp_ports
        if self.workers < 1:
            raise ValueError("workers must be at least 1")
        if not 0 < first <= last < 65536 or last - first + 1 < self.workers:
            raise ValueError("rtp_ports must be (first, last) with at least one port a worker")
        if self.play_bases and len(self.play_bases) != self.workers:
            raise ValueError("play_bases must be empty or have one address a worker")

    def rtp_ports_of(self, index: int) -> tuple[int, int]:
        """First and last RTP port of worker ``index``."""
        first, last = self.rtp_ports
        share = (last - first + 1) // self.workers
        return first + index * share, first + (index + 1) * share - 1
