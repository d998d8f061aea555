"""The outbox of access changes, and the lock that orders them among each other and against what is done at once.

Publishing a change takes the lock exclusive until COMMIT. A snapshot or a camera control takes it shared, reads the
facts, writes its line and commits: either its line is there before the change, or it reads the facts after it and is
refused. Viewers need no lock (docs/decisions/0017).
Advisory locks are of one database: cities on one server do not wait for each other.
"""

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.tables import access_changes
from pinegate.usecases.transaction import ChangeScope

CHANNEL = "access_changes"
_LOCK_KEY = 0x5047_4143

_EXCLUSIVE = text(f"select pg_advisory_xact_lock({_LOCK_KEY})")
_NOTIFY = text(f"notify {CHANNEL}")

KEEP_CHANGES_OUT = f"select pg_advisory_xact_lock_shared({_LOCK_KEY})"
"""Until this transaction ends (see the module's text). A statement of its own: what follows must see what came before
the lock was given."""


class AccessChangeRows:
    """Implements ``usecases.transaction.AccessChanges``."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def publish(self, scope: ChangeScope, *target_ids: str) -> None:
        if not target_ids:
            return
        rows = [{"scope": scope, "target_id": target} for target in target_ids]
        # The lock comes first: sequence numbers are then given in the order of the commits, and the reevaluator, who
        # reads on from the last number seen, never steps over one that commits late.
        await self._connection.execute(_EXCLUSIVE)
        await self._connection.execute(insert(access_changes), rows)
        await self._connection.execute(_NOTIFY)
