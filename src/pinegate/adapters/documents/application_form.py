"""Annex 1, the application form, blank or filled."""

from dataclasses import asdict, dataclass, field
from datetime import date

from pinegate.adapters.documents import point_list
from pinegate.adapters.documents.point_list import PointLine
from pinegate.adapters.documents.typesetting import typeset
from pinegate.domain.regulation.application_form import FormWording


@dataclass(frozen=True)
class FormPerson:
    """负责人, 联系人 or 技术对接人."""

    name: str = ""
    telephone: str = ""
    mobile: str = ""
    email: str = ""


@dataclass(frozen=True)
class Opinion:
    """What a reviewer or the operator wrote; without a name and date the place stays free for ink."""

    text: str = ""
    signed_by: str = ""
    signed_on: date | None = None


@dataclass(frozen=True)
class ApplicationForm:
    """The fields of Annex 1; with nothing but the day on which it is set, the blank form.

    `organization_nature` is one of the form's own natures, or empty. `number` (the
    case's) and `form_digest` (SM3 of the frozen form) are printed at the foot of each page when given.
    """

    set_on: date
    organization_name: str = ""
    organization_address: str = ""
    organization_nature: str = ""
    information_system: str = ""
    responsible_person: FormPerson = field(default_factory=FormPerson)
    contact_person: FormPerson = field(default_factory=FormPerson)
    technical_contact: FormPerson = field(default_factory=FormPerson)
    purpose: str = ""
    areas: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    points: tuple[PointLine, ...] = ()
    police_opinion: Opinion = field(default_factory=Opinion)
    bureau_opinion: Opinion = field(default_factory=Opinion)
    provisioning_result: Opinion = field(default_factory=Opinion)
    number: str = ""
    form_digest: str = ""


def render_application_form(form: ApplicationForm, wording: FormWording) -> bytes:
    """The form as PDF/A-2b. More than a few points follow as an attachment with the place for the seal."""
    if form.organization_nature not in ("", *wording.organization_natures):
        raise ValueError(f"no nature of an organization in Annex 1: {form.organization_nature!r}")
    fits = len(form.points) <= point_list.MOST_POINTS_IN_THE_FORM
    count = len(form.points)
    data = asdict(form) | {
        "annex": wording.annex,
        "title": wording.title,
        "labels": asdict(wording.labels),
        "natures": wording.organization_natures,
        "notes": [f"{note.number}.{note.text}" for note in wording.notes],
        "areas": "、".join(form.areas),
        "categories": "、".join(form.categories),
        "points_summary": f"共 {count} 个点位{'' if fits else '，见附件清单'}" if count else "",
        "points_detail": point_list.sentences(form.points)
        if fits
        else "点位详细信息见附件清单（加盖单位公章）。",
        "points_attached": [] if fits else point_list.rows(form.points),
    }
    return typeset("application_form", data, form.set_on)
