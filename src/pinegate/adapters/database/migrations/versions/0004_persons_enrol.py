"""Persons enrol"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table(
        "enrolments",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("link_digest", sa.LargeBinary(), nullable=True),
        sa.Column("code_digest", sa.LargeBinary(), nullable=True),
        sa.Column("renews_totp", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("failed_codes", sa.Integer(), server_default="0", nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["accounts.person_id"], name=op.f("fk_enrolments_person_id")),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_enrolments")),
        sa.UniqueConstraint("link_digest", name=op.f("uq_enrolments_link_digest")),
    )
    op.alter_column("accounts", "password_hash", nullable=True)
    # A first password was read by whoever made the account: who never chose another has not enrolled.
    op.execute("update accounts set password_hash = null where password_is_initial")
    op.execute(
        "update portal_sessions set ended_at = now() where ended_at is null"
        " and person_id in (select person_id from accounts where password_hash is null)"
    )
    op.drop_column("accounts", "password_is_initial")
