"""Signatures: the vectors of the documentation, and hostile headers."""

import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.usecases.access_interface.signing import (
    Algorithm,
    Authorization,
    SignedRequest,
    canonical_query,
    canonical_request,
    parse_authorization,
    signature,
    signature_fits,
)

DOCUMENT = Path(__file__).parents[4] / "docs/access_interface.md"
SECRET = "secret-key-for-the-vectors-only"
REQUEST = SignedRequest(
    "POST",
    "/access/v1/points/7f2c/play",
    "b=2&a=%E5%B1%AF",
    b'{"protocol": "flv"}',
    "100234",
    quote("占道经营巡查", safe=""),
)
STAMP, NONCE = 1795312800, "5d0f2f6b9c3e4a71"


def vectors() -> list[tuple[str, str]]:
    found = re.findall(
        r"```\n(PINEGATE-.*?)\n```\n\nsignature `([0-9a-f]+)`", DOCUMENT.read_text(), re.DOTALL
    )
    return [(canonical, made) for canonical, made in found]


@pytest.mark.parametrize(("canonical", "made"), vectors())
def test_the_documents_vectors_are_what_the_code_makes(canonical: str, made: str) -> None:
    algorithm = Algorithm(canonical.split("\n", 1)[0])
    assert canonical_request(algorithm, REQUEST, STAMP, NONCE).decode() == canonical
    assert signature(algorithm, SECRET, canonical.encode()) == made
    assert signature_fits(Authorization(algorithm, "PG1", STAMP, NONCE, made), REQUEST, SECRET)
    assert not signature_fits(Authorization(algorithm, "PG1", STAMP, NONCE, made), REQUEST, SECRET + "x")


def test_there_is_a_vector_for_each_algorithm() -> None:
    assert {canonical.split("\n", 1)[0] for canonical, _ in vectors()} == set(Algorithm)


@pytest.mark.parametrize(
    ("query", "canonical"),
    [
        ("", ""),
        ("b=2&a=1", "a=1&b=2"),
        ("a=x+y", "a=x%20y"),
        ("a=x%20y", "a=x%20y"),
        ("a", "a="),
        ("a=%7E&a=~", "a=~&a=~"),
    ],
)
def test_a_query_has_one_spelling(query: str, canonical: str) -> None:
    assert canonical_query(query) == canonical


def test_a_header_is_read_in_any_order() -> None:
    header = f"PINEGATE-HMAC-SM3 nonce={NONCE}, signature=ab,access_key=PG1,  timestamp=12"
    assert parse_authorization(header) == Authorization(Algorithm.SM3, "PG1", 12, NONCE, "ab")


@pytest.mark.parametrize(
    "header",
    [
        f"PINEGATE-HMAC-SM3 access_key=PG1, timestamp=12, nonce={NONCE}",
        f"PINEGATE-HMAC-SM3 access_key=PG1, timestamp=12, nonce={NONCE}, signature=ab, extra=1",
        f"PINEGATE-HMAC-SM3 access_key=PG1, access_key=PG2, timestamp=12, nonce={NONCE}, signature=ab",
        f"PINEGATE-HMAC-SM3 access_key=PG1, timestamp=-1, nonce={NONCE}, signature=ab",
        "PINEGATE-HMAC-SM3 access_key=PG1, timestamp=12, nonce=short, signature=ab",
        f"pinegate-hmac-sm3 access_key=PG1, timestamp=12, nonce={NONCE}, signature=ab",
        f"PINEGATE-HMAC-SM3 access_key=P\u00e9, timestamp=12, nonce={NONCE}, signature=ab",
    ],
)
def test_a_malformed_header_is_none_of_ours(header: str) -> None:
    assert parse_authorization(header) is None


@given(st.text())
def test_no_header_does_harm(header: str) -> None:
    parse_authorization(header)
    parse_authorization("PINEGATE-HMAC-SHA256 " + header)
