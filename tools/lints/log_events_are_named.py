"""One style of log events: `_log`, a name in snake_case as it happened (`source_lost`), and everything else in fields.

A sentence with values in it can be read, but neither counted nor searched for.
"""

import ast
import re
import sys
from pathlib import Path

SOURCE = Path("src")
_LEVELS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")


def faults(path: Path, text: str) -> list[str]:
    """One line for each log call of `text` whose logger or event is in another style."""
    if "structlog" not in text:
        return []
    found: list[str] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Assign) and "get_logger(" in ast.unparse(node.value):
            if ast.unparse(node) != "_log = structlog.get_logger(__name__)":
                found.append(f"{path}:{node.lineno}: write `_log = structlog.get_logger(__name__)`")
        elif isinstance(node, ast.Call) and _is_log_call(node.func):
            event = node.args[0] if len(node.args) == 1 else None
            if not (isinstance(event, ast.Constant) and _NAME.fullmatch(str(event.value))):
                found.append(f"{path}:{node.lineno}: name the event in snake_case; the rest are fields")
    return found


def _is_log_call(called: ast.expr) -> bool:
    if not isinstance(called, ast.Attribute) or called.attr not in _LEVELS:
        return False
    owner = ast.unparse(called.value)
    return owner in ("_log", "log", "logger") or "get_logger" in owner


def main() -> None:
    found = [
        fault for path in sorted(SOURCE.rglob("*.py")) for fault in faults(path, path.read_text("utf-8"))
    ]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
