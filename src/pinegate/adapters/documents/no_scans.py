"""Where no folder for scans was configured."""

from typing import BinaryIO, NoReturn


class NoScans:
    """Takes nothing and has nothing."""

    async def store(self, file: BinaryIO) -> NoReturn:
        raise OSError("no folder is configured for scans")

    async def delete(self, scan_id: str) -> None:
        return None

    async def read(self, scan_id: str, sm3: str) -> NoReturn:
        raise FileNotFoundError("no folder is configured for scans")
