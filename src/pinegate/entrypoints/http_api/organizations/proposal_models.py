"""Proposals in JSON."""

from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from pinegate.domain.organizations.proposal import Content, ProposalEvent, ProposalKind, ProposalState
from pinegate.entrypoints.http_api.organizations.models import OrganizationIn, PersonIn, Roles
from pinegate.entrypoints.http_api.shared.inputs import LINES, Id
from pinegate.usecases.organizations.propose import Draft

_K = ProposalKind
Text = Annotated[str, Field(max_length=500), LINES]


class _Proposed(BaseModel):
    model_config = ConfigDict(extra="forbid")
    reason: Text


class ProposeOrganization(_Proposed):
    kind: Literal[ProposalKind.ORGANIZATION]
    organization: OrganizationIn

    def draft(self) -> Draft:
        """As the use case takes it."""
        new = self.organization
        content: Content = {
            "kind": new.kind.value,
            "name": new.name.strip(),
            "address": new.address.strip(),
            "nature": new.nature.value,
        }
        return Draft(_K.ORGANIZATION, self.reason, content)


class ProposeReadmission(_Proposed):
    kind: Literal[ProposalKind.READMISSION]
    organization_id: Id

    def draft(self) -> Draft:
        """As the use case takes it."""
        return Draft(_K.READMISSION, self.reason, {}, organization_id=self.organization_id)


class ProposePerson(_Proposed):
    kind: Literal[ProposalKind.PERSON]
    organization_id: Id
    person: PersonIn

    def draft(self) -> Draft:
        """As the use case takes it."""
        new = self.person.as_person()
        content: Content = {
            "name": new.name,
            "staff_number": new.staff_number,
            "mobile": new.mobile,
            "email": new.email,
            "login": new.login,
            "roles": sorted(new.roles),
        }
        return Draft(_K.PERSON, self.reason, content, organization_id=self.organization_id)


class ProposeRoles(_Proposed):
    kind: Literal[ProposalKind.ROLES]
    person_id: Id
    roles: Annotated[Roles, Field(min_length=1)]

    def draft(self) -> Draft:
        """As the use case takes it."""
        return Draft(_K.ROLES, self.reason, {"roles": sorted(set(self.roles))}, person_id=self.person_id)


class ProposeUnlock(_Proposed):
    kind: Literal[ProposalKind.UNLOCK]
    person_id: Id

    def draft(self) -> Draft:
        """As the use case takes it."""
        return Draft(_K.UNLOCK, self.reason, {}, person_id=self.person_id)


class ProposeEnrolment(_Proposed):
    """``renews_totp``: the second factor is lost as well; otherwise it is asked for."""

    kind: Literal[ProposalKind.ENROLMENT]
    person_id: Id
    renews_totp: bool = False

    def draft(self) -> Draft:
        """As the use case takes it."""
        content: Content = {"renews_totp": self.renews_totp}
        return Draft(_K.ENROLMENT, self.reason, content, person_id=self.person_id)


ProposalIn: TypeAlias = Annotated[
    ProposeOrganization
    | ProposeReadmission
    | ProposePerson
    | ProposeRoles
    | ProposeUnlock
    | ProposeEnrolment,
    Field(discriminator="kind"),
]


class ProposalOut(BaseModel):
    """``content``: what is done when it is confirmed; ``steps``: what the reader may do with it now."""

    id: str
    kind: ProposalKind
    state: ProposalState
    organization_id: str | None
    organization_name: str | None
    person_id: str | None
    person_name: str | None
    content: dict[str, Any]
    reason: str
    proposed_by_name: str
    proposed_at: datetime
    decided_by_name: str | None
    decided_at: datetime | None
    text: str
    steps: list[ProposalEvent]


class ProposalPage(BaseModel):
    items: list[ProposalOut]


class ProposalMade(BaseModel):
    id: str
    state: ProposalState


class Decision(BaseModel):
    """``text``: why; asked for where it is declined."""

    model_config = ConfigDict(extra="forbid")
    text: Text = ""


class ProposalConfirmed(ProposalMade):
    """``code``: shown this once, for the person alone, where one is to enrol; the proposer draws the link."""

    organization_id: str | None
    person_id: str | None
    code: str | None
    expires_at: datetime | None
