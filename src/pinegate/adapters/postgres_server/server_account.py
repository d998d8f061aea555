"""The account under which root runs the embedded PostgreSQL, because PostgreSQL refuses to run as root.

Where the checkout lies in a folder closed to that account (`/root`), no permission outside the checkout is
changed: the server alone is given the capability to pass through closed folders.
"""

import pwd
import shutil
import subprocess
from pathlib import Path

SYSTEM_ACCOUNT = "pinegate-db"
_SEARCH_PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class ServerAccountError(RuntimeError):
    """The account cannot be made or used here; the text says what to correct."""


def words_to_run_as(account: pwd.struct_passwd, must_reach: list[Path]) -> list[str]:
    """What root puts before a command so that it runs as `account` and can reach `must_reach`."""
    words = [_tool("setpriv"), f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups"]
    if not all(_open_to_others(path) for path in must_reach):
        capability = _passing_capability()
        words += [f"--inh-caps=+{capability}", f"--ambient-caps=+{capability}"]
        # PostgreSQL looks at its own files by access(2), which would forget capabilities without this.
        words.append("--securebits=+no_setuid_fixup")
    return [*words, "--"]


def words_to_end_with_us() -> list[str]:
    """What is put before the server's command so that it shuts down as soon as we are gone, killed even.

    The kernel sends the signal when the *thread* ends that started the server. It forgets the wish at a change of
    account, so these words come last. Between start and wish there is a moment in which our death goes unnoticed;
    the next start stops what that leaves. Empty on a machine without `setpriv`, which only root cannot do without.
    """
    setpriv = shutil.which("setpriv", path=_SEARCH_PATH)
    return [setpriv, "--pdeathsig=INT", "--"] if setpriv else []


def system_account() -> pwd.struct_passwd:
    """The account of the embedded PostgreSQL, made when missing. Raises ServerAccountError."""
    try:
        return pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        command = [_tool("useradd"), "--system", "--no-create-home", "--home-dir=/nonexistent"]
        command += ["--shell=/usr/sbin/nologin", "--user-group", SYSTEM_ACCOUNT]
        made = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        if made.returncode != 0:
            raise ServerAccountError(
                f"The system account {SYSTEM_ACCOUNT} could not be made: {made.stderr.strip()}. "
                "Run as an ordinary user, or set PINEGATE_DATABASE_URL."
            ) from None
        return pwd.getpwnam(SYSTEM_ACCOUNT)


def _open_to_others(path: Path) -> bool:
    """Whether an account without rights of its own can pass through every folder above `path`."""
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def _passing_capability() -> str:
    """The narrowest capability this machine lets us hand on that passes through closed folders."""
    status = Path("/proc/self/status").read_text()
    bounding = int(status.split("CapBnd:")[1].split()[0], 16)
    for name, number in (("dac_read_search", 2), ("dac_override", 1)):
        if bounding >> number & 1:
            return name
    raise ServerAccountError(
        f"This checkout lies in a folder closed to {SYSTEM_ACCOUNT}. Move it "
        "(below /opt or /srv, say), run as an ordinary user, or set PINEGATE_DATABASE_URL."
    )


def _tool(name: str) -> str:
    found = shutil.which(name, path=_SEARCH_PATH)
    if found is None:
        raise ServerAccountError(
            f"`{name}` is missing, which root needs to start PostgreSQL; run as an ordinary user instead."
        )
    return found
