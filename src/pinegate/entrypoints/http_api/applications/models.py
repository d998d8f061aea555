"""The application in JSON: what the routes of applications, agreements and documents take and give."""

from datetime import date, datetime
from typing import Annotated

from pydantic import BaseModel, Field

from pinegate.domain.agreements.agreement import AgreementEvent, AgreementState
from pinegate.domain.applications.states import APPLICATION, ApplicationEvent, ApplicationState
from pinegate.domain.catalogue.operation import Operation
from pinegate.domain.documents.document import DocumentKind
from pinegate.domain.refusal import Refusal
from pinegate.entrypoints.http_api.catalogue.models import PointOut
from pinegate.entrypoints.http_api.shared.inputs import LINES, ONE_LINE, After, Id, PageSize
from pinegate.entrypoints.http_api.shared.pages import PageOut

Opinion = Annotated[str, Field(max_length=4_000), LINES]
MAX_POINTS = 5_000


class ContactBody(BaseModel):
    """负责人, 联系人 or 技术对接人 (Annex 1)."""

    name: Annotated[str, Field(max_length=60), ONE_LINE] = ""
    telephone: Annotated[str, Field(max_length=40), ONE_LINE] = ""
    mobile: Annotated[str, Field(max_length=40), ONE_LINE] = ""
    email: Annotated[str, Field(max_length=120), ONE_LINE] = ""


class Contacts(BaseModel):
    """The three of Annex 1."""

    responsible_person: ContactBody = ContactBody()
    contact_person: ContactBody = ContactBody()
    technical_contact: ContactBody = ContactBody()


class PointOperations(BaseModel):
    """One line of 监控点位."""

    point_id: Id
    operations: Annotated[list[Operation], Field(max_length=len(Operation))]


PointLines = Annotated[list[PointOperations], Field(max_length=MAX_POINTS)]


class ApplicationIn(BaseModel):
    """A new draft for one information system."""

    system_id: Id


class ApplicationChange(BaseModel):
    """What the clerk changed; what is absent stays, a date given as null is emptied. ``version``: what was read."""

    version: int
    purpose: Opinion | None = None
    legal_basis: Opinion | None = None
    areas: (
        Annotated[list[Annotated[str, Field(pattern=r"^\d{6}(\d{3})?$")]], Field(max_length=200)] | None
    ) = None
    categories: (
        Annotated[list[Annotated[str, Field(min_length=1, max_length=40), ONE_LINE]], Field(max_length=50)]
        | None
    ) = None
    contacts: Contacts | None = None
    points: PointLines | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class ConsultationBody(BaseModel):
    """Annex 1 note 3."""

    held_on: date
    police_official: Annotated[str, Field(max_length=60), ONE_LINE]
    committee_official: Annotated[str, Field(max_length=60), ONE_LINE]
    summary: Opinion = ""


class StepIn(BaseModel):
    """``text``: opinion or reason; ``points``: what is consented to, in the step ``consent`` only."""

    text: Opinion = ""
    points: PointLines | None = None


class ApplicationSummary(BaseModel):
    """An application in a list."""

    id: str
    number: str
    state: ApplicationState
    organization_name: str
    system_name: str
    point_count: int
    state_since: datetime
    created_at: datetime


class ApplicationPage(PageOut):
    items: list[ApplicationSummary]


class OrganizationOut(BaseModel):
    """The applying unit as Annex 1 names it."""

    id: str
    name: str
    address: str
    nature: str


class SystemOut(BaseModel):
    id: str
    name: str


class ApplicationPointOut(BaseModel):
    """One line of 监控点位; ``consented`` null: the police have not decided."""

    point: PointOut
    requested: list[Operation]
    consented: list[Operation] | None


class OpinionOut(BaseModel):
    """``round``: of which submission."""

    round: int
    kind: str
    decision: str
    text: str
    person_name: str
    signed_at: datetime


class DocumentOut(BaseModel):
    """A stored scan."""

    id: str
    kind: DocumentKind
    file_name: str
    media_type: str
    size: int
    sm3: str
    stored_by_name: str
    stored_at: datetime


class SignatureOut(BaseModel):
    person_name: str
    signed_at: datetime
    sealed_scan_sm3: str


class AgreementOut(BaseModel):
    """The agreement of Annex 2 over the schedule of this digest."""

    id: str
    state: AgreementState
    text_version: int
    schedule_digest: str
    unit_signature: SignatureOut | None
    bureau_signature: SignatureOut | None
    effective_at: datetime | None
    allowed_events: list[AgreementEvent]


class GrantOut(BaseModel):
    """One point of one approved application."""

    id: str
    application_id: str
    application_number: str
    organization_id: str
    organization_name: str
    system_id: str
    system_name: str
    point_id: str
    point_name: str
    operations: list[Operation]
    state: str
    valid_from: datetime
    valid_until: datetime


class GrantPage(PageOut):
    items: list[GrantOut]


class ReceiptOut(BaseModel):
    kind: str
    affected: int
    done_at: datetime


class HistoryOut(BaseModel):
    """One move, from the audit log."""

    event: str
    source: Annotated[str, Field(serialization_alias="from")]
    to: str
    text: str
    person_name: str | None
    at: datetime


class ApplicationOut(BaseModel):
    """All of one file. ``allowed_documents``: what the viewer may hand in now. ``missing``: what would refuse
    submission now; ``missing_fields`` names the fields.
    """

    id: str
    number: str
    state: ApplicationState
    state_since: datetime
    created_at: datetime
    version: int
    round: int
    organization: OrganizationOut
    system: SystemOut
    purpose: str
    legal_basis: str
    areas: list[str]
    categories: list[str]
    contacts: Contacts
    points: list[ApplicationPointOut]
    valid_from: date | None
    valid_until: date | None
    consultation: ConsultationBody | None
    sealed_form: bool
    opinions: list[OpinionOut]
    documents: list[DocumentOut]
    agreement: AgreementOut | None
    grants: list[GrantOut]
    receipts: list[ReceiptOut]
    history: list[HistoryOut]
    allowed_events: list[ApplicationEvent]
    allowed_documents: list[DocumentKind]
    missing: list[Refusal]
    missing_fields: list[str]


class ApplicationQuery(BaseModel):
    """``mine``: filed by me, or with an opinion of mine. ``open_to``: in a state where that step is possible."""

    state: Annotated[list[ApplicationState], Field(max_length=len(ApplicationState))] = []
    open_to: ApplicationEvent | None = None
    q: Annotated[str, Field(max_length=100), ONE_LINE] = ""
    mine: bool = False
    after: After = ""
    page_size: PageSize = 50

    def states(self) -> tuple[ApplicationState, ...] | None:
        """What ``state`` and ``open_to`` leave; None: all."""
        if self.open_to is None:
            return tuple(self.state) or None
        possible = APPLICATION.states_of(self.open_to)
        return tuple(state for state in possible if not self.state or state in self.state)
