"""The list of mutants fits the code as it is, and only a test that fails counts as one that noticed."""

from pathlib import Path
from typing import Any

import pytest
from tools.mutants import HOME, Copy, Mutant, Outcome, faults, outcome_of, read_lists

AREAS = {
    "access_interface",
    "budgets",
    "decision",
    "dialogs",
    "edge",
    "leases",
    "paper",
    "points",
    "re_evaluation",
    "registrar",
    "retention",
    "revocation",
    "sign_in",
    "terms",
    "two_persons",
    "tickets",
}


def mutant(**changes: Any) -> Mutant:
    values: dict[str, Any] = {
        "name": "n",
        "rule": "r",
        "file": "rule.py",
        "old": "a < b",
        "new": "a <= b",
        "tests": ("test_it.py",),
    }
    return Mutant(**{**values, **changes})


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    (tmp_path / "rule.py").write_text("def rule(a, b):\n    return a < b\n")
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    return tmp_path


def test_every_listed_mutant_still_fits_the_code() -> None:
    assert faults(read_lists(HOME), HOME) == []


def test_no_area_has_lost_its_mutants() -> None:
    assert {path.stem for path in (HOME / "tests/mutants").glob("*.toml")} == AREAS
    assert len(read_lists(HOME)) >= 80


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"file": "gone.py"}, "n: there is no gone.py"),
        ({"old": "a > b"}, "n: its old text stands 0 times in rule.py, not once"),
        ({"old": "a"}, "n: its old text stands 2 times in rule.py, not once"),
        ({"new": "a <"}, "n: rule.py would be no Python: invalid syntax"),
        ({"new": "a < b"}, "n: it changes nothing"),
        ({"tests": ("test_gone.py",)}, "n: there is no test test_gone.py"),
        ({"tests": ("test_it.py::test_other",)}, "n: there is no test test_it.py::test_other"),
        ({"tests": ()}, "n: it names no tests"),
    ],
)
def test_a_mutant_that_fits_no_longer_is_named(tree: Path, changes: dict[str, object], fault: str) -> None:
    assert faults([mutant()], tree) == []
    assert faults([mutant(**changes)], tree) == [fault]


def test_no_two_mutants_have_one_name(tree: Path) -> None:
    assert faults([mutant(), mutant()], tree) == ["n: 2 mutants are called so"]


@pytest.mark.parametrize(
    ("counts", "status", "outcome"),
    [
        ('tests="3" failures="1" errors="0" skipped="0"', 1, Outcome.KILLED),
        ('tests="3" failures="0" errors="0" skipped="0"', 0, Outcome.SURVIVED),
        ('tests="1" failures="0" errors="1" skipped="0"', 1, Outcome.BROKEN),
        ('tests="1" failures="0" errors="1" skipped="0"', 2, Outcome.BROKEN),
        ('tests="1" failures="0" errors="0" skipped="1"', 0, Outcome.BROKEN),
        ('tests="0" failures="0" errors="0" skipped="0"', 5, Outcome.BROKEN),
    ],
)
def test_only_a_test_that_failed_has_noticed(
    tmp_path: Path, counts: str, status: int, outcome: Outcome
) -> None:
    report = tmp_path / "report.xml"
    assert outcome_of(report, status) is Outcome.BROKEN
    report.write_text(f"<testsuites><testsuite {counts}/></testsuites>")
    assert outcome_of(report, status) is outcome


def test_a_mutant_is_tried_on_a_copy_and_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = next(m for m in read_lists(HOME) if m.unit)
    before = (HOME / listed.file).read_text("utf-8")
    copy = Copy(tmp_path / "copy")
    seen: list[str] = []

    def run(tests: tuple[str, ...]) -> Outcome:
        seen.append((copy.root / listed.file).read_text("utf-8"))
        assert tests == listed.tests
        return Outcome.KILLED

    monkeypatch.setattr(copy, "run", run)
    assert copy.try_out(listed) is Outcome.KILLED
    assert seen == [before.replace(listed.old, listed.new)]
    assert (copy.root / listed.file).read_text("utf-8") == before == (HOME / listed.file).read_text("utf-8")
