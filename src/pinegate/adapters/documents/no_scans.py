"""Where no folder for scans was configured."""

from typing import NoReturn


class NoScans:
    """Takes nothing and has nothing."""

    def store(self, content: bytes) -> NoReturn:
        raise OSError("no folder is configured for scans")

    def delete(self, scan_id: str) -> None:
        return None

    def read(self, scan_id: str, sm3: str) -> NoReturn:
        raise FileNotFoundError("no folder is configured for scans")
