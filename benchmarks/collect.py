"""Runs each benchmark with `--quick`, gathers their JSON lines, and writes `benchmarks/RESULTS.md`.

A benchmark prints one JSON object a line for each figure: `figure` (its name), `machine`, `noise`, `command`,
and the measured values under their own names. Other lines are for people and are passed on.
"""

import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "RESULTS.md"
ABOUT_THE_RUN = ("figure", "machine", "noise", "command")
LONGEST_SECONDS = 120

Figure = dict[str, Any]


def run(script: Path) -> list[Figure]:
    """The figures that one benchmark prints; raises CalledProcessError or TimeoutExpired when it fails."""
    done = subprocess.run(
        [sys.executable, str(script), "--quick"],
        stdout=subprocess.PIPE,
        text=True,
        timeout=LONGEST_SECONDS,
        check=True,
    )
    print(done.stdout, end="", flush=True)
    return figures(done.stdout)


def figures(output: str) -> list[Figure]:
    """The JSON lines among what a benchmark printed."""
    return [json.loads(line) for line in output.splitlines() if line.startswith('{"')]


def table(found: list[Figure], today: str, failed: list[str]) -> str:
    """The page with the figures of one run."""
    lines = [
        "# Results",
        "",
        f"Written by `make bench` on {today} (short runs). Each script says what its figures mean.",
        "",
        "| figure | values | machine | noise | command |",
        "|---|---|---|---|---|",
    ]
    for figure in found:
        values = ", ".join(f"{name} = {value}" for name, value in figure.items() if name not in ABOUT_THE_RUN)
        about = [str(figure.get(name, "not stated")) for name in ABOUT_THE_RUN]
        lines.append(f"| {about[0]} | {values} | {about[1]} | {about[2]} | `{about[3]}` |")
    if failed:
        lines += ["", f"Failed in this run: {', '.join(failed)}."]
    return "\n".join(lines) + "\n"


def main() -> None:
    found: list[Figure] = []
    failed: list[str] = []
    for script in map(Path, sys.argv[1:]):
        print(f"{script.name} …", file=sys.stderr, flush=True)
        try:
            found += run(script)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            print(error, file=sys.stderr)
            failed.append(script.name)
    RESULTS.write_text(table(found, f"{datetime.now(UTC):%Y-%m-%d}", failed), encoding="utf-8")
    if failed:
        sys.exit(1)


if __name__ == "__main__":
    main()
