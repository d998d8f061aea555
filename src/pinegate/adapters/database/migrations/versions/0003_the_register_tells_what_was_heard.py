"""The register tells what was heard"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    # Lines from before say nothing of sound, which went with every picture then: nobody wrote down what was carried.
    op.add_column(
        "access_register",
        sa.Column("tracks", postgresql.ARRAY(sa.Text()), server_default="{}", nullable=False),
    )
