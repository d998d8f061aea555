import asyncio
import threading

from tests.waiting import HANGS_SECONDS

from pinegate.adapters.identity.passwords import Argon2Passwords


async def test_passwords_do_not_wait_behind_other_work_in_threads() -> None:
    """Documents and the disk once took the threads that passwords were waiting for."""
    go_on = threading.Event()
    others = [asyncio.create_task(asyncio.to_thread(go_on.wait, HANGS_SECONDS)) for _ in range(64)]
    await asyncio.sleep(0)
    try:
        passwords = Argon2Passwords(memory_kib=64, passes=1)
        async with asyncio.timeout(HANGS_SECONDS / 2):
            assert await passwords.verify(await passwords.hash("a"), "a")
    finally:
        go_on.set()
        await asyncio.gather(*others)
