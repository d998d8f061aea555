"""The key pairs of an information system, as people see and handle them."""

import secrets

from fastapi import APIRouter

from pinegate.domain.organizations.permissions import Permission
from pinegate.entrypoints.http_api.access_interface.models import (
    CredentialForm,
    CredentialOut,
    CredentialsOut,
    IssuedCredential,
)
from pinegate.entrypoints.http_api.shared.gate import needs
from pinegate.entrypoints.http_api.shared.inputs import Id
from pinegate.entrypoints.http_api.shared.problems import ProblemError
from pinegate.entrypoints.http_api.shared.signed_in import CurrentServices, CurrentUser, act_of
from pinegate.usecases.access_interface.issue_credential import issue_credential
from pinegate.usecases.access_interface.withdraw_credential import withdraw_credential
from pinegate.usecases.errors import InvalidInputError, NotFoundError

router = APIRouter()


@router.post("/api/systems/{system_id}/credentials", dependencies=[needs(Permission.ISSUE_CREDENTIALS)])
async def issue(
    system_id: Id,
    user: CurrentUser,
    services: CurrentServices,
    form: CredentialForm | None = None,
) -> IssuedCredential:
    """By the operator's provisioner, while a work order for the system is open."""
    access_key, secret_key = f"PG{secrets.token_hex(10).upper()}", secrets.token_urlsafe(32)
    hosts = tuple(form.source_hosts) if form else ()
    try:
        async with services.database.transaction() as tx:
            await issue_credential(
                tx,
                system_id,
                access_key,
                secret_key,
                hosts,
                act_of(user, services),
                secret_box=services.secret_box,
            )
    except NotFoundError:
        raise ProblemError("not_found") from None
    except InvalidInputError as error:
        raise ProblemError(
            "invalid_input", errors=[{"field": error.field, "message": error.message}]
        ) from None
    return IssuedCredential(access_key=access_key, secret_key=secret_key)


@router.get("/api/systems/{system_id}/credentials", dependencies=[needs(Permission.READ_CREDENTIALS)])
async def credentials(system_id: Id, user: CurrentUser, services: CurrentServices) -> CredentialsOut:
    """Keys without their secrets; nobody can read those again."""
    async with services.database.transaction() as tx:
        organization_id = await tx.credentials.organization_of_system(system_id)
        if organization_id is None or not user.actor.reaches(organization_id):
            raise ProblemError("not_found")
        found = await tx.credentials.of_system(system_id)
    return CredentialsOut(
        items=[
            CredentialOut(
                access_key=credential.access_key,
                source_hosts=list(credential.source_hosts),
                issued_at=credential.issued_at,
                withdrawn_at=credential.withdrawn_at,
            )
            for credential in found
        ]
    )


@router.delete(
    "/api/systems/{system_id}/credentials/{access_key}",
    status_code=204,
    dependencies=[needs(Permission.WITHDRAW_CREDENTIALS)],
)
async def withdraw(system_id: Id, access_key: Id, user: CurrentUser, services: CurrentServices) -> None:
    """By the security administrator; the pictures that it opened are cut."""
    try:
        async with services.database.transaction() as tx:
            await withdraw_credential(tx, system_id, access_key, act_of(user, services))
    except NotFoundError:
        raise ProblemError("not_found") from None
    await services.reevaluator.reevaluate_now()
