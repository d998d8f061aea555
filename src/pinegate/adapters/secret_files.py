"""Secrets as files of the data folder: made at random at first start, readable by nobody else.

A product that ships a key, or starts with a weak one, gives every installation away (checklist S03).
"""

import os
import re
import secrets
import stat
from pathlib import Path

SECRET_BYTES = 32
_NAME = re.compile(r"[a-z0-9-]{1,64}")
_FEWEST_DIFFERENT_BYTES = 16  # 32 random bytes have fewer than once in 10^11 files


class SecretFileError(RuntimeError):
    """A secret file is unsafe to use; the text names the file and what to correct, never its content."""


def read_or_create(folder: Path, name: str) -> bytes:
    """The 32-byte secret `name` of `folder`, made at random when there is none yet.

    Raises SecretFileError for a file that others may read, that somebody else owns, that is a link, or whose
    content is not 32 bytes in hexadecimal with the look of randomness.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"not a secret's name: {name!r}")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / name
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        return _create(folder, path)
    except OSError as error:
        raise SecretFileError(f"{path} cannot be read as a plain file ({error.strerror}).") from error
    try:
        _check_owner_and_mode(path, os.fstat(descriptor))
        return _decode(path, os.read(descriptor, SECRET_BYTES * 4))
    finally:
        os.close(descriptor)


def _create(folder: Path, path: Path) -> bytes:
    secret = secrets.token_bytes(SECRET_BYTES)
    draft = folder / f".{path.name}.{secrets.token_hex(8)}"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secret.hex().encode() + b"\n")
        file.flush()
        os.fsync(descriptor)
    try:
        os.link(draft, path)  # unlike rename, refuses to replace one made meanwhile by another process
    except FileExistsError:
        return read_or_create(folder, path.name)
    finally:
        draft.unlink()
    return secret


def _check_owner_and_mode(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise SecretFileError(f"{path} is not a plain file.")
    if status.st_uid != os.geteuid():
        raise SecretFileError(f"{path} belongs to user id {status.st_uid}; it must belong to {os.geteuid()}.")
    if status.st_mode & 0o077:
        raise SecretFileError(
            f"{path} is open to others (mode {stat.S_IMODE(status.st_mode):04o}); "
            f"if nobody can have read it, run: chmod 600 {path}; otherwise delete it and a new one is made."
        )


def _decode(path: Path, content: bytes) -> bytes:
    try:
        secret = bytes.fromhex(content.decode("ascii").strip())
    except ValueError:
        secret = b""
    if len(secret) != SECRET_BYTES or len(set(secret)) < _FEWEST_DIFFERENT_BYTES:
        raise SecretFileError(
            f"{path} is weak or damaged: it must hold {SECRET_BYTES} random bytes in hexadecimal. "
            "Restore it from the backup, or delete it and a new one is made."
        )
    return secret
