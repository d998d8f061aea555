"""A use case is found by its name: a public coroutine of ``usecases/<feature>/`` is called as its file, or begins so.

``submit.py`` holds ``submit_application``. What the verbs of a feature share stands in ``step.py`` or ``…_step.py``.
"""

import ast
import sys
from pathlib import Path

USE_CASES = Path("src/pinegate/usecases")


def faults(path: Path, text: str) -> list[str]:
    """One line for each public coroutine of ``text`` that is not named for its file."""
    if path.stem == "step" or path.stem.endswith("_step"):
        return []
    return [
        f"{path}:{node.lineno}: {node.name} is looked for in {node.name}.py"
        for node in ast.parse(text).body
        if isinstance(node, ast.AsyncFunctionDef)
        and not node.name.startswith("_")
        and not node.name.startswith(path.stem)
    ]


def main() -> None:
    verbs = sorted(path for path in USE_CASES.rglob("*.py") if path.parent != USE_CASES)
    found = [fault for path in verbs for fault in faults(path, path.read_text("utf-8"))]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
