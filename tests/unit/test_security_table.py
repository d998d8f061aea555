"""docs/security.md promises tests by name: whatever file and test it names exists, and every threat has a line."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "docs/security.md").read_text(encoding="utf-8")


def test_every_threat_has_a_line_with_a_test_or_says_why_not() -> None:
    lines = dict(re.findall(r"^\| (S\d\d) \|(.*)\|$", TEXT, re.MULTILINE))
    assert sorted(lines) == [f"S{number:02}" for number in range(1, max(27, len(lines) + 1))]
    for threat, line in lines.items():
        answer = line.rpartition(" | ")[2]
        assert "::test_" in answer or "not yet" in answer, threat


def test_every_named_test_and_file_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", TEXT)
    assert len(named) > 30
    for path, test in named:
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), (path, test)
    for path in re.findall(r"`(src/[\w/.]+)`", TEXT):
        assert (ROOT / path).is_file(), path
