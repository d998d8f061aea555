"""The wording of Annex 1, the application form (申请表). A line break inside a label is the form's own."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Note:
    """One of the notes (注) under the form."""

    number: int
    text: str

    @property
    def id(self) -> str:
        return f"annex_1_note_{self.number}"


@dataclass(frozen=True, slots=True)
class FormLabels:
    """What is printed beside each field."""

    organization_name: str
    organization_address: str
    organization_nature: str
    information_system: str
    responsible_person: str
    contact_person: str
    technical_contact: str
    telephone: str
    mobile: str
    email: str
    purpose: str
    areas: str
    categories: str
    points: str
    points_instruction: str
    police_opinion: str
    bureau_opinion: str
    provisioning_result: str
    signature: str
    notes: str


@dataclass(frozen=True, slots=True)
class FormWording:
    """``organization_natures``: in the order of ``OrganizationNature``."""

    annex: str
    title: str
    labels: FormLabels
    organization_natures: tuple[str, str, str]
    notes: tuple[Note, ...]
