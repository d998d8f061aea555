"""Nonces: ours, fresh, never replayed (S14)."""

import random

from pinegate.protocols.sip.flow import Flow
from pinegate.protocols.sip.nonces import NonceBook, NonceCheck

CAMERA = Flow("udp", "10.20.1.8", 5060)


def book(capacity: int = 100) -> NonceBook:
    return NonceBook(random.Random(1).randbytes, lifetime=300, capacity=capacity)


def test_a_fresh_nonce_of_ours_is_good() -> None:
    nonces = book()
    assert nonces.check(nonces.issue(CAMERA, 10), None, CAMERA, 20) is NonceCheck.GOOD


def test_a_nonce_that_we_never_issued_is_foreign() -> None:
    nonces = book()
    for nonce in (
        "",
        "9bd055cf3f21c7c4d3a2f1f6e0a54b1e",
        "f" * 64,
        "é" * 64,
        book().issue(CAMERA, 0)[:-1] + "x",
    ):
        assert nonces.check(nonce, 1, CAMERA, 0) is NonceCheck.FOREIGN


def test_a_nonce_expires() -> None:
    nonces = book()
    nonce = nonces.issue(CAMERA, 0)
    assert nonces.check(nonce, 1, CAMERA, 301.5) is NonceCheck.STALE


def test_a_nonce_is_of_no_use_to_another_host() -> None:
    nonces = book()
    nonce = nonces.issue(CAMERA, 0)
    assert nonces.check(nonce, 1, Flow("udp", "10.20.1.9", 5060), 1) is NonceCheck.FOREIGN


def test_a_replayed_nonce_is_refused_even_without_qop() -> None:
    nonces = book()
    nonce = nonces.issue(CAMERA, 0)
    nonces.spend(nonce, None, CAMERA, 1)
    assert nonces.check(nonce, None, CAMERA, 2) is NonceCheck.STALE
    assert nonces.check(nonce, 1, CAMERA, 2) is NonceCheck.STALE


def test_the_count_must_rise_strictly() -> None:
    nonces = book()
    nonce = nonces.issue(CAMERA, 0)
    nonces.spend(nonce, 2, CAMERA, 1)
    assert nonces.check(nonce, 1, CAMERA, 2) is NonceCheck.STALE
    assert nonces.check(nonce, 2, CAMERA, 2) is NonceCheck.STALE
    assert nonces.check(nonce, None, CAMERA, 2) is NonceCheck.STALE
    assert nonces.check(nonce, 3, CAMERA, 2) is NonceCheck.GOOD


def test_a_device_that_moved_is_challenged_again_though_its_count_rises() -> None:
    nonces = book()
    nonce = nonces.issue(CAMERA, 0)
    nonces.spend(nonce, 1, CAMERA, 1)
    assert nonces.check(nonce, 2, CAMERA._replace(port=40001), 2) is NonceCheck.STALE


def test_a_full_book_forgets_by_a_new_key_so_that_nothing_can_be_replayed() -> None:
    nonces = book(capacity=3)
    spent = [nonces.issue(CAMERA, 0) for _ in range(4)]
    for nonce in spent:
        nonces.spend(nonce, 1, CAMERA, 0)
    for nonce in spent:
        assert nonces.check(nonce, 2, CAMERA, 1) is not NonceCheck.GOOD
    assert nonces.check(nonces.issue(CAMERA, 1), 1, CAMERA, 1) is NonceCheck.GOOD
