"""The permissions beside what they must agree with."""

import pytest

from pinegate.domain.documents.document import DocumentKind, whose_paper
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.permissions import ROLES_WITH, Permission, permissions_of
from pinegate.domain.organizations.roles import ROLE_SITS_IN, OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError


def _actor(role: Role) -> Actor:
    return Actor("p", "o", ROLE_SITS_IN[role], frozenset({role}))


def test_each_permission_is_somebody_s() -> None:
    assert all(ROLES_WITH[permission] for permission in Permission)


def test_whoever_hands_in_some_kind_of_paper_may_hand_in_papers() -> None:
    somebody = frozenset(role for kind in DocumentKind for role in whose_paper(kind))
    assert somebody == ROLES_WITH[Permission.HAND_IN_DOCUMENTS]


def test_who_ends_may_also_interrupt() -> None:
    assert ROLES_WITH[Permission.REVOKE_SHARING] <= ROLES_WITH[Permission.SUSPEND_SHARING]


@pytest.mark.parametrize("role", Role)
def test_what_is_required_is_what_is_held(role: Role) -> None:
    actor = _actor(role)
    for permission in set(Permission) - set(permissions_of(actor)):
        with pytest.raises(RuleRefusedError) as refused:
            permission.require(actor)
        assert refused.value.refusal is Refusal.ROLE_MAY_NOT
    for permission in permissions_of(actor):
        permission.require(actor)


def test_the_operator_holds_nothing_of_the_paper() -> None:
    of_the_paper = (Permission.READ_APPLICATIONS, Permission.HAND_IN_DOCUMENTS, Permission.READ_GRANTS)
    for role in Role:
        if ROLE_SITS_IN[role] is OrganizationKind.OPERATOR:
            assert not any(permission.held_by(_actor(role)) for permission in of_the_paper)


def test_a_unit_s_people_reach_their_own_unit_only() -> None:
    assert _actor(Role.UNIT_CLERK).reaches("o")
    assert not _actor(Role.UNIT_CLERK).reaches("another")
    assert _actor(Role.POLICE_REVIEWER).reaches("another")
