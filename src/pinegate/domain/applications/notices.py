"""Whom a step concerns and who therefore gets a notice (articles 5 and 7; Annex 2 clauses 3 and 5.5)."""

from collections.abc import Mapping

from pinegate.domain.applications.states import ApplicationEvent
from pinegate.domain.organizations.roles import OrganizationKind

_E = ApplicationEvent
_UNIT = OrganizationKind.USING_UNIT
_POLICE = OrganizationKind.POLICE
_BUREAU = OrganizationKind.DATA_BUREAU
_COMMITTEE = OrganizationKind.POLITICAL_LEGAL_COMMITTEE

_RECIPIENTS: Mapping[ApplicationEvent, frozenset[OrganizationKind]] = {
    _E.RECORD_CONSULTATION: frozenset({_POLICE, _COMMITTEE}),
    _E.SUBMIT: frozenset({_POLICE}),
    _E.ACCEPT: frozenset({_UNIT}),
    _E.RETURN_BY_POLICE: frozenset({_UNIT}),
    _E.CONSENT: frozenset({_UNIT, _BUREAU}),
    _E.REFUSE_CONSENT: frozenset({_UNIT}),
    _E.APPROVE: frozenset({_UNIT, _POLICE}),
    _E.RETURN_TO_POLICE: frozenset({_POLICE}),
    _E.RETURN_BY_BUREAU: frozenset({_UNIT, _POLICE}),
    _E.REFUSE_APPROVAL: frozenset({_UNIT, _POLICE}),
    _E.AGREEMENT_EFFECTIVE: frozenset({_UNIT, _POLICE}),
    _E.AGREEMENT_TIMEOUT: frozenset({_UNIT, _BUREAU}),
    _E.PROVISION: frozenset({_UNIT, _POLICE, _BUREAU}),
    _E.REPORT_CANNOT_PROVIDE: frozenset({_UNIT, _BUREAU}),
    _E.ORDER_AGAIN: frozenset({_UNIT}),
    _E.SUSPEND: frozenset({_UNIT, _POLICE, _BUREAU}),
    _E.PROPOSE_RESUME: frozenset({_BUREAU}),
    _E.RESUME: frozenset({_UNIT, _POLICE}),
    _E.GIVE_TERMINATION_NOTICE: frozenset({_POLICE, _BUREAU}),
    _E.EXPIRE: frozenset({_UNIT, _BUREAU}),
    _E.END_DATE_REACHED: frozenset({_UNIT, _POLICE, _BUREAU}),
    _E.REVOKE: frozenset({_UNIT, _POLICE}),
    _E.COMPLETE_REVOCATION: frozenset({_UNIT, _POLICE, _BUREAU}),
}
"""``using_unit`` stands for the applying unit. Of a withdrawal whoever had the file gets notice (``recipients_of``)."""


def recipients_of(event: ApplicationEvent, round_: int) -> frozenset[OrganizationKind]:
    """The kinds of organization that get a notice of ``event`` on an application in its ``round_``."""
    if event is _E.WITHDRAW:
        return frozenset({_POLICE, _BUREAU}) if round_ else frozenset()
    return _RECIPIENTS.get(event, frozenset())
