"""The sample organizations: all kinds that the regulation names, two of them using units."""

from dataclasses import dataclass

from pinegate.domain.organizations.parties import OrganizationNature
from pinegate.domain.organizations.roles import OrganizationKind, Role
from pinegate.entrypoints.demonstration.people import (
    AUDIT_ADMINISTRATOR,
    SECURITY_ADMINISTRATOR,
    SYSTEM_ADMINISTRATOR,
    SamplePerson,
    sample_person,
)


@dataclass(frozen=True, slots=True)
class SampleOrganization:
    """An organization and its people. ``system``: the using unit's information system."""

    key: str
    kind: OrganizationKind
    name: str
    address: str
    people: tuple[SamplePerson, ...]
    nature: OrganizationNature = OrganizationNature.GOVERNMENT
    system: str = ""
    system_description: str = ""


BUREAU = SampleOrganization(
    "bureau",
    OrganizationKind.DATA_BUREAU,
    "黄山市数据资源管理局",
    "黄山市屯溪区前园南路",
    (
        SECURITY_ADMINISTRATOR,
        sample_person("bureau-reviewer", "汪立言", Role.BUREAU_REVIEWER),
        sample_person("bureau-approver", "程书宁", Role.BUREAU_APPROVER),
        AUDIT_ADMINISTRATOR,
    ),
)
OPERATOR = SampleOrganization(
    "operator",
    OrganizationKind.OPERATOR,
    "云海黄山大数据产业发展有限公司",
    "黄山市屯溪区黄山学院科技园",
    (
        sample_person("cataloguer", "许编", Role.OPERATOR_CATALOGUER),
        sample_person("lister", "孙上架", Role.OPERATOR_LISTER),
        sample_person("provisioner", "姚通", Role.OPERATOR_PROVISIONER),
        SYSTEM_ADMINISTRATOR,
    ),
    OrganizationNature.OTHER,
)
ORGANIZATIONS = (
    BUREAU,
    SampleOrganization(
        "police",
        OrganizationKind.POLICE,
        "黄山市公安局",
        "黄山市屯溪区长干东路",
        (
            sample_person("police-reviewer", "胡正平", Role.POLICE_REVIEWER),
            sample_person("police-leader", "江卫国", Role.POLICE_LEADER),
        ),
    ),
    SampleOrganization(
        "committee",
        OrganizationKind.POLITICAL_LEGAL_COMMITTEE,
        "中共黄山市委政法委员会",
        "黄山市屯溪区",
        (sample_person("committee", "章和", Role.POLITICAL_LEGAL_LIAISON),),
    ),
    OPERATOR,
    SampleOrganization(
        "urban",
        OrganizationKind.USING_UNIT,
        "黄山市城市管理行政执法局",
        "黄山市屯溪区仙人洞南路",
        (
            sample_person("unit-clerk", "张晓城", Role.UNIT_CLERK),
            sample_person("unit-leader", "李建设", Role.UNIT_LEADER),
            sample_person("unit-viewer", "王巡", Role.UNIT_VIEWER),
        ),
        system="智慧城管视频应用系统",
        system_description="背街小巷占道经营的发现与处置",
    ),
    SampleOrganization(
        "tourism",
        OrganizationKind.USING_UNIT,
        "黄山市文化和旅游局",
        "黄山市屯溪区前园北路",
        (
            sample_person("tour-clerk", "叶清", Role.UNIT_CLERK),
            sample_person("tour-leader", "黄松", Role.UNIT_LEADER),
            sample_person("tour-viewer", "云海", Role.UNIT_VIEWER),
        ),
        system="黄山智慧文旅监测平台",
        system_description="节假日景区客流监测与应急指挥",
    ),
)
