"""One transaction: every feature's rows reached through one connection, so that effect and audit commit together."""

from sqlalchemy.ext.asyncio import AsyncConnection

from pinegate.adapters.database.access import AccessRows
from pinegate.adapters.database.access_changes import AccessChangeRows
from pinegate.adapters.database.agreements import AgreementRows
from pinegate.adapters.database.applications import ApplicationRows
from pinegate.adapters.database.audit import AuditRows
from pinegate.adapters.database.catalogue import PointRows
from pinegate.adapters.database.credentials import CredentialRows
from pinegate.adapters.database.devices import DeviceRows
from pinegate.adapters.database.documents import DocumentRows
from pinegate.adapters.database.driver import Driver
from pinegate.adapters.database.grants import GrantRows
from pinegate.adapters.database.identity import IdentityRows
from pinegate.adapters.database.notices import NoticeRows
from pinegate.adapters.database.organizations import OrganizationRows
from pinegate.adapters.database.point_tallies import TallyRows
from pinegate.adapters.database.proposals import ProposalRows
from pinegate.adapters.database.retention import RetentionRows
from pinegate.adapters.database.revocations import RevocationRows
from pinegate.adapters.database.work_orders import WorkOrderRows


class Transaction:
    """Use cases see it through the Protocols they declare; a feature adds its rows as one more attribute."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection
        driver = Driver(connection)
        self.audit = AuditRows(driver)
        self.identity = IdentityRows(connection)
        self.access = AccessRows(driver)
        self.points = PointRows(connection)
        self.tallies = TallyRows(connection)
        self.devices = DeviceRows(connection)
        self.organizations = OrganizationRows(connection)
        self.proposals = ProposalRows(connection)
        self.applications = ApplicationRows(connection)
        self.agreements = AgreementRows(connection)
        self.documents = DocumentRows(connection)
        self.work_orders = WorkOrderRows(connection)
        self.grants = GrantRows(connection)
        self.credentials = CredentialRows(connection)
        self.revocations = RevocationRows(connection)
        self.notices = NoticeRows(connection)
        self.changes = AccessChangeRows(connection)
        self.retention = RetentionRows(driver)


class OpeningTransaction:
    """``usecases.access.ports.AccessTransaction`` alone, straight on the driver: see ``Database.opening``."""

    def __init__(self, driver: Driver) -> None:
        self.audit = AuditRows(driver)
        self.access = AccessRows(driver)
