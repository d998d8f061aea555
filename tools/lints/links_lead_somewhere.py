"""Every relative link of the documentation leads to a file that is there."""

import re
import sys
from pathlib import Path

_LINK = re.compile(r"\]\(([^)#\s]+)(?:#[^)]*)?\)")
_NOT_OURS = frozenset({"node_modules", ".venv", ".cache", ".data"})


def faults(path: Path, text: str) -> list[str]:
    """One line for each relative link of ``text`` that leads nowhere from ``path``."""
    targets = (
        match for match in _LINK.findall(text) if "://" not in match and not match.startswith("mailto:")
    )
    return [f"{path}: leads nowhere: {target}" for target in targets if not (path.parent / target).exists()]


def main() -> None:
    pages = [path for path in sorted(Path().rglob("*.md")) if not _NOT_OURS.intersection(path.parts)]
    found = [fault for page in pages for fault in faults(page, page.read_text("utf-8"))]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
