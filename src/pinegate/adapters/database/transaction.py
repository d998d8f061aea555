"""One transaction: every feature's rows reached through one connection, so that effect and audit commit together."""

from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.access import AccessRows
from pinegate.adapters.database.access_changes import AccessChangeRows
from pinegate.adapters.database.audit import AuditRows
from pinegate.adapters.database.catalogue import PointRows
from pinegate.adapters.database.devices import DeviceRows
from pinegate.adapters.database.identity import IdentityRows


class Transaction:
    """Use cases see it through the Protocols they declare; a feature adds its rows as one more attribute."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        self.audit = AuditRows(connection)
        self.changes = AccessChangeRows(connection)
        self.identity = IdentityRows(connection)
        self.access = AccessRows(connection)
        self.points = PointRows(connection)
        self.devices = DeviceRows(connection)
