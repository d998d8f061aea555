"""Each step of the application as a pure function: application, actor and time in; the application after it out.

The table in ``states`` says which step exists and whose it is; here stands what else the regulation asks for.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from pinegate.domain.applications.application import (
    Application,
    Consultation,
    Opinion,
    OpinionKind,
    same_request,
)
from pinegate.domain.applications.states import APPLICATION, ApplicationEvent, ApplicationState
from pinegate.domain.applications.turns import STANDS_ON, Standing
from pinegate.domain.calendar import day_of
from pinegate.domain.catalogue.operation import REQUESTABLE, Operation
from pinegate.domain.organizations.parties import Actor
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.domain.refusal import Refusal, RuleRefusedError

_E = ApplicationEvent


def _target(application: Application, event: ApplicationEvent, actor: Actor | None) -> ApplicationState:
    target = APPLICATION.step(application.state, event, actor.roles if actor else None)
    if actor is None:
        return target
    if actor.organization_kind is OrganizationKind.USING_UNIT:
        if actor.organization_id != application.organization_id:
            raise RuleRefusedError(Refusal.OTHER_ORGANIZATION)
    elif actor.person_id in application.filed_by:
        raise RuleRefusedError(Refusal.REVIEWS_OWN_FILING)
    return target


def _opinion(actor: Actor, kind: OpinionKind, decision: str, text: str, now: datetime) -> Opinion:
    if not text.strip():
        raise RuleRefusedError(Refusal.OPINION_MISSING, {"field": "text"})
    return Opinion(kind, decision, text.strip(), actor.person_id, actor.name, now)


def _another_person(earlier: Opinion | None, actor: Actor) -> None:
    if earlier is not None and earlier.person_id == actor.person_id:
        raise RuleRefusedError(Refusal.SAME_PERSON_TWICE, {"step": earlier.kind})


def _standing(application: Application, asked: Standing) -> Opinion | None:
    """The newest opinion of the kind, unless it was superseded."""
    for opinion in reversed(application.opinions):
        if opinion.kind is asked.kind:
            return opinion
        if opinion.kind is asked.superseding:
            return None
    return None


_PREPARES: Mapping[ApplicationEvent, ApplicationEvent] = {
    _E.RECORD_REVIEW: _E.APPROVE,
    _E.PROPOSE_RESUME: _E.RESUME,
}


def _check_what_went_before(application: Application, event: ApplicationEvent, actor: Actor) -> None:
    """The second pair of eyes: consent, approval and resumption stand on another person's step.

    What prepares is done once while it stands: a second reviewer would free the first to approve.
    """
    if event is _E.CONSENT:
        _another_person(application.latest(OpinionKind.POLICE_ACCEPTANCE), actor)
    elif event is _E.APPROVE:
        review = _standing(application, STANDS_ON[event])
        if review is None:
            raise RuleRefusedError(Refusal.REVIEW_MISSING)
        _another_person(review, actor)
    elif event is _E.RESUME:
        proposal = _standing(application, STANDS_ON[event])
        if proposal is None:
            raise RuleRefusedError(Refusal.PROPOSAL_MISSING)
        _another_person(proposal, actor)
    elif event in _PREPARES and _standing(application, STANDS_ON[_PREPARES[event]]) is not None:
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"state": application.state, "event": event})


def allowed_events(application: Application, actor: Actor) -> tuple[ApplicationEvent, ...]:
    """What ``actor`` may do now: the table, the roles and the separation of duties. What the step asks for besides
    (a text, complete fields) it says itself.
    """
    events: list[ApplicationEvent] = []
    for event in APPLICATION.events_for(application.state, actor.roles):
        try:
            _target(application, event, actor)
            _check_what_went_before(application, event, actor)
        except RuleRefusedError:
            continue
        events.append(event)
    return tuple(events)


def edit(application: Application, changed: Application, actor: Actor) -> Application:
    """The clerk's changes to a draft or returned form; a change of points or operations needs a new consultation."""
    target = _target(application, _E.EDIT, actor)
    kept = application.consultation if same_request(changed.points, application.points) else None
    return replace(
        application,
        state=target,
        purpose=changed.purpose,
        legal_basis=changed.legal_basis,
        areas=changed.areas,
        categories=changed.categories,
        responsible_person=changed.responsible_person,
        contact_person=changed.contact_person,
        technical_contact=changed.technical_contact,
        points=tuple(replace(point, consented=None) for point in changed.points),
        valid_from=changed.valid_from,
        valid_until=changed.valid_until,
        consultation=kept,
        sealed_form=False,
        filed_by=application.filed_by | {actor.person_id},
    )


_SEALERS = frozenset({Role.UNIT_CLERK, Role.UNIT_LEADER})


def seal(application: Application, actor: Actor) -> Application:
    """The signed and sealed form is on file. Any later edit makes it a form of something else (see ``edit``)."""
    if APPLICATION.find(application.state, _E.EDIT) is None:
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"state": application.state, "event": "seal"})
    if not actor.may(_SEALERS):
        raise RuleRefusedError(Refusal.ROLE_MAY_NOT, {"event": "seal"})
    if actor.organization_id != application.organization_id:
        raise RuleRefusedError(Refusal.OTHER_ORGANIZATION)
    return replace(application, sealed_form=True, filed_by=application.filed_by | {actor.person_id})


