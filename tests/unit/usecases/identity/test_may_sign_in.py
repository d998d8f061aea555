"""Who has an account that opens anything at all."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pinegate.domain.organizations.parties import Actor, PersonState, Standing
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.usecases.identity.ports import Account
from pinegate.usecases.identity.sign_in import may_sign_in

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ACCOUNT = Account(
    actor=Actor("p", "u", OrganizationKind.USING_UNIT, frozenset({Role.UNIT_CLERK})),
    organization_name="城管局",
    login="clerk",
    password_hash="",
    totp_secret=None,
    totp_last_step=None,
    failed_attempts=0,
    locked_until=None,
    withdrawn_at=None,
    state=PersonState.ACCOUNT_ACTIVE,
    standing=Standing.ACTIVE,
)


@pytest.mark.parametrize("state", list(PersonState))
def test_neither_a_locked_nor_a_removed_person_signs_in(state: PersonState) -> None:
    shut_out = state in (PersonState.ACCOUNT_LOCKED, PersonState.REMOVED)
    assert may_sign_in(replace(ACCOUNT, state=state)) is not shut_out


@pytest.mark.parametrize("standing", list(Standing))
def test_nobody_of_a_suspended_or_ended_unit_signs_in(standing: Standing) -> None:
    assert may_sign_in(replace(ACCOUNT, standing=standing)) is (standing is Standing.ACTIVE)


def test_a_withdrawn_account_is_none() -> None:
    assert not may_sign_in(replace(ACCOUNT, withdrawn_at=NOW))
