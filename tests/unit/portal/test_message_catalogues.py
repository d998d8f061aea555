"""Every word that the program may say has its words in both languages of the portal."""

import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from pinegate.domain.access.session_end import EndReason
from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.access.budgets import Activity
from pinegate.domain.access.request import AccessChannel
from pinegate.domain.agreements.agreement import AgreementEvent, AgreementState
from pinegate.domain.applications.application import OpinionKind
from pinegate.domain.applications.states import ApplicationEvent, ApplicationState
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.catalogue.listing import ListingEvent, ListingState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.grants.grant import GrantEvent, GrantState
from pinegate.domain.grants.revocation import ReceiptKind, RevocationScope
from pinegate.domain.organizations.parties import OrganizationNature, PersonState, Standing
from pinegate.domain.organizations.proposal import ProposalEvent, ProposalKind, ProposalState
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal
from pinegate.domain.work_orders.work_order import WorkOrderState
from pinegate.protocols.deviations import Deviation

PORTAL = Path(__file__).parents[3] / "portal"
LOCALES = ("zh-CN", "en")
PLACEHOLDER = re.compile(r"\{(\w+)\}")

WORDED: tuple[tuple[type[StrEnum], str], ...] = (
    (Refusal, "code"),
    (DenialReason, "code"),
    (EndReason, "end"),
    (ApplicationState, "state.application"),
    (ApplicationEvent, "event.application"),
    (AgreementState, "state.agreement"),
    (AgreementEvent, "event.agreement"),
    (ListingState, "state.listing"),
    (ListingEvent, "event.listing"),
    (GrantState, "state.grant"),
    (GrantEvent, "event.grant"),
    (PersonState, "state.person"),
    (Standing, "state.standing"),
    (WorkOrderState, "state.work_order"),
    (ProposalState, "state.proposal"),
    (ProposalKind, "proposals.kind"),
    (ProposalEvent, "proposals.notice"),
    (Role, "role"),
    (Operation, "operation"),
    (OrganizationKind, "term.organization_kind"),
    (OrganizationNature, "term.nature"),
    (OpinionKind, "term.opinion"),
    (ReceiptKind, "term.receipt"),
    (RevocationScope, "term.scope"),
    (AccessChannel, "term.access_channel"),
    (AuditEventName, "audit_event"),
    (Deviation, "devices.deviation"),
)
PROBLEM_CODES = (
    "invalid_input",
    "not_signed_in",
    "forbidden",
    "not_found",
    "conflict",
    "too_many_requests",
    *(f"{activity}_spent" for activity in Activity),
    "unavailable",
    "wrong_credentials",
    "locked_out",
    "totp_required",
    "second_factor_missing",
    "enrolment_closed",
    "enrolment_code_wrong",
    "csrf",
    "internal_error",
)


def flattened(value: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(value, dict):
        return {
            k: v for name, below in value.items() for k, v in flattened(below, f"{prefix}.{name}").items()
        }
    if isinstance(value, list):
        return {k: v for i, below in enumerate(value) for k, v in flattened(below, f"{prefix}.{i}").items()}
    return {prefix.removeprefix("."): value}


def catalogue(locale: str) -> dict[str, str]:
    files = {file.stem: file for file in (PORTAL / "src" / "locales" / locale).glob("*.json")}
    files["city"] = PORTAL / "src" / "city" / f"{locale}.json"
    return flattened({name: json.loads(file.read_text(encoding="utf-8")) for name, file in files.items()})


CATALOGUES = {locale: catalogue(locale) for locale in LOCALES}


def test_both_languages_have_the_same_keys() -> None:
    assert CATALOGUES["zh-CN"].keys() == CATALOGUES["en"].keys()


def test_both_languages_ask_for_the_same_values() -> None:
    for key, words in CATALOGUES["zh-CN"].items():
        assert set(PLACEHOLDER.findall(words)) == set(PLACEHOLDER.findall(CATALOGUES["en"][key])), key


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("enum", "prefix"), WORDED, ids=[enum.__name__ for enum, _ in WORDED])
def test_every_member_has_its_words(enum: type[StrEnum], prefix: str, locale: str) -> None:
    missing = [member.value for member in enum if not CATALOGUES[locale].get(f"{prefix}.{member.value}")]
    assert missing == []


@pytest.mark.parametrize("locale", LOCALES)
def test_every_problem_code_has_its_words(locale: str) -> None:
    assert [code for code in PROBLEM_CODES if not CATALOGUES[locale].get(f"code.{code}")] == []


def test_every_key_that_the_portal_names_exists() -> None:
    """Named by the code, or by a message that takes in another."""
    named = re.compile(r"""(?:\bt\(\s*|@:\{)['"]([\w.-]+)['"]""")
    sources = [file for kind in ("*.vue", "*.ts", "*.json") for file in (PORTAL / "src").rglob(kind)]
    unknown = {
        f"{file.name}: {key}"
        for file in sources
        for key in named.findall(file.read_text(encoding="utf-8"))
        if key not in CATALOGUES["zh-CN"]
    }
    assert unknown == set()
