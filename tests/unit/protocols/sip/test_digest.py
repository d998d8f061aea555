"""Digest: the handbook's values, and what is never answered."""

from hypothesis import given
from hypothesis import strategies as st

from pinegate.protocols.sip.digest import Algorithm, Challenge, Credentials, answer, digest_response, verifies

PASSWORD = "Hs-Video@2020"
E1 = (
    'Digest username="34100200001180000001", realm="3410000000", nonce="9bd055cf3f21c7c4d3a2f1f6e0a54b1e", '
    'uri="sip:34100000002000000001@3410000000", response="f20b651c14e4e675bda11955a2089812", algorithm=MD5, '
    'qop=auth, nc=00000001, cnonce="0a4f113b"'
)


def credentials(text: str = E1) -> Credentials:
    parsed = Credentials.parse(text)
    assert parsed is not None
    return parsed


def test_the_response_of_example_e1_with_qop() -> None:
    assert verifies(credentials(), "REGISTER", PASSWORD)
    assert credentials().serialise() == E1


def test_the_response_of_example_e1_without_qop() -> None:
    plain = credentials()._replace(qop="", nc=None, cnonce="")
    assert digest_response(plain, "REGISTER", PASSWORD) == "b7933d501ba00cb5666034437a9115b6"


def test_sha_256_of_rfc_7616() -> None:
    given = Credentials(
        "Mufasa",
        "http-auth@example.org",
        "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
        "/dir/index.html",
        "",
        Algorithm.SHA_256,
        "auth",
        1,
        "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
    )
    expected = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"
    assert digest_response(given, "GET", "Circle of Life") == expected


def test_a_wrong_password_method_or_uri_does_not_verify() -> None:
    assert not verifies(credentials(), "REGISTER", "other")
    assert not verifies(credentials(), "MESSAGE", PASSWORD)
    assert not verifies(credentials()._replace(uri="sip:other@3410000000"), "REGISTER", PASSWORD)


def test_a_response_that_is_no_text_at_all_does_not_verify() -> None:
    assert not verifies(credentials()._replace(response="\udcff"), "REGISTER", PASSWORD)


def test_credentials_that_we_cannot_check_are_none() -> None:
    for text in (
        "Basic YWxhZGRpbg==",
        E1.replace("algorithm=MD5", "algorithm=SM3"),
        E1.replace("qop=auth", "qop=auth-int"),
        E1.replace("nc=00000001", "nc=zz"),
        E1.replace(', cnonce="0a4f113b"', ""),
        E1 + ', nonce="again"',
        'Digest username="a"',
        "Digest",
    ):
        assert Credentials.parse(text) is None


def test_a_client_answers_the_strongest_challenge_of_its_own_realm() -> None:
    challenges = [
        Challenge("3410000000", "n1", Algorithm.MD5, "auth").serialise(),
        Challenge("3410000000", "n1", Algorithm.SHA_256, "auth").serialise(),
    ]
    given = answer(
        challenges,
        realm="3410000000",
        username="d",
        password="p",
        method="REGISTER",
        uri="sip:x@3410000000",
        cnonce="c",
    )
    assert given is not None
    assert (given.algorithm, given.nc) == (Algorithm.SHA_256, 1)
    assert verifies(given, "REGISTER", "p")


def test_a_client_gives_a_foreign_realm_nothing() -> None:
    hostile = [Challenge("attacker", "n").serialise(), 'Basic realm="3410000000"', "Digest realm=3410000000"]
    assert (
        answer(
            hostile,
            realm="3410000000",
            username="d",
            password="p",
            method="REGISTER",
            uri="sip:x@y",
            cnonce="c",
        )
        is None
    )


@given(st.text(max_size=200))
def test_no_header_makes_the_parsers_raise(text: str) -> None:
    Credentials.parse("Digest " + text)
    Challenge.parse("Digest " + text)
