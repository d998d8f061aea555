"""Argon2id (RFC 9106) in threads of its own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_AT_ONCE = 2


class Argon2Passwords:
    """Implements ``usecases.identity.ports.PasswordHasher``.

    ``memory_kib`` and ``passes`` are RFC 9106's second recommendation by default. At most two run at once: a flood of
    logins must not take the machine's memory (64 MiB each), and nothing else waits behind them.
    """

    def __init__(self, *, memory_kib: int = 65_536, passes: int = 3) -> None:
        self._argon2 = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._dummy = self._argon2.hash("nobody's password")
        self._threads = ThreadPoolExecutor(_AT_ONCE, "passwords")

    async def hash(self, password: str) -> str:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._argon2.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        loop = asyncio.get_running_loop()
        hashed = password_hash or self._dummy
        fits = await loop.run_in_executor(self._threads, self._fits, hashed, password)
        return fits and password_hash is not None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False
