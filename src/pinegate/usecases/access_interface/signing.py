"""How a request to the access interface is signed: what is signed, and how. ``docs/access_interface.md`` has vectors.

Pure: bytes and times in, an answer out. The client in ``examples/`` does the same from the other side.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qsl, quote

CLOCK_SKEW_SECONDS = 300
_LONGEST_HEADER = 1000
_PARAMETER = re.compile(r"(access_key|timestamp|nonce|signature)=([0-9A-Za-z_-]{1,128})")
_NONCE = re.compile(r"[0-9A-Za-z_-]{16,64}")
_UNRESERVED = "-_.~"


class Algorithm(StrEnum):
    """The scheme's name in the ``Authorization`` header."""

    SHA256 = "PINEGATE-HMAC-SHA256"
    SM3 = "PINEGATE-HMAC-SM3"

    @property
    def digest(self) -> str:
        """The name that hashlib knows."""
        return "sha256" if self is Algorithm.SHA256 else "sm3"


@dataclass(frozen=True, slots=True)
class Authorization:
    """What the header says. ``timestamp``: Unix seconds."""

    algorithm: Algorithm
    access_key: str
    timestamp: int
    nonce: str
    signature: str


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """Everything that is signed, as it came over the wire.

    ``path``: the percent-encoded path; ``query``: without the question mark; ``end_user`` and ``reason``: the header
    fields' values, the reason percent-encoded UTF-8.
    """

    method: str
    path: str
    query: str
    body: bytes
    end_user: str
    reason: str


def parse_authorization(header: str) -> Authorization | None:
    """The header's parts; None when it is none of ours or malformed."""
    if len(header) > _LONGEST_HEADER:
        return None
    scheme, _, rest = header.partition(" ")
    parts = [part.strip() for part in rest.split(",")]
    found = [_PARAMETER.fullmatch(part) for part in parts]
    values = {match[1]: match[2] for match in found if match is not None}
    if scheme not in set(Algorithm) or len(values) != len(parts) or len(values) != len(_NAMES):
        return None
    timestamp, nonce = values["timestamp"], values["nonce"]
    if not re.fullmatch(r"[0-9]{1,12}", timestamp) or not _NONCE.fullmatch(nonce):
        return None
    return Authorization(Algorithm(scheme), values["access_key"], int(timestamp), nonce, values["signature"])


_NAMES = ("access_key", "timestamp", "nonce", "signature")


def canonical_query(query: str) -> str:
    """``name=value`` pairs, each percent-encoded (RFC 3986, unreserved characters kept), sorted, joined by ``&``."""
    pairs: Sequence[tuple[str, str]] = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    encoded = [f"{quote(name, safe=_UNRESERVED)}={quote(value, safe=_UNRESERVED)}" for name, value in pairs]
    return "&".join(sorted(encoded))


def canonical_request(algorithm: Algorithm, request: SignedRequest, timestamp: int, nonce: str) -> bytes:
    """Nine lines joined by LF: scheme, method, path, query, body digest (hex), timestamp, nonce, end user, reason."""
    lines = (
        algorithm.value,
        request.method.upper(),
        request.path,
        canonical_query(request.query),
        hashlib.new(algorithm.digest, request.body).hexdigest(),
        str(timestamp),
        nonce,
        request.end_user,
        request.reason,
    )
    return "\n".join(lines).encode()


def signature(algorithm: Algorithm, secret_key: str, canonical: bytes) -> str:
    """HMAC (RFC 2104) with the secret key's characters as key, lower-case hex."""
    return hmac.new(secret_key.encode(), canonical, algorithm.digest).hexdigest()


def signature_fits(authorization: Authorization, request: SignedRequest, secret_key: str) -> bool:
    """Compared in constant time. A query of more parameters than any request of ours has fits no signature."""
    try:
        canonical = canonical_request(
            authorization.algorithm, request, authorization.timestamp, authorization.nonce
        )
    except ValueError:
        return False
    expected = signature(authorization.algorithm, secret_key, canonical)
    return hmac.compare_digest(expected.encode(), authorization.signature.encode())
