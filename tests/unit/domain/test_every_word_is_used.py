"""A refusal, a denial, an audit event exists when something says it: the portal words each, and the docs list it."""

import ast
from enum import StrEnum
from pathlib import Path

import pytest

from pinegate.domain.access.denial_reasons import DenialReason
from pinegate.domain.audit.event import AuditEventName
from pinegate.domain.refusal import Refusal

SOURCE = Path(__file__).parents[3] / "src" / "pinegate"
USED = {
    (node.value.id, node.attr)
    for path in SOURCE.rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
}


@pytest.mark.parametrize("enum", [Refusal, DenialReason, AuditEventName])
def test_every_member_is_said_somewhere(enum: type[StrEnum]) -> None:
    assert [member.name for member in enum if (enum.__name__, member.name) not in USED] == []
