"""Every file, folder and module that the documentation names is there."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

PAGES = ("README*.md", "CONTRIBUTING.md", "docs/**/*.md")
_PACKAGE = Path("src/pinegate")
_TOP = "src|tests|tools|benchmarks|deploy|docs|portal|examples"
_LAYER = "domain|protocols|usecases|adapters|entrypoints"
_PATH = re.compile(rf"(?<![\w/.:\-])(?:{_TOP}|{_LAYER})/(?:[\w./*\-]|\{{[\w,./]+\}})*(?<![.\-])")
_MODULE = re.compile(rf"(?<![\w/.])pinegate\.(?:{_LAYER})(?:\.\w+)*")
_FILE = re.compile(r"`(\w+\.py)`")
_BRACES = re.compile(r"\{([^{}]*)\}")
_BUILT = ("portal/dist", "portal/node_modules")


def faults(root: Path, page: Path, text: str) -> list[str]:
    """One line for each path, module or file name in ``text`` of ``page`` that the checkout at ``root`` lacks."""
    found: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        named = [*_paths(line), *_MODULE.findall(line), *_FILE.findall(line)]
        found += [f"{page}:{number}: not there: {name}" for name in named if not _is_there(root, name)]
    return found


def _paths(line: str) -> Iterator[str]:
    for path in _PATH.findall(line):
        yield from _expanded(path)


def _expanded(path: str) -> Iterator[str]:
    """``a/{b,c}`` is two paths."""
    braces = _BRACES.search(path)
    if braces is None:
        yield path
        return
    for choice in braces[1].split(","):
        yield from _expanded(path[: braces.start()] + choice + path[braces.end() :])


def _is_there(root: Path, name: str) -> bool:
    if name.startswith("pinegate."):
        return _is_module(root, name.split(".")[1:])
    if "/" not in name:
        return any(
            (root / top).is_dir() and any((root / top).rglob(name))
            for top in ("src", "tests", "tools", "benchmarks", "examples")
        )
    if name.startswith(_BUILT):
        return True
    places = (root, root / _PACKAGE) if re.match(rf"(?:{_LAYER})/", name) else (root,)
    return any(
        (place / name).exists() or any(place.glob(f"{name.rstrip('/')}{end}"))
        for place in places
        for end in ("", ".py")
    )


def _is_module(root: Path, parts: list[str]) -> bool:
    """A package, a module, or a name that stands in one."""
    place = root / _PACKAGE
    for index, part in enumerate(parts):
        if (place / part).is_dir():
            place /= part
            continue
        file, rest = place / f"{part}.py", parts[index + 1 :]
        if not file.is_file():
            file, rest = place / "__init__.py", parts[index:]
        return file.is_file() and all(re.search(rf"\b{name}\b", file.read_text("utf-8")) for name in rest)
    return True


def main() -> None:
    root = Path()
    pages = sorted(page for pattern in PAGES for page in root.glob(pattern))
    found = [fault for page in pages for fault in faults(root, page, page.read_text("utf-8"))]
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
