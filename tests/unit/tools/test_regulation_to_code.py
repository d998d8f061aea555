"""The page that leads from the regulation to the code is true: all of the regulation, and only what exists."""

import re
from dataclasses import asdict
from pathlib import Path

import pytest
from tests.factories.city_profile import HUANGSHAN

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/regulation_to_code.md").read_text(encoding="utf-8")
ROWS = [line for line in PAGE.splitlines() if line.startswith("| `")]
NAMED = re.findall(r"`([^`]+)`", PAGE)
_NOT_FIELDS = {"notes"}


def _ids() -> set[str]:
    ids = {article.id for article in HUANGSHAN.measures.articles}
    ids |= {note.id for note in HUANGSHAN.application_form.notes}
    ids |= set(asdict(HUANGSHAN.application_form.labels)) - _NOT_FIELDS
    return ids | {paragraph.id for clause in HUANGSHAN.agreement.clauses for paragraph in clause.paragraphs}


def test_nothing_of_the_regulation_is_left_out() -> None:
    told = {name for row in ROWS for name in re.findall(r"`([^`]+)`", row.split("|")[1])}
    assert told == _ids()


@pytest.mark.parametrize("test", sorted({name for name in NAMED if name.startswith("tests/")}))
def test_every_named_test_exists(test: str) -> None:
    path, _, function = test.partition("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert not function or re.search(rf"def {function}\(", text)


@pytest.mark.parametrize("path", sorted({name for name in NAMED if re.match(r"[a-z_]+/", name)}))
def test_every_named_file_exists(path: str) -> None:
    below = ROOT if path.startswith(("tests/", "src/")) else ROOT / "src/pinegate"
    assert (below / path.partition("::")[0]).exists()


def test_every_row_names_a_test_or_says_not_yet() -> None:
    for row in ROWS:
        tests = row.rstrip("| ").rpartition("|")[2]
        assert "tests/" in tests or "not yet" in tests, row
