"""Remove one rule at a time and see whether a test notices.

`tests/mutants/*.toml` list the mutants: a file of the product, a text that stands in it exactly once, what replaces
it, the rule that this removes, and the tests that must fail. Each is applied in a copy of the tree, so that a run that
is killed leaves nothing changed. A mutant is killed only when a test fails: a module that cannot be imported, a fixture
that breaks and a run out of time are the mutant's fault or the machine's, and prove nothing.

    python tools/mutants.py [--unit] [name ...]
"""

import argparse
import ast
import contextlib
import importlib.util
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from xml.etree import ElementTree

HOME = Path(__file__).resolve().parents[1]
LISTS = Path("tests/mutants")
COPIED = ("src", "tests", "tools", "docs", "deploy", "pyproject.toml")
PATIENCE_SECONDS = 120.0
"""For one mutant; the tests named for one take seconds."""


class Outcome(StrEnum):
    """What came of a mutant's tests."""

    KILLED = "killed"
    SURVIVED = "survived"
    BROKEN = "broken"
    OUT_OF_TIME = "out of time"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One line changed. ``rule``: what no longer holds then. ``tests``: paths or node ids, one of which must fail."""

    name: str
    rule: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def unit(self) -> bool:
        """Whether its tests need no database and no other process."""
        return all(test.startswith("tests/unit/") for test in self.tests)


def read_lists(home: Path) -> list[Mutant]:
    """All mutants, in the order of the files. ``file`` and ``tests`` stand for the mutants that name none."""
    mutants: list[Mutant] = []
    for path in sorted((home / LISTS).glob("*.toml")):
        listed = tomllib.loads(path.read_text("utf-8"))
        shared = {key: listed[key] for key in ("file", "tests") if key in listed}
        for entry in listed["mutant"]:
            values = {**shared, **entry}
            tests = tuple(values.pop("tests"))
            mutants.append(Mutant(**values, tests=tests))
    return mutants


def faults(mutants: Iterable[Mutant], home: Path) -> list[str]:
    """What keeps mutants from being applied, one line each: the list must not rot as the code moves on."""
    listed = list(mutants)
    found = [
        f"{name}: {times} mutants are called so"
        for name, times in Counter(m.name for m in listed).items()
        if times > 1
    ]
    for mutant in listed:
        found += [
            f"{mutant.name}: {fault}" for fault in (*_text_faults(mutant, home), *_test_faults(mutant, home))
        ]
    return found


def _text_faults(mutant: Mutant, home: Path) -> list[str]:
    path = home / mutant.file
    if not path.is_file():
        return [f"there is no {mutant.file}"]
    text = path.read_text("utf-8")
    times = text.count(mutant.old)
    if times != 1:
        return [f"its old text stands {times} times in {mutant.file}, not once"]
    try:
        ast.parse(text.replace(mutant.old, mutant.new))
    except SyntaxError as error:
        return [f"{mutant.file} would be no Python: {error.msg}"]
    return [] if mutant.new != mutant.old else ["it changes nothing"]


def _test_faults(mutant: Mutant, home: Path) -> list[str]:
    missing: list[str] = []
    for test in mutant.tests:
        path, _, name = test.partition("::")
        name = name.partition("[")[0]
        if not (home / path).exists() or (name and f"def {name}(" not in (home / path).read_text("utf-8")):
            missing.append(f"there is no test {test}")
    return missing if mutant.tests else ["it names no tests"]


class Copy:
    """A copy of the tree in which one mutant at a time is applied."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in COPIED:
            source = HOME / name
            if source.is_dir():
                shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "images"))
            else:
                shutil.copy2(source, root / name)

    def try_out(self, mutant: Mutant) -> Outcome:
        """Apply ``mutant``, run its tests, take it back."""
        path = self.root / mutant.file
        text = path.read_text("utf-8")
        self._write(path, text.replace(mutant.old, mutant.new))
        try:
            return self.run(mutant.tests)
        finally:
            self._write(path, text)

    def _write(self, path: Path, text: str) -> None:
        path.write_text(text, "utf-8")
        # A change within one second that keeps the length would leave the old byte code standing.
        Path(importlib.util.cache_from_source(str(path))).unlink(missing_ok=True)

    def run(
        self,
        tests: Sequence[str],
        patience: float = PATIENCE_SECONDS,
        output: int | None = subprocess.DEVNULL,
    ) -> Outcome:
        """Run ``tests`` until the first fails."""
        report = self.root / "report.xml"
        report.unlink(missing_ok=True)
        # The kernel ends it with this program, killed even.
        command = ["setpriv", "--pdeathsig=KILL", "--", sys.executable, "-m", "pytest", "-x", "-q"]
        command += ["--randomly-seed=1", "--randomly-dont-reorganize", "-p", "no:cacheprovider"]
        command += [f"--junitxml={report}", *tests]
        paths = [str(self.root / "src"), str(self.root), os.environ.get("PYTHONPATH", "")]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}
        with subprocess.Popen(
            command, cwd=self.root, env=environment, stdout=output, stderr=output, start_new_session=True
        ) as running:
            try:
                running.wait(patience)
            except subprocess.TimeoutExpired:
                return Outcome.OUT_OF_TIME
            finally:
                with contextlib.suppress(ProcessLookupError):  # the tests' own processes, if any is left
                    os.killpg(running.pid, signal.SIGKILL)
        return outcome_of(report, running.returncode)


