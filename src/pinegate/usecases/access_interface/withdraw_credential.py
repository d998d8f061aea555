"""The security administrator withdraws a key pair."""

from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.organizations.permissions import Permission
from pinegate.usecases.access_interface.ports import CredentialTransaction
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.transaction import ChangeScope


async def withdraw_credential(tx: CredentialTransaction, system_id: str, access_key: str, act: Act) -> None:
    """The pair is void at once; the pictures it opened are cut."""
    Permission.WITHDRAW_CREDENTIALS.require(act.person)
    if not await tx.credentials.withdraw(system_id, access_key, act.now):
        raise NotFoundError
    await tx.audit.append(
        act.event(AuditEventName.CREDENTIAL_WITHDRAWN, "system", system_id, access_key=access_key)
    )
    await tx.changes.publish(ChangeScope.SYSTEM, system_id)
