"""The sample people. Logins are roles, so that a newcomer finds whom the next step needs."""

from dataclasses import dataclass

from pinegate.domain.organizations.roles import Role

ROLE_NAMES = {
    "unit_clerk": "使用单位经办人",
    "unit_leader": "使用单位负责人",
    "unit_viewer": "使用单位值班员",
    "police_reviewer": "公安审核员",
    "police_leader": "公安审批领导",
    "political_legal_liaison": "政法委联络员",
    "bureau_reviewer": "市数据资源局审核员",
    "bureau_approver": "市数据资源局审批领导",
    "operator_cataloguer": "运维编目员",
    "operator_lister": "运维上架员",
    "operator_provisioner": "运维开通员",
    "system_admin": "系统管理员",
    "security_admin": "安全管理员",
    "audit_admin": "审计管理员",
}


@dataclass(frozen=True, slots=True)
class SamplePerson:
    """A person with an account."""

    login: str
    name: str
    roles: frozenset[Role]


def sample_person(login: str, name: str, *roles: Role) -> SamplePerson:
    return SamplePerson(login, name, frozenset(roles))


SECURITY_ADMINISTRATOR = sample_person("security-admin", "方守安", Role.SECURITY_ADMIN)
AUDIT_ADMINISTRATOR = sample_person("audit-admin", "吴明鉴", Role.AUDIT_ADMIN)
SYSTEM_ADMINISTRATOR = sample_person("system-admin", "罗运维", Role.SYSTEM_ADMIN)
ADMINISTRATORS = (SECURITY_ADMINISTRATOR, AUDIT_ADMINISTRATOR, SYSTEM_ADMINISTRATOR)
"""Who is there first."""
