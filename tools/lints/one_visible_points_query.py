"""Camera points are selected in one file only, the one that knows who may see which.

A second query would one day forget the rule. Writing elsewhere is fine, and so is reading rows that the same
statement locks for a change (`with_for_update`). The facts of the access decision read the one point that was asked
for, because they are what decides.
"""

import ast
import re
import sys
from pathlib import Path

SOURCE = Path("src/pinegate")
THE_ONE = SOURCE / "adapters/database/visible_points.py"
THE_DECISION = SOURCE / "adapters/database/access_facts.py"
_SELECTION = re.compile(
    r"\bselect\((?:[^()]|\([^()]*\))*\bcamera_points\b|\b(?:FROM|JOIN)\s+camera_points\b", re.IGNORECASE
)
_SIMPLE_STATEMENTS = (ast.Assign, ast.AnnAssign, ast.Expr, ast.Return)


def faults(path: Path, text: str) -> list[str]:
    """One line for each statement of `text` that selects camera points, unless `path` is the one that may."""
    if path in (THE_ONE, THE_DECISION) or "camera_points" not in text:
        return []
    found: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, _SIMPLE_STATEMENTS):
            continue
        statement = ast.get_source_segment(text, node) or ""
        if _SELECTION.search(statement) and "with_for_update" not in statement:
            found.append(f"{path}:{node.lineno}: selects camera points; ask {THE_ONE} instead")
    return found


def main() -> None:
    found = [
        fault for path in sorted(SOURCE.rglob("*.py")) for fault in faults(path, path.read_text("utf-8"))
    ]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
