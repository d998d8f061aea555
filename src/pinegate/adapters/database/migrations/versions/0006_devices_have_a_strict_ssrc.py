"""Devices have a strict SSRC"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    # False is what it was: another SSRC is learned.
    op.add_column("devices", sa.Column("strict_ssrc", sa.Boolean, server_default=sa.false(), nullable=False))
