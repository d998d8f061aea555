"""The file's contents as they are set on the regulation's two forms (Annexes 1 and 2)."""

from collections.abc import Collection, Sequence
from datetime import date

from pinegate.adapters.documents.agreement import AgreementText
from pinegate.adapters.documents.application_form import ApplicationForm, FormPerson, Opinion
from pinegate.adapters.documents.point_list import PointLine
from pinegate.domain.applications.application import OpinionKind
from pinegate.domain.calendar import day_of
from pinegate.domain.catalogue.operation import OPERATION_WORDS, Operation
from pinegate.domain.city_profile import CityProfile
from pinegate.domain.organizations.parties import OrganizationNature
from pinegate.entrypoints.http_api.applications.models import (
    AgreementOut,
    ApplicationOut,
    ContactBody,
    SignatureOut,
)
from pinegate.entrypoints.http_api.catalogue.models import PointOut


def filled_form(file: ApplicationOut, profile: CityProfile) -> ApplicationForm:
    """Annex 1: what was asked for, and the present round's opinions in their boxes."""
    names = profile.categories.names
    natures = dict(zip(OrganizationNature, profile.application_form.organization_natures, strict=True))
    return ApplicationForm(
        organization_name=file.organization.name,
        organization_address=file.organization.address,
        organization_nature=natures[OrganizationNature(file.organization.nature)],
        information_system=file.system.name,
        responsible_person=_person(file.contacts.responsible_person),
        contact_person=_person(file.contacts.contact_person),
        technical_contact=_person(file.contacts.technical_contact),
        purpose=file.purpose,
        areas=tuple(profile.divisions.name_of(code) for code in file.areas),
        categories=tuple(names.get(code, code) for code in file.categories),
        points=tuple(_line(line.point, line.requested) for line in file.points),
        police_opinion=_opinion(file, OpinionKind.POLICE, _cut(file)),
        bureau_opinion=_opinion(file, OpinionKind.BUREAU),
        provisioning_result=_opinion(file, OpinionKind.OPERATOR),
        number=file.number,
        set_on=day_of(file.state_since),
    )


def agreement_text(file: ApplicationOut, agreement: AgreementOut) -> AgreementText:
    """Annex 2 over the approved points, with the dates on which each side sealed."""
    effective = agreement.effective_at
    return AgreementText(
        party_b=file.organization.name,
        signed_on=day_of(effective) if effective else None,
        sealed_by_a_on=_sealed_on(agreement.bureau_signature),
        sealed_by_b_on=_sealed_on(agreement.unit_signature),
        information_system=file.system.name,
        points=tuple(_line(line.point, line.consented) for line in file.points if line.consented),
        number=file.number,
        set_on=day_of(effective or file.state_since),
    )


def _sealed_on(signature: SignatureOut | None) -> date | None:
    return day_of(signature.signed_at) if signature else None


def _person(contact: ContactBody) -> FormPerson:
    return FormPerson(contact.name, contact.telephone, contact.mobile, contact.email)


def _line(point: PointOut, operations: Sequence[Operation]) -> PointLine:
    return PointLine(
        code=point.channel_code,
        name=point.name,
        address=point.address,
        area=f"{point.division_name}{point.township_name}",
        camera_type="云台摄像机" if point.ptz else "固定摄像机",
        operations=_words(operations),
    )


def _words(operations: Collection[Operation]) -> tuple[str, ...]:
    return tuple(word for operation, word in OPERATION_WORDS.items() if operation in operations)


def _cut(file: ApplicationOut) -> str:
    """What the police's partial consent left of the request."""
    decided = [line for line in file.points if line.consented is not None]
    kept = [line for line in decided if line.consented]
    if all(line.consented == line.requested for line in decided):
        return ""
    return f"\n（部分同意：申请 {len(file.points)} 个点位，同意 {len(kept)} 个，操作权限以协议附表为准。）"


def _opinion(file: ApplicationOut, kind: OpinionKind, addition: str = "") -> Opinion:
    said = [o for o in file.opinions if o.kind == kind and o.round == file.round]
    if not said:
        return Opinion()
    latest = said[-1]
    return Opinion(f"{latest.text}{addition}", latest.person_name, day_of(latest.signed_at))
