"""Control has terms"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    op.create_table(
        "control_terms",
        sa.Column("epoch", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("node", sa.Text(), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("standby_seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("watched", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.PrimaryKeyConstraint("epoch", name=op.f("pk_control_terms")),
    )
    # Added empty, the default after it: lines of before belong to no term, and are not written again.
    op.add_column("access_register", sa.Column("epoch", sa.BigInteger(), nullable=True))
    op.alter_column(
        "access_register",
        "epoch",
        server_default=sa.text("nullif(current_setting('pinegate.epoch', true), '')::bigint"),
    )
