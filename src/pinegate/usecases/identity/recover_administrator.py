"""An administrator whom nobody within can help into the own account any more: from the machine itself."""

from datetime import timedelta

from pinegate.domain.organizations.roles import ADMINISTRATORS
from pinegate.usecases.act import Act
from pinegate.usecases.errors import NotFoundError
from pinegate.usecases.identity.alert_auditor import alert_auditor
from pinegate.usecases.identity.open_enrolment import open_enrolment
from pinegate.usecases.identity.ports import IdentityTransaction
from pinegate.usecases.identity.sign_in import is_account


async def recover_administrator(
    tx: IdentityTransaction, login: str, link_digest: bytes, lifetime: timedelta, act: Act
) -> None:
    """A new link for one of the three administrators, who then sets a new second factor too.

    Raises:
        NotFoundError: no account of an administrator, or one that is locked.
    """
    account = await tx.identity.account_of_login(login, lock=True)
    if account is None or not is_account(account) or not account.actor.may(ADMINISTRATORS):
        raise NotFoundError
    person_id = account.actor.person_id
    await open_enrolment(tx, person_id, lifetime, act, link_digest=link_digest, renews_totp=True)
    details = {"name": account.actor.name, "organization": account.organization_name}
    await alert_auditor(tx, "person.recovered", person_id, details, act)
