"""What CONTRIBUTING.md and the READMEs tell to run and to open is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PAGES = [
    *(ROOT / name for name in ("CONTRIBUTING.md", "README.md", "README.zh-CN.md", ".ci/run")),
    *sorted((ROOT / "docs").rglob("*.md")),
]


def targets_named_in(text: str) -> set[str]:
    """Those of ``make one two`` in code; what has a capital letter or a sign is an argument."""
    code = re.findall(r"`(make [^`]+)`", text) + re.findall(r"^(make .+)$", text, re.MULTILINE)
    return {word for line in code for word in line.split()[1:] if re.fullmatch(r"[a-z-]+", word)}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_command_that_a_page_names_is_a_target_of_the_makefile(page: Path) -> None:
    text = re.sub(r'=?"[^"]*"', "", re.sub(r"#.*$", "", page.read_text("utf-8"), flags=re.MULTILINE))
    assert targets_named_in(text) <= TARGETS


@pytest.mark.parametrize("target", ["setup", "unit", "test", "check", "fuzz", "sizes", "migration", "lock"])
def test_daily_commands_are_listed_and_told_of(target: str) -> None:
    assert target in TARGETS
    assert f"make {target}" in CONTRIBUTING


def test_every_file_that_contributing_names_exists() -> None:
    named = re.findall(r"`((?:src|tests|tools|docs|deploy|portal)/[\w./-]+)`", CONTRIBUTING)
    assert len(named) > 10
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_test_that_contributing_names_exists() -> None:
    named = re.findall(r"(tests/[\w/]+\.py)::(\w+)", CONTRIBUTING)
    assert named
    for path, test in named:
        assert f"def {test}(" in (ROOT / path).read_text("utf-8")
