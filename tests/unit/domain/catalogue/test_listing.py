"""A point is listed only when marked by the police, not secret, and by somebody who did not edit it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pinegate.domain.catalogue.listing import (
    LISTING,
    ListingEvent,
    ListingState,
    PointListing,
    decide_listing,
)
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError

LISTER = Actor("lister", "operator", OrganizationKind.OPERATOR, frozenset({Role.OPERATOR_LISTER}))
READY = PointListing(ListingState.CATALOGUED, sharing_mark=True, secret=False, edited_by="cataloguer")


def refusal_of(point: PointListing, event: ListingEvent, actor: Actor) -> Refusal:
    with pytest.raises(RuleRefusedError) as caught:
        decide_listing(point, event, actor)
    return caught.value.refusal


def test_a_marked_and_catalogued_point_is_listed_by_another_person() -> None:
    assert decide_listing(READY, ListingEvent.LIST, LISTER) is ListingState.LISTED


def test_a_point_without_the_police_mark_is_never_listed() -> None:
    unmarked = replace(READY, sharing_mark=False)
    assert refusal_of(unmarked, ListingEvent.LIST, LISTER) is Refusal.SHARING_MARK_MISSING


def test_a_secret_point_is_never_listed() -> None:
    assert refusal_of(replace(READY, secret=True), ListingEvent.LIST, LISTER) is Refusal.SECRET_POINT


@pytest.mark.parametrize("event", [ListingEvent.LIST, ListingEvent.DELIST])
def test_nobody_lists_or_delists_what_they_edited(event: ListingEvent) -> None:
    state = ListingState.CATALOGUED if event is ListingEvent.LIST else ListingState.LISTED
    own = replace(READY, state=state, edited_by=LISTER.person_id)
    assert refusal_of(own, event, LISTER) is Refusal.LISTS_OWN_EDIT


def test_the_cataloguer_may_not_list() -> None:
    cataloguer = replace(LISTER, person_id="c", roles=frozenset({Role.OPERATOR_CATALOGUER}))
    assert refusal_of(READY, ListingEvent.LIST, cataloguer) is Refusal.ROLE_MAY_NOT


def test_a_point_that_was_missing_is_checked_and_catalogued_before_it_is_listed_again() -> None:
    ways = {row.target: {r.source for r in LISTING.rows if r.target is row.target} for row in LISTING.rows}
    assert ways[ListingState.LISTED] == {ListingState.CATALOGUED, ListingState.DELISTED}
    returned = LISTING.find(ListingState.MISSING, ListingEvent.RETURN)
    assert returned is not None and returned.target is ListingState.PENDING_CHECK


@given(st.sampled_from(ListingState), st.sampled_from(ListingEvent), st.booleans(), st.booleans())
def test_listed_is_reached_only_with_the_mark_and_without_secrecy(
    state: ListingState, event: ListingEvent, marked: bool, secret: bool
) -> None:
    point = PointListing(state, marked, secret, "somebody")
    actor = replace(LISTER, roles=frozenset({Role.OPERATOR_LISTER, Role.OPERATOR_CATALOGUER}))
    row = LISTING.find(state, event)
    try:
        target = decide_listing(point, event, actor)
    except RuleRefusedError:
        return
    assert row is not None
    assert target is row.target
    if target is ListingState.LISTED:
        assert marked
        assert not secret
