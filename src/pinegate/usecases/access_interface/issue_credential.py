"""A granted information system gets a key pair, within a work order."""

from ipaddress import ip_network

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.domain.refusal import Refusal, RuleRefusedError
from pinegate.usecases.access_interface.ports import Credential, CredentialTransaction
from pinegate.usecases.act import Act
from pinegate.usecases.errors import InvalidInputError, NotFoundError
from pinegate.usecases.identity.ports import SecretBox
from pinegate.usecases.transaction import ChangeScope

MOST_CREDENTIALS = 5


def secret_context(access_key: str) -> str:
    """Where the sealed secret belongs: another row's does not open in its place."""
    return f"interface_credentials.secret {access_key}"


async def issue_credential(
    tx: CredentialTransaction,
    system_id: str,
    access_key: str,
    secret_key: str,
    source_hosts: tuple[str, ...],
    act: Act,
    *,
    secret_box: SecretBox,
) -> None:
    """Keep a fresh pair; the secret is told by the caller, once. ``source_hosts``: addresses or CIDR; empty: any.

    Raises:
        RuleRefusedError: not the provisioner; no open work order for the system.
        InvalidInputError: a source host is no address; too many pairs.
    """
    Permission.ISSUE_CREDENTIALS.require(act.person)
    organization_id = await tx.credentials.organization_of_system(system_id)
    if organization_id is None:
        raise NotFoundError
    if not await tx.credentials.has_open_order(system_id):
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"missing": "work_order"})
    _check_hosts(source_hosts)
    valid = [known for known in await tx.credentials.of_system(system_id) if known.withdrawn_at is None]
    if len(valid) >= MOST_CREDENTIALS:
        raise InvalidInputError(
            "system_id", f"the system has {MOST_CREDENTIALS} credentials; withdraw one first"
        )
    sealed = secret_box.seal(secret_key.encode(), secret_context(access_key))
    credential = Credential(access_key, system_id, organization_id, sealed, source_hosts, act.now, None)
    await tx.credentials.add(credential, act.person.person_id)
    await tx.audit.append(
        act.event(
            AuditEventName.CREDENTIAL_ISSUED,
            "system",
            system_id,
            access_key=access_key,
            source_hosts=list(source_hosts),
        )
    )
    await tx.changes.publish(ChangeScope.SYSTEM, system_id)


def _check_hosts(source_hosts: tuple[str, ...]) -> None:
    for host in source_hosts:
        try:
            ip_network(host, strict=False)
        except ValueError:
            raise InvalidInputError("source_hosts", f"{host} is no address and no network") from None
