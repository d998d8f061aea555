"""Argon2id (RFC 9106) in threads."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 4


class Argon2Passwords:
    """Implements ``usecases.identity.ports.PasswordHasher``.

    ``memory_kib`` and ``passes`` are RFC 9106's second recommendation by default. At most four run at once: a flood of
    logins must not take the machine's memory (64 MiB each).
    """

    def __init__(self, *, memory_kib: int = 65_536, passes: int = 3) -> None:
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._dummy = self._argon2.hash("nobody's password")
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def hash(self, password: str) -> str:
        async with self._slots:
            return await asyncio.to_thread(self._argon2.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        async with self._slots:
            fits = await asyncio.to_thread(self._fits, password_hash or self._dummy, password)
        return fits and password_hash is not None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
