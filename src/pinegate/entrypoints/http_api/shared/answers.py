"""Denials as problem documents, alike on every route."""

from pinegate.domain.access.request import Denied
from pinegate.entrypoints.http_api.shared.problems import ProblemError

_REMEDIES = {
    "reason_missing": "say why the picture is needed",
    "not_acknowledged": "acknowledge the duty of confidence of the agreement first",
    "not_on_roster": "the unit's leader puts persons on the system's roster",
    "operation_not_granted": "the grant names the permitted operations; apply for more",
    "not_granted": "apply for the point",
}


def denial_problem(denied: Denied) -> ProblemError:
    """403 with the reason as code; the portal shows it in plain words."""
    code = denied.reason.value
    return ProblemError(code, _REMEDIES.get(code, ""), status=403)
