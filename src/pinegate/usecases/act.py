"""Somebody doing something at a moment: what every audit event says about its cause."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pinegate.domain.audit.event import AuditEvent, AuditEventName, AuditValue
from pinegate.domain.organizations.parties import Actor


@dataclass(frozen=True, slots=True)
class Party:
    """Whose doing something was, as far as that is known."""

    person_id: str | None = None
    organization_id: str | None = None


@dataclass(frozen=True, slots=True)
class Act:
    """``actor`` is None where a date was reached and the program itself acts, and before it is known who asks."""

    actor: Actor | None
    now: datetime
    new_id: Callable[[], str]
    client_host: str = ""

    @property
    def person(self) -> Actor:
        """The actor, in steps that only persons take."""
        if self.actor is None:
            raise TypeError("this step is taken by a person")
        return self.actor

    @property
    def consequence(self) -> "Act":
        """What follows from this act by itself: at the same moment, by nobody."""
        return Act(None, self.now, self.new_id)

    def event(
        self, what: AuditEventName, subject_kind: str, subject_id: str, **details: AuditValue
    ) -> AuditEvent:
        """The audit event of this act on that subject."""
        actor = self.actor
        party = Party(actor.person_id, actor.organization_id) if actor else Party()
        return self.event_of(party, what, subject_kind, subject_id, **details)

    def event_of(
        self,
        party: Party,
        what: AuditEventName,
        subject_kind: str,
        subject_id: str,
        **details: AuditValue,
    ) -> AuditEvent:
        """The same where it is not the actor's doing: a session that the program ends was its viewer's."""
        return AuditEvent(
            id=self.new_id(),
            name=what,
            at=self.now,
            actor_person_id=party.person_id,
            actor_organization_id=party.organization_id,
            subject_kind=subject_kind,
            subject_id=subject_id,
            client_host=self.client_host,
            details=details,
        )

    def step_event(
        self,
        what: AuditEventName,
        subject_kind: str,
        subject_id: str,
        event: StrEnum,
        before: StrEnum | None,
        after: StrEnum,
        **details: AuditValue,
    ) -> AuditEvent:
        """The audit event of a step of a state table, by which the subject came from ``before`` to ``after``."""
        states: dict[str, AuditValue] = {"from": before.value if before else "", "to": after.value}
        return self.event(what, subject_kind, subject_id, event=event.value, **states, **details)
