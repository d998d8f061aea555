"""Every decision states its date and its status below its title, and stands so in the index."""

import re
import sys
from pathlib import Path

DECISIONS = Path("docs/decisions")
_TITLE = re.compile(
    r"# (\d+)\. (.+)\n\nDate: (\d{4}-\d{2}-\d{2})\. Status: (accepted|superseded by \d{4})\.\n"
)


def faults(folder: Path) -> list[str]:
    """One line for each page of ``folder`` without number, title, date or status, or not so in its ``README.md``."""
    index = (folder / "README.md").read_text("utf-8")
    found: list[str] = []
    for page in sorted(folder.glob("[0-9]*.md")):
        head = _TITLE.match(page.read_text("utf-8"))
        if head is None:
            found.append(f"{page}: does not begin with number, title, date and status")
        elif int(head[1]) != int(page.name[:4]):
            found.append(f"{page}: calls itself {head[1]}")
        elif f"| [{page.name[:4]}]({page.name}) | {head[2]} | {head[3]} | {head[4]} |\n" not in index:
            found.append(f"{page}: is not in the index with this title, date and status")
    return found


def main() -> None:
    found = faults(DECISIONS)
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
