"""Which names and origins the city's settings mean: what browsers may ask for, and from where."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from pinegate.adapters.settings import Settings

_LOOPBACK_NAMES = ("127.0.0.1", "localhost", "[::1]")


def portal_origins(settings: Settings) -> tuple[str, ...]:
    """The web origins from which pictures may be read. On the loopback its names mean the same."""
    if settings.public_url is not None:
        return (str(settings.public_url).rstrip("/"),)
    if settings.http_host in ("127.0.0.1", "::1"):
        return tuple(f"http://{name}:{settings.http_port}" for name in _LOOPBACK_NAMES)
    return (f"http://{settings.http_host}:{settings.http_port}",)


def portal_hosts(settings: Settings) -> frozenset[str]:
    """The names that a browser may ask for; empty, any: where nobody said the name and every address is listened on."""
    address = ip_address(settings.http_host)
    if settings.public_url is None and address.is_unspecified:
        return frozenset()
    names = {f"[{address}]" if address.version == 6 else str(address)}
    if settings.public_url is not None and settings.public_url.host:
        names.add(settings.public_url.host)
    return frozenset(names.union(_LOOPBACK_NAMES) if address.is_loopback else names)


def media_origins(play_bases: list[str]) -> list[str]:
    """What the portal's ``connect-src`` allows: each worker's origin by HTTP and by WebSocket."""
    origins = dict.fromkeys("{0.scheme}://{0.netloc}".format(urlsplit(base)) for base in play_bases)
    return [address for origin in origins for address in (origin, "ws" + origin.removeprefix("http"))]
