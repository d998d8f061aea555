"""No file of the repository names a package registry's host or a path of somebody's machine.

A lock file with addresses would bind every later install to the mirror of whoever wrote it.
"""

import re
import subprocess
import sys
from pathlib import Path

# Written in pieces, or this file would find itself.
_REGISTRIES = [
    "pypi" + ".org",
    "python" + "hosted.org",
    "registry.npm" + "js.org",
    "registry.npm" + "mirror.com",
]
_MIRRORS = ["mirrors." + name for name in ("aliyun.com", "tuna.tsinghua", "ustc.edu", "cloud.tencent")]
_PATHS = ["/ro" + r"ot/[\w.]", "/ho" + r"me/\w+/", "/Us" + r"ers/\w+/", r"(?<![\w.])/wo" + r"rk/\w"]
_FORBIDDEN = re.compile("|".join([*map(re.escape, _REGISTRIES + _MIRRORS), *_PATHS]))


def faults(name: str, text: str) -> list[str]:
    """One line for each place in `text` (the file `name`) that names such an address."""
    return [
        f"{name}:{number}: names {found.group()}"
        for number, line in enumerate(text.splitlines(), 1)
        if (found := _FORBIDDEN.search(line))
    ]


def main() -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True)
    found: list[str] = []
    for name in filter(None, listed.stdout.split("\0")):
        path = Path(name)
        if path.is_file():
            found += faults(name, path.read_bytes().decode("utf-8", errors="ignore"))
    sys.exit("\n".join(found) if found else 0)


if __name__ == "__main__":
    main()
