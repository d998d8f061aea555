"""Whose request is it? Signature first, then clock, source and nonce; who cannot sign learns and leaves nothing."""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address, ip_network

from pinegate.domain.audit.event import AuditEventName
from pinegate.usecases.access_interface.issue_credential import secret_context
from pinegate.usecases.access_interface.ports import Credential, CredentialTransaction
from pinegate.usecases.access_interface.signing import (
    CLOCK_SKEW_SECONDS,
    Authorization,
    SignedRequest,
    signature_fits,
)
from pinegate.usecases.act import Act, Party
from pinegate.usecases.identity.ports import SecretBox

UNKNOWN_PERSON = "unknown:"
"""Before the staff number of an end user whom the unit does not have; so the register still shows who was named."""


class InterfaceRefusal(StrEnum):
    """Why a signed request is not accepted; each is an error code. The first says nothing about what was wrong."""

    WRONG_SIGNATURE = "wrong_credentials"
    CLOCK_OFF = "clock_off"
    OTHER_SOURCE = "source_not_allowed"
    REPLAYED = "nonce_replayed"


@dataclass(frozen=True, slots=True)
class Caller:
    """A granted system's program, acting for a person of its unit."""

    access_key: str
    system_id: str
    organization_id: str
    person_id: str


async def authenticate(
    tx: CredentialTransaction,
    authorization: Authorization,
    request: SignedRequest,
    act: Act,
    *,
    secret_box: SecretBox,
) -> Caller | InterfaceRefusal:
    """Accept or refuse. The caller commits either: the nonce is used up, the refusal audited."""
    credential = await tx.credentials.get(authorization.access_key)
    if credential is None:
        return InterfaceRefusal.WRONG_SIGNATURE
    refusal = await _refusal_of(tx, credential, authorization, request, act, secret_box)
    if refusal is not None:
        await tx.audit.append(
            act.event_of(
                Party(organization_id=credential.organization_id),
                AuditEventName.INTERFACE_REFUSED,
                "system",
                credential.system_id,
                access_key=credential.access_key,
                refusal=refusal.value,
            )
        )
        return refusal
    person_id = await tx.credentials.person_of(credential.organization_id, request.end_user)
    return Caller(
        credential.access_key,
        credential.system_id,
        credential.organization_id,
        person_id or UNKNOWN_PERSON + request.end_user,
    )


async def _refusal_of(
    tx: CredentialTransaction,
    credential: Credential,
    authorization: Authorization,
    request: SignedRequest,
    act: Act,
    secret_box: SecretBox,
) -> InterfaceRefusal | None:
    if credential.withdrawn_at is not None:
        return InterfaceRefusal.WRONG_SIGNATURE
    secret = secret_box.open(credential.secret_encrypted, secret_context(credential.access_key)).decode()
    if not signature_fits(authorization, request, secret):
        return InterfaceRefusal.WRONG_SIGNATURE
    if abs(act.now.timestamp() - authorization.timestamp) > CLOCK_SKEW_SECONDS:
        return InterfaceRefusal.CLOCK_OFF
    if credential.source_hosts and not _comes_from(act.client_host, credential.source_hosts):
        return InterfaceRefusal.OTHER_SOURCE
    if not await tx.credentials.use_nonce(credential.access_key, authorization.nonce, act.now):
        return InterfaceRefusal.REPLAYED
    return None


def _comes_from(client_host: str, allowed: tuple[str, ...]) -> bool:
    try:
        address = ip_address(client_host)
    except ValueError:
        return False
    return any(address in ip_network(host, strict=False) for host in allowed)
