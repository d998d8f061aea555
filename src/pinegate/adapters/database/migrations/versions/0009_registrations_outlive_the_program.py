"""Registrations outlive the program"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    # Rows of before have neither: who registered then registers again, or sends a heartbeat and is told to.
    op.add_column("devices", sa.Column("registered_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("devices", sa.Column("registered_mark", sa.LargeBinary(), nullable=True))
