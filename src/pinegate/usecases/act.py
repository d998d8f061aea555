"""Somebody doing something at a moment: what every audit event says about its cause."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pinegate.domain.audit.event import AuditEvent, AuditEventName, AuditValue
from pinegate.domain.organizations.parties import Actor


@dataclass(frozen=True, slots=True)
class Act:
    """``actor`` is None where a date was reached and the program itself acts."""

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

    def event(
        self, what: AuditEventName, subject_kind: str, subject_id: str, **details: AuditValue
    ) -> AuditEvent:
        """The audit event of this act on that subject."""
        actor = self.actor
        return AuditEvent(
            id=self.new_id(),
            name=what,
            at=self.now,
            actor_person_id=actor.person_id if actor else None,
            actor_organization_id=actor.organization_id if actor else None,
            subject_kind=subject_kind,
            subject_id=subject_id,
            client_host=self.client_host,
            details=details,
        )
