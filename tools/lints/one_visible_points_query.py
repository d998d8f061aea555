"""Camera points are selected in one file only, the one that knows who may see which.

A second query would one day forget the rule. Inserting and updating elsewhere is fine.
"""

import re
import sys
from pathlib import Path

SOURCE = Path("src/pinegate")
THE_ONE = SOURCE / "adapters/database/visible_points.py"
_SELECTION = re.compile(
    r"\bselect\((?:[^()]|\([^()]*\))*\b(?:CameraPointRow|camera_points)\b|\b(?:FROM|JOIN)\s+camera_points?\b",
    re.IGNORECASE,
)


def faults(path: Path, text: str) -> list[str]:
    """One line for each selection of camera points in `text`, unless `path` is the one that may."""
    if path == THE_ONE:
        return []
    return [
        f"{path}:{text.count(chr(10), 0, found.start()) + 1}: selects camera points; ask {THE_ONE} instead"
        for found in _SELECTION.finditer(text)
    ]


def main() -> None:
    found = [
        fault for path in sorted(SOURCE.rglob("*.py")) for fault in faults(path, path.read_text("utf-8"))
    ]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
