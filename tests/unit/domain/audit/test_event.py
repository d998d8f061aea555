"""The canonical form is what a later tree hashes: it must never change for a given form number."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from pinegate.domain.audit.event import FORM, AuditEvent, AuditEventName

GOLDEN = Path(__file__).parents[3] / "golden/audit_event_form_1.json"
AT = datetime(2026, 11, 22, 2, 0, 0, 123456, tzinfo=UTC)
EVENT = AuditEvent(
    id="3f0d3c1e",
    name=AuditEventName.APPLICATION_MOVED,
    at=AT,
    actor_person_id="p1",
    actor_organization_id="u1",
    subject_kind="application",
    subject_id="a1",
    client_host="10.34.5.21",
    details={
        "to": "submitted",
        "from": "draft",
        "text": "占道“巡查”\n\u0000",
        "count": 3,
        "ok": True,
        "none": None,
    },
)

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


def test_the_canonical_form_is_byte_for_byte_what_it_was() -> None:
    assert FORM == 1
    assert EVENT.canonical() == GOLDEN.read_bytes()


def test_the_same_moment_in_another_zone_is_the_same_event() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=8)))
    moved = replace(EVENT, at=elsewhere)
    assert moved.canonical() == EVENT.canonical()


@given(st.dictionaries(st.text(), values, max_size=4))
def test_the_order_of_details_does_not_matter_and_nothing_is_lost(details: dict[str, Any]) -> None:
    turned = dict(reversed(details.items()))
    forms = {
        AuditEvent("1", AuditEventName.LOGOUT, AT, None, None, "x", "y", details=given_).canonical()
        for given_ in (details, turned)
    }
    (form,) = forms
    assert json.loads(form)["details"] == details


def test_every_event_is_named_by_its_feature() -> None:
    for name in AuditEventName:
        feature, _, happened = name.value.partition(".")
        assert feature and happened and happened == happened.lower()
