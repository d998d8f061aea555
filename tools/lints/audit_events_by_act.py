"""Audit events are made by ``Act`` only, so that each says who did it, when, and from where."""

import ast
import sys
from pathlib import Path

SOURCE = Path("src/pinegate")
THE_ONE = SOURCE / "usecases/act.py"


def faults(path: Path, text: str) -> list[str]:
    """One line for each place in ``text`` that makes an ``AuditEvent`` itself."""
    if path == THE_ONE or "AuditEvent" not in text:
        return []
    return [
        f"{path}:{node.lineno}: makes an audit event; ask Act.event"
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "AuditEvent"
    ]


def main() -> None:
    found = [
        fault for path in sorted(SOURCE.rglob("*.py")) for fault in faults(path, path.read_text("utf-8"))
    ]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
