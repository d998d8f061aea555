"""The application itself: what Annex 1 holds, and who did what with it."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from pinegate.domain.applications.states import ApplicationState
from pinegate.domain.catalogue.operation import Operation


@dataclass(frozen=True, slots=True)
class Contact:
    """负责人, 联系人 or 技术对接人: name, 联系电话, 手机, 邮箱 (Annex 1)."""

    name: str = ""
    telephone: str = ""
    mobile: str = ""
    email: str = ""

    @property
    def complete(self) -> bool:
        """Name and one way to be reached."""
        return bool(self.name.strip() and (self.telephone.strip() or self.mobile.strip()))


@dataclass(frozen=True, slots=True)
class RequestedPoint:
    """One line of 监控点位: what the unit asked for, and what the police consented to (None: not decided yet)."""

    point_id: str
    requested: frozenset[Operation]
    consented: frozenset[Operation] | None = None


def same_request(one: tuple[RequestedPoint, ...], other: tuple[RequestedPoint, ...]) -> bool:
    """Whether both ask for the same operations at the same points."""
    return {p.point_id: p.requested for p in one} == {p.point_id: p.requested for p in other}


@dataclass(frozen=True, slots=True)
class Consultation:
    """对接确定 (Annex 1 note 3): with the police and the political-legal committee, before submission."""

    held_on: date
    police_official: str
    committee_official: str
    summary: str = ""

    @property
    def complete(self) -> bool:
        return bool(self.police_official.strip() and self.committee_official.strip())


class OpinionKind(StrEnum):
    """Whose box on the form (police, bureau, operator); the others stand in the file, not on the form."""

    POLICE_ACCEPTANCE = "police_acceptance"
    POLICE = "police"
    BUREAU_REVIEW = "bureau_review"
    BUREAU = "bureau"
    OPERATOR = "operator"
    RESUME_PROPOSAL = "resume_proposal"
    MEASURE = "measure"
    UNIT_NOTICE = "unit_notice"


@dataclass(frozen=True, slots=True)
class Opinion:
    """审核意见: text, named signature and date (article 5; Annex 1)."""

    kind: OpinionKind
    decision: str
    text: str
    person_id: str
    person_name: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Application:
    """One Annex 1 form, tied to one information system (Annex 2 clause 2.1)."""

    id: str
    number: str
    organization_id: str
    system_id: str
    state: ApplicationState
    purpose: str = ""
    legal_basis: str = ""
    areas: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    responsible_person: Contact = field(default_factory=Contact)
    contact_person: Contact = field(default_factory=Contact)
    technical_contact: Contact = field(default_factory=Contact)
    points: tuple[RequestedPoint, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    consultation: Consultation | None = None
    sealed_form: bool = False
    filed_by: frozenset[str] = frozenset()
    opinions: tuple[Opinion, ...] = ()
    round: int = 0
    """How often it was submitted; ``opinions`` are those of this round, in the order in which they were given."""
    version: int = 1

    def latest(self, kind: OpinionKind) -> Opinion | None:
        """The newest opinion of ``kind`` in the present round."""
        return next((o for o in reversed(self.opinions) if o.kind is kind), None)

    def with_opinion(self, opinion: Opinion) -> "Application":
        return replace(self, opinions=(*self.opinions, opinion))
