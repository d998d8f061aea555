"""Who must show more than a password (GB/T 22239-2019 8.1.4.1: two factors for who decides)."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import datetime

from pinegate.domain.organizations.roles import Role

DECIDING_ROLES = frozenset(Role) - {Role.UNIT_VIEWER}
"""Whoever files, seals, reviews, provides or administers. A viewer only watches what they decided."""


@dataclass(frozen=True, slots=True)
class SecondFactorRule:
    """``since`` None: nobody is asked (the demonstration)."""

    since: datetime | None = None

    def asks(self, roles: Set[Role], now: datetime) -> bool:
        """Whether somebody with ``roles`` opens anything without a second factor."""
        return self.since is not None and now >= self.since and bool(roles & DECIDING_ROLES)
