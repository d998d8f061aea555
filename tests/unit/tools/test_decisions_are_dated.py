"""A decision without date and status, or missing from the index, is found; ours have all of it."""

from pathlib import Path

import pytest
from tools.lints.decisions_are_dated import DECISIONS, faults

PAGE = "# 1. Layers\n\nDate: 2026-11-22. Status: accepted.\n\n**Decided.** …\n"
ROW = "| [0001](0001-layers.md) | Layers | 2026-11-22 | accepted |\n"


def _folder(tmp_path: Path, page: str = PAGE, index: str = ROW) -> Path:
    (tmp_path / "0001-layers.md").write_text(page, "utf-8")
    (tmp_path / "README.md").write_text(index, "utf-8")
    return tmp_path


def test_a_complete_decision_is_left_alone(tmp_path: Path) -> None:
    assert faults(_folder(tmp_path)) == []


@pytest.mark.parametrize(
    ("page", "index", "fault"),
    [
        (PAGE.replace("Date: 2026-11-22. ", ""), ROW, "does not begin with number, title, date and status"),
        (PAGE.replace("accepted", "perhaps"), ROW, "does not begin with number, title, date and status"),
        (PAGE.replace("# 1.", "# 2."), ROW, "calls itself 2"),
        (PAGE, "", "is not in the index with this title, date and status"),
        (PAGE, ROW.replace("-22", "-23"), "is not in the index with this title, date and status"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, page: str, index: str, fault: str) -> None:
    folder = _folder(tmp_path, page, index)
    assert faults(folder) == [f"{folder / '0001-layers.md'}: {fault}"]


def test_every_decision_of_ours_has_date_and_status_and_is_in_the_index() -> None:
    assert len(list(DECISIONS.glob("[0-9]*.md"))) >= 15
    assert faults(DECISIONS) == []
