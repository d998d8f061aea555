"""One transaction: every feature's rows reached through one connection, so that effect and audit commit together."""

from functools import cached_property

from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.access_changes import AccessChangeRows
from pinegate.adapters.database.audit import AuditRows


class Transaction:
    """Use cases see it through the Protocols they declare; a feature adds its rows as one more property."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    @cached_property
    def audit(self) -> AuditRows:
        return AuditRows(self.connection)

    @cached_property
    def changes(self) -> AccessChangeRows:
        return AccessChangeRows(self.connection)
