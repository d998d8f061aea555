"""How much room is left where everything that must survive is kept."""

import shutil
from pathlib import Path


class DiskSpace:
    """The file system of ``folder``. ``reserve``: bytes that are kept for the audit log and the database."""

    def __init__(self, folder: Path, reserve: int) -> None:
        self._folder = folder
        self._reserve = reserve

    def short(self, wanted: int = 0) -> bool:
        """Whether the reserve would be touched by ``wanted`` bytes more, or the folder cannot be looked at."""
        try:
            return shutil.disk_usage(self._folder).free - wanted < self._reserve
        except OSError:
            return True


class PlentyOfSpace:
    """Where nothing is kept on a disk."""

    def short(self, wanted: int = 0) -> bool:
        return False
