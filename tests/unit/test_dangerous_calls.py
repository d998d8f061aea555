"""What the program never calls, read from its source (S06, S09, S20): shells, evaluators, unpicklers, composed SQL."""

import ast
from collections.abc import Iterator
from pathlib import Path

SRC = Path(__file__).parents[2] / "src"
NEVER_IMPORTED = {"pickle", "marshal", "shelve", "dill", "yaml", "xmlrpc", "telnetlib"}
NEVER_CALLED = {"eval", "exec", "system", "popen", "create_subprocess_shell", "literal_column"}
SQL = {"text", "execute", "exec_driver_sql"}


def _composed(argument: ast.expr) -> bool:
    """Whether a string is put together where it is used; our own upper-case constants may be."""
    if isinstance(argument, ast.JoinedStr):
        parts = [part.value for part in argument.values if isinstance(part, ast.FormattedValue)]
        return any(not (isinstance(part, ast.Name) and part.id.isupper()) for part in parts)
    words = [n for n in ast.walk(argument) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
    return isinstance(argument, ast.BinOp) and bool(words)


def dangers(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [n.name for n in node.names]
            yield from (name for name in names if name.partition(".")[0] in NEVER_IMPORTED)
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            if name in NEVER_CALLED:
                yield f"{name}() in line {node.lineno}"
            if name in SQL and node.args and _composed(node.args[0]):
                yield f"composed SQL in line {node.lineno}"
            if any(k.arg == "shell" and getattr(k.value, "value", True) for k in node.keywords):
                yield f"a shell in line {node.lineno}"


def test_dangers_are_found() -> None:
    for danger in (
        "import pickle",
        "from yaml import load",
        "os.system('x')",
        "run(x, shell=True)",
        "connection.execute(f'select {x}')",
        "text('select ' + x)",
        "literal_column(x)",
    ):
        assert list(dangers(danger)), danger
    assert not list(dangers("text(f'notify {CHANNEL}')"))


def test_the_program_calls_none_of_them() -> None:
    found = [
        f"{path.relative_to(SRC)}: {danger}"
        for path in sorted(SRC.rglob("*.py"))
        for danger in dangers(path.read_text(encoding="utf-8"))
    ]
    assert found == []
