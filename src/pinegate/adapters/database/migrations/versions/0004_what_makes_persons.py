"""What makes persons: enrolments, and proposals that another person confirms"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

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
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("organization_id", sa.Text(), nullable=True),
        sa.Column("person_id", sa.Text(), nullable=True),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("text", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["organization_id"], ["organizations.id"], name=op.f("fk_proposals_organization_id")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name=op.f("fk_proposals_person_id")),
        sa.ForeignKeyConstraint(["proposed_by"], ["persons.id"], name=op.f("fk_proposals_proposed_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["persons.id"], name=op.f("fk_proposals_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_organization_id"), "proposals", ["organization_id"])
    op.alter_column("accounts", "password_hash", nullable=True)
    # A first password was read by whoever made the account: who never chose another has not enrolled.
    op.execute("update accounts set password_hash = null where password_is_initial")
    op.execute(
        "update portal_sessions set ended_at = now() where ended_at is null"
        " and person_id in (select person_id from accounts where password_hash is null)"
    )
    op.drop_column("accounts", "password_is_initial")