def record_consultation(application: Application, consultation: Consultation, actor: Actor) -> Application:
    """Annex 1 note 3. Both officials must be named."""
    target = _target(application, _E.RECORD_CONSULTATION, actor)
    if not consultation.complete:
        raise RuleRefusedError(Refusal.FIELD_MISSING, {"field": "consultation"})
    return replace(
        application,
        state=target,
        consultation=consultation,
        filed_by=application.filed_by | {actor.person_id},
    )


def _empty_fields(application: Application) -> Iterator[str]:
    filled = {
        "purpose": bool(application.purpose.strip()),
        "areas": bool(application.areas),
        "categories": bool(application.categories),
        "contacts.responsible_person": application.responsible_person.complete,
        "contacts.contact_person": application.contact_person.complete,
        "contacts.technical_contact": application.technical_contact.complete,
        "valid_until": application.valid_until is not None,
    }
    return (name for name, is_filled in filled.items() if not is_filled)


def _point_refusals(application: Application, listed: frozenset[str]) -> Iterator[RuleRefusedError]:
    if not application.points:
        yield RuleRefusedError(Refusal.NO_POINTS, {"field": "points"})
    for point in application.points:
        where = {"field": "points", "point_id": point.point_id}
        if point.point_id not in listed:
            yield RuleRefusedError(Refusal.POINT_NOT_LISTED, where)
        if not point.requested or not point.requested <= REQUESTABLE:
            yield RuleRefusedError(Refusal.OPERATION_FORBIDDEN, where)


def what_refuses_submission(
    application: Application, listed: frozenset[str], now: datetime
) -> Iterator[RuleRefusedError]:
    """Everything that ``submit`` would refuse now, in the order of the form. ``listed``: as for ``submit``."""
    for field in _empty_fields(application):
        yield RuleRefusedError(Refusal.FIELD_MISSING, {"field": field})
    yield from _point_refusals(application, listed)
    today = day_of(now)
    until = application.valid_until
    if until is not None and until < max(application.valid_from or today, today):
        yield RuleRefusedError(Refusal.VALIDITY_INVALID, {"field": "valid_until"})
    if application.consultation is None:
        yield RuleRefusedError(Refusal.CONSULTATION_MISSING, {"field": "consultation"})
    if not application.sealed_form:
        yield RuleRefusedError(Refusal.SEAL_MISSING, {"field": "sealed_form"})


def submit(application: Application, listed: frozenset[str], actor: Actor, now: datetime) -> Application:
    """Seal and hand in (article 5). ``listed``: which of the asked points are listed at this moment.

    Raises:
        RuleRefusedError: ``consultation_missing`` (Annex 1 note 3), ``seal_missing``, ``field_missing`` with the field,
            ``no_points``, ``point_not_listed``, ``operation_forbidden``, ``validity_invalid``.
    """
    target = _target(application, _E.SUBMIT, actor)
    for refusal in what_refuses_submission(application, listed, now):
        raise refusal
    return replace(
        application,
        state=target,
        valid_from=application.valid_from or day_of(now),
        # A new round starts: what was consented to or said in an earlier one binds nobody.
        points=tuple(replace(point, consented=None) for point in application.points),
        opinions=(),
        round=application.round + 1,
        filed_by=application.filed_by | {actor.person_id},
    )


def accept(application: Application, text: str, actor: Actor, now: datetime) -> Application:
    """The police clerk takes the complete file into review."""
    target = _target(application, _E.ACCEPT, actor)
    opinion = _opinion(actor, OpinionKind.POLICE_ACCEPTANCE, "accepted", text, now)
    return replace(application, state=target).with_opinion(opinion)


def give_back(
    application: Application, event: ApplicationEvent, text: str, actor: Actor, now: datetime
) -> Application:
    """Return to the unit (by police or bureau) or from the bureau to the police. The reason is required."""
    target = _target(application, event, actor)
    kind = OpinionKind.POLICE if event is _E.RETURN_BY_POLICE else OpinionKind.BUREAU
    opinion = _opinion(actor, kind, event.value, text, now)
    if event is _E.RETURN_TO_POLICE:
        cleared = tuple(replace(point, consented=None) for point in application.points)
        return replace(application, state=target, points=cleared).with_opinion(opinion)
    return replace(application, state=target).with_opinion(opinion)


