"""Uploads of a day are counted"""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("ix_documents_organization_stored", "documents", ["organization_id", "stored_at"])
