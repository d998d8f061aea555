"""Who lives in the demonstration city. Logins are roles, so that a newcomer finds whom the next step needs."""

from dataclasses import dataclass

from pinegate.domain.organizations.parties import OrganizationNature
from pinegate.domain.organizations.roles import OrganizationKind, Role


@dataclass(frozen=True, slots=True)
class Resident:
    """A person with an account."""

    login: str
    name: str
    roles: frozenset[Role]


@dataclass(frozen=True, slots=True)
class House:
    """An organization and its people. ``system``: the using unit's information system."""

    key: str
    kind: OrganizationKind
    name: str
    address: str
    residents: tuple[Resident, ...]
    nature: OrganizationNature = OrganizationNature.GOVERNMENT
    system: str = ""
    system_description: str = ""


def _resident(login: str, name: str, *roles: Role) -> Resident:
    return Resident(login, name, frozenset(roles))


FIRST_ADMINISTRATOR = _resident("security-admin", "方守安", Role.SECURITY_ADMIN)
BUREAU = House(
    "bureau",
    OrganizationKind.DATA_BUREAU,
    "黄山市数据资源管理局",
    "黄山市屯溪区前园南路",
    (
        _resident("bureau-reviewer", "汪立言", Role.BUREAU_REVIEWER),
        _resident("bureau-approver", "程书宁", Role.BUREAU_APPROVER),
        _resident("audit-admin", "吴明鉴", Role.AUDIT_ADMIN),
    ),
)
HOUSES = (
    BUREAU,
    House(
        "police",
        OrganizationKind.POLICE,
        "黄山市公安局",
        "黄山市屯溪区长干东路",
        (
            _resident("police-reviewer", "胡正平", Role.POLICE_REVIEWER),
            _resident("police-leader", "江卫国", Role.POLICE_LEADER),
        ),
    ),
    House(
        "committee",
        OrganizationKind.POLITICAL_LEGAL_COMMITTEE,
        "中共黄山市委政法委员会",
        "黄山市屯溪区",
        (_resident("committee", "章和", Role.POLITICAL_LEGAL_LIAISON),),
    ),
    House(
        "operator",
        OrganizationKind.OPERATOR,
        "云海黄山大数据产业发展有限公司",
        "黄山市屯溪区黄山学院科技园",
        (
            _resident("cataloguer", "许编", Role.OPERATOR_CATALOGUER),
            _resident("lister", "孙上架", Role.OPERATOR_LISTER),
            _resident("provisioner", "姚通", Role.OPERATOR_PROVISIONER),
            _resident("system-admin", "罗运维", Role.SYSTEM_ADMIN),
        ),
        OrganizationNature.OTHER,
    ),
    House(
        "urban",
        OrganizationKind.USING_UNIT,
        "黄山市城市管理行政执法局",
        "黄山市屯溪区仙人洞南路",
        (
            _resident("unit-clerk", "张晓城", Role.UNIT_CLERK),
            _resident("unit-leader", "李建设", Role.UNIT_LEADER),
            _resident("unit-viewer", "王巡", Role.UNIT_VIEWER),
        ),
        system="智慧城管视频应用系统",
        system_description="背街小巷占道经营的发现与处置",
    ),
    House(
        "tourism",
        OrganizationKind.USING_UNIT,
        "黄山市文化和旅游局",
        "黄山市屯溪区前园北路",
        (
            _resident("tour-clerk", "叶清", Role.UNIT_CLERK),
            _resident("tour-leader", "黄松", Role.UNIT_LEADER),
            _resident("tour-viewer", "云海", Role.UNIT_VIEWER),
        ),
        system="黄山智慧文旅监测平台",
        system_description="节假日景区客流监测与应急指挥",
    ),
)
"""Six organizations of all kinds that the regulation names, two of them using units."""
