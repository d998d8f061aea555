"""A link that leads nowhere is found; addresses elsewhere are not ours to check."""

from pathlib import Path

from tools.lints.links_lead_somewhere import faults


def test_a_link_to_a_missing_file_is_named(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    (tmp_path / "there.md").touch()
    text = "[a](there.md#part) [b](gone.md) [c](https://example.invalid/x) [d](#here)"
    assert faults(page, text) == [f"{page}: leads nowhere: gone.md"]
