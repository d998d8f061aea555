"""Digest access authentication for SIP (RFC 3261 section 22, RFC 7616, RFC 8760): MD5 and SHA-256."""

import hashlib
import hmac
import re
from enum import StrEnum
from typing import NamedTuple

_FIELD = re.compile(r'\s*([A-Za-z][A-Za-z0-9_-]*)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*))\s*(?:,|$)')

_COUNT = re.compile(r"[0-9a-fA-F]{1,8}")  # RFC 7616 3.4: nc has eight digits; shorter ones are seen


class Algorithm(StrEnum):
    """Digest algorithms (RFC 8760 2.1), weakest first."""

    MD5 = "MD5"
    SHA_256 = "SHA-256"

    @property
    def strength(self) -> int:
        """Greater is stronger."""
        return list(Algorithm).index(self)


def _fields(value: str) -> dict[str, str] | None:
    scheme, _, rest = value.partition(" ")
    if scheme.lower() != "digest":
        return None
    fields: dict[str, str] = {}
    position = 0
    while position < len(rest):
        match = _FIELD.match(rest, position)
        if match is None:
            return None
        name = match[1].lower()
        if name in fields:
            return None
        fields[name] = match[3] if match[2] is None else match[2]
        position = match.end()
    return fields


def _algorithm(name: str | None) -> Algorithm | None:
    if name is None:
        return Algorithm.MD5  # RFC 7616 3.3: what a challenge without algorithm means
    return {"md5": Algorithm.MD5, "sha-256": Algorithm.SHA_256}.get(name.lower())


class Challenge(NamedTuple):
    """One ``WWW-Authenticate`` value (RFC 7616 3.3; RFC 3261 22.4). ``qop``: ``auth`` or empty."""

    realm: str
    nonce: str
    algorithm: Algorithm = Algorithm.MD5
    qop: str = ""
    stale: bool = False
    opaque: str = ""

    @staticmethod
    def parse(value: str) -> "Challenge | None":
        """``None`` when it is not Digest, is broken, or wants what we cannot do (``auth-int`` alone,
        SM3).
        """
        fields = _fields(value)
        algorithm = _algorithm(fields.get("algorithm")) if fields else None
        if fields is None or algorithm is None or "nonce" not in fields or "realm" not in fields:
            return None
        offered = [token.strip().lower() for token in fields.get("qop", "").split(",")]
        if offered != [""] and "auth" not in offered:
            return None
        qop = "auth" if "auth" in offered else ""
        stale = fields.get("stale", "").lower() == "true"
        return Challenge(fields["realm"], fields["nonce"], algorithm, qop, stale, fields.get("opaque", ""))

    def serialise(self) -> str:
        """The header's value, in the order that field devices are used to."""
        qop = f', qop="{self.qop}"' if self.qop else ""
        stale = ", stale=true" if self.stale else ""
        return f'Digest realm="{self.realm}", nonce="{self.nonce}"{qop}{stale}, algorithm={self.algorithm}'


class Credentials(NamedTuple):
    """One ``Authorization`` value (RFC 7616 3.4), as the peer sent it. ``nc``: the count, ``None`` without qop."""

    username: str
    realm: str
    nonce: str
    uri: str
    response: str
    algorithm: Algorithm = Algorithm.MD5
    qop: str = ""
    nc: int | None = None
    cnonce: str = ""

    @staticmethod
    def parse(value: str) -> "Credentials | None":
        """``None`` when it is not Digest, is broken, or of an algorithm or qop that we never offered."""
        fields = _fields(value)
        algorithm = _algorithm(fields.get("algorithm")) if fields else None
        if fields is None or algorithm is None:
            return None
        if not all(fields.get(name) for name in ("username", "nonce", "uri", "response")):
            return None
        qop = fields.get("qop", "").lower()
        nc: int | None = None
        if qop:
            count = fields.get("nc", "")
            # RFC 7616 3.4: with qop, cnonce and nc must be there.
            if qop != "auth" or not fields.get("cnonce") or _COUNT.fullmatch(count) is None:
                return None
            nc = int(count, 16)
        return Credentials(
            fields["username"],
            fields.get("realm", ""),
            fields["nonce"],
            fields["uri"],
            fields["response"],
            algorithm,
            qop,
            nc,
            fields.get("cnonce", ""),
        )

    def serialise(self) -> str:
        """The header's value as example E1 of the handbook writes it."""
        value = (
            f'Digest username="{self.username}", realm="{self.realm}", nonce="{self.nonce}", '
            f'uri="{self.uri}", response="{self.response}", algorithm={self.algorithm}'
        )
        if self.nc is not None:
            value += f', qop={self.qop}, nc={self.nc:08x}, cnonce="{self.cnonce}"'
        return value


def digest_response(credentials: Credentials, method: str, password: str) -> str:
    """The ``response`` that ``credentials`` should carry (RFC 7616 3.4.1); HA2 takes the URI as
    sent.
    """
    name = "sha256" if credentials.algorithm is Algorithm.SHA_256 else "md5"

    def digest(text: str) -> str:
        return hashlib.new(name, text.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()

    ha1 = digest(f"{credentials.username}:{credentials.realm}:{password}")  # RFC 7616 3.4.2
    ha2 = digest(f"{method}:{credentials.uri}")  # RFC 7616 3.4.3
    if credentials.nc is None:
        return digest(f"{ha1}:{credentials.nonce}:{ha2}")  # RFC 2617 3.2.2.1, for peers of RFC 2069
    count = f"{credentials.nc:08x}"
    return digest(f"{ha1}:{credentials.nonce}:{count}:{credentials.cnonce}:{credentials.qop}:{ha2}")


def verifies(credentials: Credentials, method: str, password: str) -> bool:
    """True when the peer knows the password; compared in constant time."""
    expected = digest_response(credentials, method, password)
    given = credentials.response.lower().encode("utf-8", "surrogateescape")
    return hmac.compare_digest(expected.encode("ascii"), given)


def answer(
    challenges: list[str], *, realm: str, username: str, password: str, method: str, uri: str, cnonce: str
) -> Credentials | None:
    """The answer to the strongest challenge of ``realm``, or ``None``: no other realm ever gets one (S14).

    An attacker who can make us answer his challenge learns material to guess the password from
    (SIPDigestLeak).
    """
    ours = [parsed for value in challenges if (parsed := Challenge.parse(value)) and parsed.realm == realm]
    if not ours:
        return None
    chosen = max(ours, key=lambda challenge: challenge.algorithm.strength)
    blank = Credentials(username, realm, chosen.nonce, uri, "", chosen.algorithm)
    if chosen.qop:
        blank = blank._replace(qop="auth", nc=1, cnonce=cnonce)
    return blank._replace(response=digest_response(blank, method, password))