def outcome_of(report: Path, status: int) -> Outcome:
    """What pytest's report says; only a test that failed is a test that noticed."""
    if not report.is_file():
        return Outcome.BROKEN
    counted: Counter[str] = Counter()
    for suite in ElementTree.parse(report).iter("testsuite"):  # noqa: S314 -- pytest has just written it
        counted.update({key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")})
    if counted["failures"]:
        return Outcome.KILLED
    passed = counted["tests"] - counted["errors"] - counted["skipped"]
    return Outcome.SURVIVED if status == 0 and passed > 0 else Outcome.BROKEN


def _end(number: int, frame: object) -> None:
    """So that what was begun is ended and removed."""
    sys.exit(128 + number)


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants; 1 when one is not killed, 2 when the list or the unchanged tree is at fault."""
    signal.signal(signal.SIGTERM, _end)
    parser = argparse.ArgumentParser(description="Remove one rule at a time and see whether a test notices.")
    parser.add_argument("names", nargs="*", help="only these mutants")
    parser.add_argument("--unit", action="store_true", help="only those whose tests need no database")
    asked = parser.parse_args(arguments)
    every = read_lists(HOME)
    chosen = [m for m in every if (not asked.names or m.name in asked.names) and (m.unit or not asked.unit)]
    wrong = faults(every, HOME)
    wrong += [f"{name}: there is no such mutant" for name in set(asked.names) - {m.name for m in every}]
    if wrong or not chosen:
        print("\n".join(wrong) or "no mutants")
        return 2
    with tempfile.TemporaryDirectory(prefix="pinegate-mutants-") as folder:
        Path(folder).chmod(0o711)  # run by root, the tests' PostgreSQL has an account of its own
        return _try_all(chosen, Path(folder))


def _try_all(mutants: Sequence[Mutant], folder: Path) -> int:
    began = time.monotonic()
    copies: queue.SimpleQueue[Copy] = queue.SimpleQueue()
    lanes = min(os.cpu_count() or 1, len(mutants))
    for lane in range(lanes):
        copies.put(Copy(folder / str(lane)))

    def run(mutant: Mutant | None) -> Outcome:
        copy = copies.get()
        try:
            if mutant is not None:
                return copy.try_out(mutant)
            tests = sorted({test for m in mutants for test in m.tests})
            return copy.run(tests, patience=PATIENCE_SECONDS * 4, output=None)
        finally:
            copies.put(copy)

    if run(None) is not Outcome.SURVIVED:
        print("the tests do not pass on the unchanged tree")
        return 2
    found: Counter[Outcome] = Counter()
    with ThreadPoolExecutor(lanes) as pool:
        for mutant, outcome in zip(mutants, pool.map(run, mutants), strict=True):
            found[outcome] += 1
            print(
                f"{outcome:12}{mutant.name}" + ("" if outcome is Outcome.KILLED else f": {mutant.rule}"),
                flush=True,
            )
    counts = ", ".join(f"{count} {outcome}" for outcome, count in found.items())
    print(f"{len(mutants)} mutants in {time.monotonic() - began:.0f} s: {counts}")
    return 0 if found[Outcome.KILLED] == len(mutants) else 1


if __name__ == "__main__":
    sys.exit(main())
