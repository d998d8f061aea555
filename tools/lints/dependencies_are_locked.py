"""Every dependency that a pyproject.toml names is in the lock files: a forgotten `make lock` is found here."""

import re
import sys
import tomllib
from pathlib import Path

PROJECTS = ("pyproject.toml", "src/pinegate_simulator/pyproject.toml")
OURS = frozenset({"pinegate"})
LOCKS = {
    "requirements.txt": ("", "build"),
    "requirements-dev.txt": ("", "build", "dev"),
    "requirements-node.txt": ("node",),
}


def faults(project: str, locks: dict[str, str]) -> list[str]:
    """One line for each dependency of `project` (the text of a pyproject.toml) that the texts in `locks` lack."""
    settings = tomllib.loads(project)
    groups: dict[str, list[str]] = {
        "": settings["project"]["dependencies"],
        **settings.get("dependency-groups", {}),
    }
    found: list[str] = []
    for lock, text in locks.items():
        locked = set(re.findall(r"^([a-z0-9-]+)==", text, re.MULTILINE))
        for group in LOCKS[lock]:
            names = [re.split(r"[\[<>=!~; ]", dependency)[0].lower() for dependency in groups.get(group, [])]
            found += [f"{lock}: lacks {name}; run `make lock`" for name in names if name not in locked | OURS]
    return found


def main() -> None:
    texts = {lock: Path(lock).read_text(encoding="utf-8") for lock in LOCKS}
    found = [
        fault for project in PROJECTS for fault in faults(Path(project).read_text(encoding="utf-8"), texts)
    ]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
