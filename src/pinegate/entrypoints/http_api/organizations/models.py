"""Organizations, their people and their systems in JSON."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from pinegate.domain.organizations.parties import OrganizationNature, PersonState, Standing
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.http_api.shared.inputs import LINES, ONE_LINE
from pinegate.usecases.organizations.person_step import NewPerson

Name = Annotated[str, Field(min_length=1, max_length=100), ONE_LINE]
Address = Annotated[str, Field(max_length=200), ONE_LINE]
Roles = Annotated[list[Role], Field(max_length=len(Role))]


class OrganizationOut(BaseModel):
    """An organization in a list."""

    id: str
    kind: OrganizationKind
    name: str
    address: str
    nature: OrganizationNature
    standing: Standing
    person_count: int
    system_count: int


class OrganizationPage(BaseModel):
    items: list[OrganizationOut]


class PersonOut(BaseModel):
    """``login`` null: no account. ``enrolled``: has a password; ``enrolment_until``: may choose one till then."""

    id: str
    name: str
    staff_number: str
    mobile: str
    email: str
    roles: list[Role]
    state: PersonState
    login: str | None
    enrolled: bool
    enrolment_until: datetime | None


class SystemOut(BaseModel):
    id: str
    name: str
    description: str
    standing: Standing
    organization_id: str
    organization_name: str


class SystemPage(BaseModel):
    items: list[SystemOut]


class OrganizationDetail(OrganizationOut):
    persons: list[PersonOut]
    systems: list[SystemOut]


class OrganizationIn(BaseModel):
    model_config = ConfigDict(extra="forbid")
    kind: OrganizationKind
    name: Name
    address: Address = ""
    nature: OrganizationNature = OrganizationNature.GOVERNMENT


class OrganizationChange(BaseModel):
    """What is absent stays. Who was suspended or ended is let back in by a proposal."""

    model_config = ConfigDict(extra="forbid")
    name: Name | None = None
    address: Address | None = None
    nature: OrganizationNature | None = None
    standing: Standing | None = None


class PersonIn(BaseModel):
    """``login`` absent: no account."""

    model_config = ConfigDict(extra="forbid")
    name: Annotated[str, Field(min_length=1, max_length=60), ONE_LINE]
    staff_number: Annotated[str, Field(pattern=r"^[0-9A-Za-z._-]{1,40}$")]
    mobile: Annotated[str, Field(max_length=40), ONE_LINE] = ""
    email: Annotated[str, Field(max_length=120), ONE_LINE] = ""
    roles: Annotated[Roles, Field(min_length=1)]
    login: Annotated[str, Field(pattern=r"^[0-9a-z._-]{3,40}$")] | None = None

    def as_person(self) -> NewPerson:
        """As the use cases take it."""
        return NewPerson(
            name=self.name.strip(),
            staff_number=self.staff_number,
            mobile=self.mobile.strip(),
            email=self.email.strip(),
            roles=frozenset(self.roles),
            login=self.login or "",
        )


class EnrolmentLink(BaseModel):
    """``secret``: shown this once; it stands behind ``/#/enrol/`` in the address that the person is given."""

    secret: str
    expires_at: datetime


class PersonCreated(BaseModel):
    """``link`` null: no account."""

    person: PersonOut
    link: EnrolmentLink | None


class PersonChange(BaseModel):
    """Roles, and letting a locked person back in, are proposed."""

    model_config = ConfigDict(extra="forbid")
    state: PersonState


class SystemIn(BaseModel):
    name: Name
    description: Annotated[str, Field(max_length=1_000), LINES] = ""


class RosterEntryOut(BaseModel):
    """``acknowledged``: every agreement in force for the system."""

    person_id: str
    name: str
    staff_number: str
    state: PersonState
    added_at: datetime
    acknowledged: bool


class Roster(BaseModel):
    items: list[RosterEntryOut]
