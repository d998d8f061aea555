"""How large the code is, by layer: lines of files and of functions, comments, sections of standards.

The limits are the project's: median, ninth decile and most, of files and of functions of `src`. `make sizes` prints,
`--check` refuses what is larger.
"""

import argparse
import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path("src")
GENERATED = "migrations/versions"
FILE_LIMITS = (95, 239, 440)
FUNCTION_LIMITS = (6, 19, 168)
_SECTION = re.compile(
    r"(?:RFC|GB/T|GA/T|ISO|ITU|H\.26\d)[^\n]{0,40}?(?:§|section|clause|\b\d+\.\d)|第[一二三四五六七八九十百]+条"
)
_COLUMNS = ("", "files", "lines", "of a file", "of a function", "comments", "sections")
_HEADING = "{:<20} {:>5} {:>7}  {:>13}  {:>13}  {:>9}  {:>8}".format(*_COLUMNS)


@dataclass(frozen=True)
class Sizes:
    """Of one Python file: its lines, those of each function, comment lines, references to a standard's section."""

    lines: int
    functions: tuple[int, ...]
    comments: int
    sections: int


def measured(text: str) -> Sizes:
    """A function's lines are those of its body's statements and signature, without decorators and docstring."""
    functions: list[int] = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if ast.get_docstring(node, clean=False) is not None:
                length -= (node.body[0].end_lineno or 0) - node.body[0].lineno + 1
            functions.append(length)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    comments = {token.start[0] for token in tokens if token.type == tokenize.COMMENT}
    return Sizes(len(text.splitlines()), tuple(functions), len(comments), len(_SECTION.findall(text)))


def spread(sizes: Iterable[int]) -> tuple[int, int, int]:
    """Median, ninth decile (both the nearest rank) and most; zeros of nothing."""
    ordered = sorted(sizes)
    if not ordered:
        return 0, 0, 0
    rank = [-(-len(ordered) * tenths // 10) - 1 for tenths in (5, 9, 10)]
    return ordered[rank[0]], ordered[rank[1]], ordered[rank[2]]


def layer_of(path: Path) -> str:
    """``domain``, ``adapters`` … of the product; another distribution's name beside it."""
    package, *within = path.relative_to(SOURCE).parts
    return within[0] if package == "pinegate" and len(within) > 1 else package


def row(name: str, files: Sequence[Sizes]) -> str:
    lines = sum(file.lines for file in files)
    share = 100 * sum(file.comments for file in files) / max(lines, 1)
    sections = sum(file.sections for file in files)
    of_files = "/".join(map(str, spread(file.lines for file in files)))
    of_functions = "/".join(map(str, spread(length for file in files for length in file.functions)))
    return f"{name:<20} {len(files):>5} {lines:>7}  {of_files:>13}  {of_functions:>13}  {share:>7.1f} %  {sections:>8}"


def excesses(files: Sequence[Sizes]) -> list[str]:
    """One line for each of the project's limits that ``files`` exceed."""
    of_files = spread(file.lines for file in files)
    of_functions = spread(length for file in files for length in file.functions)
    found: list[str] = []
    for what, sizes, limits in (
        ("files", of_files, FILE_LIMITS),
        ("functions", of_functions, FUNCTION_LIMITS),
    ):
        found += [
            f"{what}: {name} {size} lines, more than {limit}"
            for name, size, limit in zip(("median", "ninth decile", "most"), sizes, limits, strict=True)
            if size > limit
        ]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="fail where a limit is exceeded")
    wanted = parser.parse_args()
    layers: dict[str, list[Sizes]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if text and GENERATED not in path.as_posix():
            layers.setdefault(layer_of(path), []).append(measured(text))
    print(_HEADING)
    for name, files in layers.items():
        print(row(name, files))
    everything = [file for files in layers.values() for file in files]
    print(row("all", everything))
    print("Lines as median/ninth decile/most; empty files and migrations are left out.")
    found = excesses(everything)
    if found:
        print("\n".join(found), file=sys.stderr)
    sys.exit(1 if found and wanted.check else 0)


if __name__ == "__main__":
    main()
