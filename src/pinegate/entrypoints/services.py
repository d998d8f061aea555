"""What the doors are given. Built once by ``wiring.py``, the only place that builds adapters."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pinegate.adapters.database.connection import Database


@dataclass(frozen=True, slots=True)
class Services:
    """The adapters behind every door. ``now`` gives aware UTC times; ``new_id`` opaque ids."""

    database: Database
    now: Callable[[], datetime]
    new_id: Callable[[], str]
    demonstration: bool = False