def consent(
    application: Application,
    consented: Mapping[str, frozenset[Operation]],
    text: str,
    actor: Actor,
    now: datetime,
) -> Application:
    """市公安局同意 (article 5), whole or partial: fewer points, fewer operations, never more.

    ``consented``: point id → operations; a point left out, or with no operations, is cut.

    Raises:
        RuleRefusedError: ``consent_widens`` when a point or operation was not asked for; ``no_points`` when nothing
            remains (that is a refusal and must be called so); ``same_person_twice`` when the accepting clerk consents.
    """
    target = _target(application, _E.CONSENT, actor)
    _check_what_went_before(application, _E.CONSENT, actor)
    requested = {point.point_id: point.requested for point in application.points}
    for point_id, operations in consented.items():
        if not operations <= requested.get(point_id, frozenset()):
            raise RuleRefusedError(Refusal.CONSENT_WIDENS, {"point_id": point_id})
    if not any(consented.values()):
        raise RuleRefusedError(Refusal.NO_POINTS, {"field": "consented"})
    points = tuple(replace(p, consented=consented.get(p.point_id, frozenset())) for p in application.points)
    whole = all(point.consented == point.requested for point in points)
    opinion = _opinion(actor, OpinionKind.POLICE, "consented" if whole else "partly_consented", text, now)
    return replace(application, state=target, points=points).with_opinion(opinion)


def refuse(
    application: Application, event: ApplicationEvent, text: str, actor: Actor, now: datetime
) -> Application:
    """Refusal by police (``refuse_consent``) or bureau (``refuse_approval``); the reason is required."""
    target = _target(application, event, actor)
    kind = OpinionKind.POLICE if event is _E.REFUSE_CONSENT else OpinionKind.BUREAU
    return replace(application, state=target).with_opinion(_opinion(actor, kind, "refused", text, now))


def record_review(application: Application, text: str, actor: Actor, now: datetime) -> Application:
    """The bureau's reviewer writes down the review on which the approver decides; one stands, until superseded."""
    target = _target(application, _E.RECORD_REVIEW, actor)
    _check_what_went_before(application, _E.RECORD_REVIEW, actor)
    opinion = _opinion(actor, OpinionKind.BUREAU_REVIEW, "reviewed", text, now)
    return replace(application, state=target).with_opinion(opinion)


def approve(application: Application, text: str, actor: Actor, now: datetime) -> Application:
    """市数据资源局审核 (article 5): reviewer and approver are two persons; the police's consent must stand."""
    target = _target(application, _E.APPROVE, actor)
    police = application.latest(OpinionKind.POLICE)
    if police is None or any(point.consented is None for point in application.points):
        raise RuleRefusedError(Refusal.NO_SUCH_STEP, {"missing": "police_consent"})
    _check_what_went_before(application, _E.APPROVE, actor)
    opinion = _opinion(actor, OpinionKind.BUREAU, "approved", text, now)
    return replace(application, state=target).with_opinion(opinion)


def provision(
    application: Application,
    text: str,
    *,
    agreement_effective: bool,
    tested: bool,
    actor: Actor,
    now: datetime,
) -> Application:
    """运维部门处置结果: the work order is done, and a test play succeeded. Never before the agreement is effective."""
    target = _target(application, _E.PROVISION, actor)
    if not agreement_effective:
        raise RuleRefusedError(Refusal.AGREEMENT_NOT_EFFECTIVE)
    if not tested:
        raise RuleRefusedError(Refusal.TEST_PLAY_MISSING)
    opinion = _opinion(actor, OpinionKind.OPERATOR, "provisioned", text, now)
    return replace(application, state=target).with_opinion(opinion)


def resume(application: Application, text: str, actor: Actor, now: datetime) -> Application:
    """Two persons: one proposed (``propose_resume``), another resumes."""
    target = _target(application, _E.RESUME, actor)
    _check_what_went_before(application, _E.RESUME, actor)
    opinion = _opinion(actor, OpinionKind.MEASURE, "resumed", text, now)
    return replace(application, state=target).with_opinion(opinion)


_WITH_REASON: Mapping[ApplicationEvent, OpinionKind] = {
    _E.WITHDRAW: OpinionKind.UNIT_NOTICE,
    _E.GIVE_TERMINATION_NOTICE: OpinionKind.UNIT_NOTICE,
    _E.SUSPEND: OpinionKind.MEASURE,
    _E.REVOKE: OpinionKind.MEASURE,
    _E.ORDER_AGAIN: OpinionKind.MEASURE,
    _E.ARCHIVE: OpinionKind.MEASURE,
    _E.PROPOSE_RESUME: OpinionKind.RESUME_PROPOSAL,
    _E.REPORT_CANNOT_PROVIDE: OpinionKind.OPERATOR,
}


def move_with_reason(
    application: Application, event: ApplicationEvent, reason: str, actor: Actor, now: datetime
) -> Application:
    """The steps that ask for nothing but a stated reason: withdraw, suspend, revoke, propose to resume …"""
    target = _target(application, event, actor)
    _check_what_went_before(application, event, actor)
    if not reason.strip():
        raise RuleRefusedError(Refusal.REASON_MISSING, {"field": "text"})
    opinion = _opinion(actor, _WITH_REASON[event], event.value, reason, now)
    return replace(application, state=target).with_opinion(opinion)


def move_by_consequence(application: Application, event: ApplicationEvent) -> Application:
    """The steps that nobody takes: the agreement became effective, a date was reached, the receipts are written."""
    return replace(application, state=_target(application, event, None))
