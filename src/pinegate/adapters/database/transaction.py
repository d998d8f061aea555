"""One transaction: every feature's rows reached through one connection, so that effect and audit commit together."""

from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.access import AccessRows
from pinegate.adapters.database.access_changes import AccessChangeRows
from pinegate.adapters.database.audit import AuditRows
from pinegate.adapters.database.identity import IdentityRows


class Transaction:
    """Use cases see it through the Protocols they declare; a feature adds its rows as one more property."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    @property
    def audit(self) -> AuditRows:
        return AuditRows(self.connection)

    @property
    def changes(self) -> AccessChangeRows:
        return AccessChangeRows(self.connection)

    @property
    def identity(self) -> IdentityRows:
        return IdentityRows(self.connection)

    @property
    def access(self) -> AccessRows:
        return AccessRows(self.connection)
