"""Whose signed request is it: everything that is signed, and everything that is asked after the signature."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import quote

import pytest

from pinegate.domain.audit.event import AuditEvent, AuditEventName
from pinegate.usecases.access_interface.authenticate import Caller, InterfaceRefusal, authenticate
from pinegate.usecases.access_interface.ports import Credential, CredentialTransaction
from pinegate.usecases.access_interface.signing import (
    CLOCK_SKEW_SECONDS,
    Algorithm,
    Authorization,
    SignedRequest,
    canonical_request,
    signature,
    signature_fits,
)
from pinegate.usecases.act import Act

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
SECRET, NONCE, HOST = "secret-of-the-pair", "5d0f2f6b9c3e4a71", "10.20.3.4"
CREDENTIAL = Credential("PG1", "s1", "u1", SECRET.encode(), (), NOW, None)
REQUEST = SignedRequest("POST", "/access/v1/points/c1/play", "a=1", b"{}", "100234", quote("巡查", safe=""))


class Memory:
    """One credential, the nonces that were used with it, and what was audited."""

    def __init__(self, credential: Credential) -> None:
        self.credentials = self
        self.audit = self
        self.events: list[AuditEvent] = []
        self._credential = credential
        self._used: set[str] = set()

    async def get(self, access_key: str) -> Credential | None:
        return self._credential if access_key == self._credential.access_key else None

    async def use_nonce(self, access_key: str, nonce: str, now: datetime) -> bool:
        fresh = nonce not in self._used
        self._used.add(nonce)
        return fresh

    async def person_of(self, organization_id: str, staff_number: str) -> str | None:
        return "p1" if (organization_id, staff_number) == ("u1", "100234") else None

    async def append(self, *events: AuditEvent) -> None:
        self.events += events


class Plain:
    """A box that keeps nothing secret."""

    def seal(self, plain: bytes, context: str) -> bytes:
        return plain

    def open(self, sealed: bytes, context: str) -> bytes:
        return sealed


@dataclass
class Asking:
    """One program that signs; ``at``: what its clock says."""

    credential: Credential = CREDENTIAL
    at: datetime = NOW
    host: str = HOST
    memory: Memory = field(init=False)

    def __post_init__(self) -> None:
        self.memory = Memory(self.credential)

    async def ask(self, request: SignedRequest = REQUEST, **changes: Any) -> Caller | InterfaceRefusal:
        signed = replace(sign(request, int(self.at.timestamp())), **changes)
        return await authenticate(
            cast(CredentialTransaction, self.memory),
            signed,
            request,
            Act(None, NOW, lambda: "e1", self.host),
            secret_box=Plain(),
        )


def sign(request: SignedRequest, timestamp: int) -> Authorization:
    made = signature(Algorithm.SM3, SECRET, canonical_request(Algorithm.SM3, request, timestamp, NONCE))
    return Authorization(Algorithm.SM3, "PG1", timestamp, NONCE, made)


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "GET"},
        {"path": "/access/v1/points/c2/play"},
        {"query": "a=2"},
        {"body": b'{"protocol": "flv"}'},
        {"end_user": "100235"},
        {"reason": quote("其他", safe="")},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_whatever_is_changed_after_signing_fits_no_longer(changes: dict[str, Any]) -> None:
    signed = sign(REQUEST, int(NOW.timestamp()))
    assert signature_fits(signed, REQUEST, SECRET)
    assert not signature_fits(signed, replace(REQUEST, **changes), SECRET)


@pytest.mark.parametrize("changes", [{"timestamp": 1795312801}, {"nonce": "6d0f2f6b9c3e4a71"}])
def test_time_and_nonce_are_signed(changes: dict[str, Any]) -> None:
    signed = sign(REQUEST, 1795312800)
    assert not signature_fits(replace(signed, **changes), REQUEST, SECRET)


async def test_a_signed_request_is_the_end_user_s_in_the_name_of_the_system() -> None:
    assert await Asking().ask() == Caller("PG1", "s1", "u1", "p1")
    stranger = await Asking().ask(replace(REQUEST, end_user="999999"))
    assert isinstance(stranger, Caller) and stranger.person_id == "unknown:999999"


async def test_an_unknown_key_a_wrong_signature_and_a_withdrawn_pair_get_the_same_answer() -> None:
    wrong = InterfaceRefusal.WRONG_SIGNATURE
    assert await Asking().ask(access_key="PG2") is wrong
    assert await Asking().ask(signature="0" * 64) is wrong
    assert await Asking(replace(CREDENTIAL, withdrawn_at=NOW)).ask() is wrong


@pytest.mark.parametrize("sign_of_the_shift", [1, -1])
async def test_a_clock_may_be_five_minutes_off_and_no_more(sign_of_the_shift: int) -> None:
    limit = timedelta(seconds=CLOCK_SKEW_SECONDS) * sign_of_the_shift
    assert isinstance(await Asking(at=NOW + limit).ask(), Caller)
    beyond = limit + timedelta(seconds=sign_of_the_shift)
    assert await Asking(at=NOW + beyond).ask() is InterfaceRefusal.CLOCK_OFF


@pytest.mark.parametrize(
    ("hosts", "host", "taken"),
    [
        ((), "192.0.2.1", True),
        (("10.20.3.4",), HOST, True),
        (("10.20.0.0/16", "192.0.2.0/24"), "192.0.2.9", True),
        (("10.20.3.5",), HOST, False),
        (("10.20.0.0/16",), "no address", False),
    ],
)
async def test_a_pair_bound_to_addresses_serves_from_there_only(
    hosts: tuple[str, ...], host: str, taken: bool
) -> None:
    answer = await Asking(replace(CREDENTIAL, source_hosts=hosts), host=host).ask()
    assert isinstance(answer, Caller) if taken else answer is InterfaceRefusal.OTHER_SOURCE


async def test_a_nonce_serves_once_and_a_refusal_is_audited() -> None:
    asking = Asking()
    assert isinstance(await asking.ask(), Caller)
    assert asking.memory.events == []
    assert await asking.ask() is InterfaceRefusal.REPLAYED
    (event,) = asking.memory.events
    assert event.name is AuditEventName.INTERFACE_REFUSED
    assert (event.subject_id, event.client_host) == ("s1", HOST)
    assert event.details == {"access_key": "PG1", "refusal": "nonce_replayed"}


async def test_who_cannot_sign_uses_up_no_nonce() -> None:
    asking = Asking()
    assert await asking.ask(signature="0" * 64) is InterfaceRefusal.WRONG_SIGNATURE
    assert isinstance(await asking.ask(), Caller)
